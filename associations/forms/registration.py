"""The last screen of an association's sign-up: what is needed to begin, nothing more."""

from typing import Any

from django import forms
from django.core.exceptions import ValidationError

from associations.enums import GeneralInterest, Registry
from associations.forms.fields import CausesField, clean_number
from associations.models.complete import PURPOSE_MIN_LENGTH
from mecenova.identifiers.fields import OnceField, PostalCodeField, TownField
from mecenova.identifiers.names import department_code
from mecenova.reference.fields import TerritoriesField

LOCAL_LAW = frozenset({"57", "67", "68"})
PURPOSE_LENGTH = 3000
UNKNOWN_YET = ("", "Je ne sais pas encore\u00a0: la fiche restera incomplète")
WHAT_GENERAL_INTEREST_IS = (
    "Au sens fiscal\u00a0: gestion désintéressée, activité non lucrative, public ouvert. "
    "C’est ce qui permet de donner un reçu fiscal. "
    "Un rescrit est la réponse écrite de l’administration, quand vous la lui demandez."
)


class RegistrationForm(forms.Form):
    association_id = OnceField()
    name = forms.CharField(
        label="Nom de l’association",
        max_length=250,
        error_messages={"required": "Écrivez le nom de l’association."},
        widget=forms.TextInput({"autocomplete": "organization"}),
    )
    postal_code = PostalCodeField()
    town = TownField()
    registry = forms.ChoiceField(
        label="Où votre association est-elle déclarée\u202f?",
        choices=Registry.choices,
        widget=forms.RadioSelect,
        error_messages={"required": "Choisissez où votre association est déclarée."},
        help_text="Répondez même sans le numéro sous la main\u00a0: il peut venir plus tard.",
    )
    number = forms.CharField(
        label="Numéro, ou tribunal, volume et folio",
        max_length=120,
        required=False,
        help_text="Il est sur le récépissé de la préfecture ou du tribunal.",
        widget=forms.TextInput({"autocomplete": "off"}),
    )
    purpose = forms.CharField(
        label="Votre mission",
        max_length=PURPOSE_LENGTH,
        error_messages={"required": "Dites en deux phrases ce que vous faites."},
        widget=forms.Textarea({"rows": 4}),
        help_text="Deux phrases simples\u00a0: ce que vous faites, pour qui, avec quel effet. "
        f"Au moins {PURPOSE_MIN_LENGTH} caractères, ou la fiche restera incomplète.",
    )
    causes = CausesField()
    territories = TerritoriesField(
        label="Vos territoires d’action",
        required=False,
        help_text="Là où vous agissez. Ouvrez votre région, puis cochez vos départements.",
    )
    general_interest = forms.ChoiceField(
        label="Votre association est-elle d’intérêt général\u202f?",
        choices=[*GeneralInterest.choices, UNKNOWN_YET],
        widget=forms.RadioSelect,
        required=False,
        help_text=WHAT_GENERAL_INTEREST_IS,
    )

    needed_later = ("number", "territories", "general_interest")

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        registry, number = cleaned.get("registry"), cleaned.get("number", "")
        if registry:
            try:
                cleaned.update(clean_number(registry, number))
            except ValidationError as error:
                self.add_error("number", error)
        place = department_code(cleaned.get("postal_code", ""))
        if registry == Registry.RNA and not number and place in LOCAL_LAW:
            self.add_error(
                "registry",
                "En Alsace et en Moselle, les associations sont inscrites au tribunal\u00a0: choisissez "
                "«\u202fregistre d’Alsace-Moselle\u202f», ou donnez votre numéro RNA si vous en avez un.",
            )
        return cleaned

    def values(self) -> dict[str, Any]:
        """What register_association takes."""
        return {name: value for name, value in self.cleaned_data.items() if name != "number"}
