"""What a company says of itself, what it supports, and the note of a call."""

from collections.abc import Mapping
from typing import Any, Self

from django import forms
from django.core.exceptions import ValidationError

from companies.enums import GiverKind
from companies.forms.fields import SectorField
from companies.forms.registration import CapacityField
from companies.models import Company, Policy
from companies.readiness import policy_of
from mecenova.identifiers.fields import AmountField, PhoneField, PostalCodeField, TownField, WebsiteField
from mecenova.identifiers.registry import clean_siren
from mecenova.reference.fields import EntriesField, KindsField, TerritoriesField
from mecenova.reference.models import Cause
from mecenova.ui.as_shown import AsShown


class CompanyForm(AsShown):
    name = forms.CharField(
        label="Nom de l’entreprise ou de la fondation",
        max_length=250,
        error_messages={"required": "Écrivez le nom de l’entreprise ou de la fondation."},
        widget=forms.TextInput({"autocomplete": "organization"}),
    )
    giver = forms.ChoiceField(label="Vous êtes", choices=GiverKind.choices, widget=forms.RadioSelect)
    sector = SectorField(label="Secteur d’activité", required=False)
    siren = forms.CharField(
        label="Numéro SIREN",
        max_length=20,
        required=False,
        help_text="Neuf chiffres, sur votre extrait Kbis ou vos factures.",
    )
    presentation = forms.CharField(
        label="Présentation",
        required=False,
        max_length=5000,
        widget=forms.Textarea({"rows": 6}),
        help_text="Ce que vous faites, et pourquoi vous vous engagez. Les associations le lisent d’abord.",
    )
    postal_code = PostalCodeField(required=False)
    town = TownField(required=False)
    website = WebsiteField()
    phone = PhoneField()

    def __init__(self, *args: Any, company: Company, **options: Any) -> None:
        self.company, organisation = company, company.organisation
        now = {
            "name": organisation.name,
            "giver": company.giver,
            "sector": company.sector,
            "siren": company.siren,
            "presentation": company.presentation,
            "postal_code": organisation.postal_code,
            "town": organisation.town,
            "website": organisation.website,
            "phone": organisation.phone,
        }
        super().__init__(*args, now=now, **options)

    def again(self, typed: Mapping[str, Any]) -> Self:
        return type(self)(company=self.company, typed=typed)

    def clean_siren(self) -> str:
        typed = self.cleaned_data["siren"]
        return clean_siren(typed) if typed else ""


class PolicyForm(AsShown):
    """Nothing is required: a policy is completed little by little, and says what is missing meanwhile."""

    needed_later = ("causes", "kinds", "territories")
    otherwise = "il faudra le dire pour recevoir des suggestions"

    causes = EntriesField(Cause, label="Les causes que vous soutenez", required=False)
    kinds = KindsField(label="Les formes de mécénat que vous pratiquez", required=False)
    territories = TerritoriesField(label="Les territoires où vous agissez", required=False)
    monthly_capacity = CapacityField()
    ticket_min = AmountField(label="Soutien minimal", required=False)
    ticket_max = AmountField(label="Soutien maximal", required=False)
    excluded_causes = EntriesField(
        Cause,
        label="Les causes que vous ne soutenez pas",
        required=False,
        help_text="Aucune association de ces causes ne vous sera proposée.",
    )
    general_interest_only = forms.BooleanField(
        label="Seulement des organismes d’intérêt général",
        required=False,
        help_text="Ceux dont les dons peuvent donner lieu à un reçu fiscal.",
    )

    def __init__(self, *args: Any, company: Company, **options: Any) -> None:
        self.company = company
        super().__init__(*args, now=_said(company), **options)

    def again(self, typed: Mapping[str, Any]) -> Self:
        return type(self)(company=self.company, typed=typed)

    def clean(self) -> dict[str, Any]:
        values = super().clean() or {}
        both = set(values.get("causes", ())) & set(values.get("excluded_causes", ()))
        if both:
            names = ", ".join(sorted(cause.name for cause in both))
            self.add_error(
                "excluded_causes",
                ValidationError(f"Vous soutenez et excluez à la fois\u00a0: {names}. Choisissez."),
            )
        low, high = values.get("ticket_min"), values.get("ticket_max")
        if low is not None and high is not None and high < low:
            self.add_error("ticket_max", "Le maximum est plus petit que le minimum\u00a0: échangez-les.")
        return values


class CompanyCallForm(forms.Form):
    note = forms.CharField(
        label="Ce que l’entreprise cherche maintenant",
        max_length=1000,
        error_messages={"required": "Dites en quelques mots ce qui a été dit."},
        widget=forms.Textarea({"rows": 3}),
        help_text="Visible de l’équipe seulement. Le silence repart de zéro.",
    )


def _said(company: Company) -> dict[str, Any]:
    """What its policy says; of a policy that is still to be written, what an empty one would."""
    policy = policy_of(company) or Policy(company_id=company.pk)
    return {
        "causes": policy.causes.all(),
        "kinds": policy.kinds,
        "territories": policy.territories.all(),
        "excluded_causes": policy.excluded_causes.all(),
        "monthly_capacity": policy.monthly_capacity,
        "ticket_min": policy.ticket_min,
        "ticket_max": policy.ticket_max,
        "general_interest_only": policy.general_interest_only,
    }
