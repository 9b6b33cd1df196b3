"""The profile, a section at a time: each has its own page, its own form and its own save."""

from typing import Any

from django import forms

from associations.enums import GeneralInterest, Registry, Size, Stance
from associations.forms.fields import CausesField
from associations.forms.registration import PURPOSE_LENGTH, UNKNOWN_YET, WHAT_GENERAL_INTEREST_IS
from associations.models import Association
from associations.models.complete import PURPOSE_MIN_LENGTH
from mecenova.calendar import clock
from mecenova.calendar.reach import too_far
from mecenova.identifiers.fields import AmountField, PhoneField, PostalCodeField, TownField, WebsiteField
from mecenova.identifiers.registry import clean_rna, clean_siren
from mecenova.reference.fields import EntriesField, KindsField, SkillsField, TerritoriesField
from mecenova.reference.models import Audience, Sector
from mecenova.ui.as_shown import AsShown
from mecenova.ui.forms import DateInput

NOT_OF_THIS_REGISTER = {
    "rna": "Qui est au registre d’Alsace-Moselle n’a pas de numéro RNA\u00a0: choisissez «\u202fRNA\u202f» "
    "comme immatriculation, ou effacez ce numéro.",
    "court_entry": "C’est le registre d’Alsace-Moselle qui s’écrit ainsi\u00a0: choisissez-le comme "
    "immatriculation, ou effacez cette ligne.",
}
OFFICE = ("name", "postal_code", "town", "website", "phone")
NUMBER_OF = {Registry.RNA: "rna", Registry.SIREN: "siren", Registry.ALSACE_MOSELLE: "court_entry"}


class SectionForm(AsShown):
    """`initial_of()` is what is there, `merged()` what update_association takes."""

    title = ""
    lead = ""

    @classmethod
    def initial_of(cls, association: Association) -> dict[str, Any]:
        found = {}
        for name in cls.base_fields.keys() - {"as_shown"}:
            value = getattr(association.organisation if name in OFFICE else association, name)
            found[name] = list(value.all()) if hasattr(value, "all") else value
        return found


class IdentityForm(SectionForm):
    title = "Identité"
    lead = "Qui vous êtes, où, et sous quel numéro."

    name = forms.CharField(
        label="Nom de l’association",
        error_messages={"required": "Écrivez le nom de l’association."},
        max_length=250,
        widget=forms.TextInput({"autocomplete": "organization"}),
    )
    postal_code = PostalCodeField()
    town = TownField()
    website = WebsiteField()
    phone = PhoneField()
    registry = forms.ChoiceField(
        label="Où votre association est-elle déclarée\u202f?",
        error_messages={"required": "Choisissez où votre association est déclarée."},
        choices=Registry.choices,
        widget=forms.RadioSelect,
    )
    rna = forms.CharField(label="Numéro RNA", required=False, max_length=40)
    siren = forms.CharField(label="Numéro SIREN", required=False, max_length=40)
    court_entry = forms.CharField(
        label="Tribunal, volume et folio",
        required=False,
        max_length=120,
        help_text="Pour l’Alsace et la Moselle, par exemple «\u202fStrasbourg, volume 30, folio 12\u202f».",
    )
    size = forms.ChoiceField(
        label="Taille",
        error_messages={"required": "Choisissez la taille de votre association."},
        choices=Size.choices,
        widget=forms.RadioSelect,
    )
    yearly_budget = AmountField(label="Budget annuel", required=False)

    @property
    def needed_later(self) -> list[str]:
        """The number of the register that is chosen."""
        register = self["registry"].value()
        return [NUMBER_OF[Registry(register)]] if register in Registry.values else []

    def clean_rna(self) -> str:
        return clean_rna(self.cleaned_data["rna"]) if self.cleaned_data["rna"] else ""

    def clean_siren(self) -> str:
        return clean_siren(self.cleaned_data["siren"]) if self.cleaned_data["siren"] else ""

    def clean(self) -> dict[str, Any]:
        """Whoever changes register leaves the former number behind; one typed just now is never dropped."""
        cleaned = super().clean() or {}
        register = cleaned.get("registry")
        other = "rna" if register == Registry.ALSACE_MOSELLE else "court_entry"
        if register and cleaned.get(other) and other in self.changed_data:
            self.add_error(other, NOT_OF_THIS_REGISTER[other])
        return cleaned


