"""The last screen of a company's sign-up: short, and it says what it commits to."""

from typing import Any

from django import forms

from companies.enums import GiverKind
from companies.forms.fields import SectorField
from companies.models.company import DEFAULT_MONTHLY_CAPACITY, LARGEST_MONTHLY_CAPACITY
from mecenova.identifiers.fields import OnceField, PostalCodeField, TownField
from mecenova.reference.fields import EntriesField, KindsField, TerritoriesField
from mecenova.reference.models import Cause

CAPACITY_HELP = (
    "C’est votre engagement\u00a0: chaque mois, nous vous présentons au plus ce nombre d’associations, "
    "jamais davantage. À celles qui vous écrivent, vous répondez\u00a0: oui, plus tard ou non. Avec zéro, "
    "votre porte est fermée et rien ne vous est proposé. Vous pouvez changer ce nombre à tout moment."
)


class CapacityField(forms.IntegerField):
    """The number of associations that the team looks at in a month."""

    def __init__(self, **options: Any) -> None:
        super().__init__(
            label="Combien d’associations pouvez-vous étudier par mois\u202f?",
            help_text=CAPACITY_HELP,
            initial=DEFAULT_MONTHLY_CAPACITY,
            min_value=0,
            max_value=LARGEST_MONTHLY_CAPACITY,
            error_messages={
                "min_value": "Ce nombre ne peut pas être négatif. Écrivez zéro pour fermer votre porte.",
                "max_value": f"{LARGEST_MONTHLY_CAPACITY} par mois au plus\u00a0: au-delà, personne ne lit "
                "vraiment.",
                "invalid": "Écrivez un nombre entier, par exemple 3.",
            },
            **options,
        )


class RegistrationForm(forms.Form):
    company_id = OnceField()
    name = forms.CharField(
        label="Nom de l’entreprise ou de la fondation",
        max_length=250,
        error_messages={"required": "Écrivez le nom de l’entreprise ou de la fondation."},
        widget=forms.TextInput({"autocomplete": "organization"}),
    )
    giver = forms.ChoiceField(
        label="Vous êtes",
        choices=GiverKind.choices,
        widget=forms.RadioSelect,
        initial=GiverKind.COMPANY,
        help_text="Le cadre fiscal n’est pas le même\u00a0: une fondation n’est pas un donateur entreprise.",
    )
    sector = SectorField(label="Secteur d’activité", required=False)
    postal_code = PostalCodeField()
    town = TownField(required=False)
    causes = EntriesField(
        Cause,
        label="Les causes que vous soutenez",
        error_messages={"required": "Choisissez au moins une cause."},
    )
    kinds = KindsField(
        label="Les formes de mécénat que vous pratiquez",
        error_messages={"required": "Choisissez au moins une forme\u00a0: une seule suffit pour commencer."},
    )
    territories = TerritoriesField(
        label="Les territoires où vous agissez",
        help_text="La France entière, ou les régions et départements de vos sites.",
        error_messages={
            "required": "Choisissez au moins un territoire, la France entière si vous agissez partout."
        },
    )
    monthly_capacity = CapacityField()