class MissionForm(SectionForm):
    title = "Mission, causes et publics"
    lead = "C’est ce qu’une entreprise lit en premier."

    purpose = forms.CharField(
        label="Votre mission",
        error_messages={"required": "Dites en deux phrases ce que vous faites."},
        max_length=PURPOSE_LENGTH,
        widget=forms.Textarea({"rows": 6}),
        help_text="Ce que vous faites, pour qui, avec quel effet\u00a0: deux phrases simples suffisent. "
        f"Au moins {PURPOSE_MIN_LENGTH} caractères, ou la fiche restera incomplète.",
    )
    causes = CausesField()
    audiences = EntriesField(Audience, label="Vos publics", required=False)

    needed_later = ("audiences",)


class TerritoriesForm(SectionForm):
    title = "Territoires d’action"
    lead = "Une entreprise cherche souvent près de ses sites."

    territories = TerritoriesField(
        label="Là où vous agissez",
        error_messages={"required": "Cochez au moins un territoire."},
        help_text="Ouvrez votre région, puis cochez vos départements.",
    )


class StanceForm(SectionForm):
    title = "Position et intérêt général"
    lead = "Ce que vous acceptez, ce que vous refusez, et quand."

    stance = forms.ChoiceField(
        label="Votre position",
        choices=Stance.choices,
        widget=forms.RadioSelect,
        help_text=(
            "Experte seulement\u00a0: on vous voit et on peut vous consulter, personne ne vous sollicite. "
            "En pause\u00a0: jusqu’à la date choisie, nous ne vous présentons pas, et ne vous écrivons que "
            "pour ce qui est déjà engagé."
        ),
    )
    paused_until = forms.DateField(
        label="Dernier jour de la pause",
        required=False,
        widget=DateInput(),
        help_text="Seulement pour une pause.",
    )
    general_interest = forms.ChoiceField(
        label="Votre association est-elle d’intérêt général\u202f?",
        choices=[*GeneralInterest.choices, UNKNOWN_YET],
        widget=forms.RadioSelect,
        required=False,
        help_text=WHAT_GENERAL_INTEREST_IS,
    )
    shows_learning = forms.BooleanField(
        label="Montrer aux entreprises combien d’étapes du parcours nous avons faites",
        required=False,
        help_text="Le nombre d’étapes seulement, jamais vos réponses. Rien d’autre n’en dépend.",
    )
    refused_kinds = KindsField(
        label="Formes de soutien que vous refusez",
        required=False,
        help_text=(
            "Financier\u00a0: de l’argent. En nature\u00a0: du matériel, des produits, un local. "
            "De compétences\u00a0: des salariés, sur leur temps de travail. Bénévolat\u00a0: des salariés, "
            "sur leur temps personnel. Co-construction\u00a0: une question à laquelle répondre à plusieurs. "
            "Ce que vous cochez ne vous sera pas proposé."
        ),
    )
    refused_sectors = EntriesField(Sector, label="Secteurs d’activité que vous refusez", required=False)

    needed_later = ("general_interest",)

    @classmethod
    def initial_of(cls, association: Association) -> dict[str, Any]:
        """A pause whose last day is past is over: the association is open, and its page says so."""
        found = super().initial_of(association)
        is_over = association.stance == Stance.PAUSED and not association.is_paused
        return found | ({"stance": Stance.OPEN, "paused_until": None} if is_over else {})

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        last_day = cleaned.get("paused_until")
        if cleaned.get("stance") != Stance.PAUSED:
            cleaned["paused_until"] = None
        elif "paused_until" not in self.errors:
            if last_day is None:
                self.add_error("paused_until", "Choisissez le dernier jour de votre pause.")
            elif last_day < clock.today():
                self.add_error("paused_until", "Cette date est passée\u00a0: choisissez-en une à venir.")
            elif refusal := too_far(last_day):
                self.add_error("paused_until", refusal)
        return cleaned


class ExpertiseForm(SectionForm):
    title = "Expertise offerte"
    lead = "Ce que vous savez, et que des entreprises ou d’autres associations peuvent venir vous demander."

    expertise = SkillsField(label="Votre expertise", required=False)


# The order of the pages; the keys are the anchors of readiness.RULES and parts of the addresses.
SECTIONS: dict[str, type[SectionForm]] = {
    "identite": IdentityForm,
    "mission": MissionForm,
    "territoires": TerritoriesForm,
    "position": StanceForm,
    "expertise": ExpertiseForm,
}
