"""Answering a suggestion, choosing after a diagnosis. Parsing and validation only."""

from collections.abc import Sequence
from datetime import date
from typing import Any, TypeVar

from django import forms
from django.core.exceptions import ValidationError
from django.db.models import Model

from associations.models import Association
from associations.policies import why_no_pause_until
from companies.models import Need
from matching.enums import Choice
from matching.pairs import associations_named, needs_named
from mecenova.ui.forms import DateInput
from partnerships.enums import Side, reasons_for

M = TypeVar("M", bound=Model)

NOTE_LENGTH = 1000
FIRST_WORDS = (
    "Bonjour, votre association nous a été suggérée et ce que vous faites nous intéresse. "
    "Pouvons-nous en parler\u202f?"
)


class InterestForm(forms.Form):
    """One note, already begun: one click is enough."""

    note = forms.CharField(
        label="Votre message à l’association",
        max_length=NOTE_LENGTH,
        error_messages={"required": "Écrivez quelques mots\u00a0: l’association les lit en premier."},
        initial=FIRST_WORDS,
        widget=forms.Textarea(attrs={"rows": 4}),
        help_text="L’association le lit en premier. Ce message vous convient\u202f? Envoyez-le tel quel.",
    )


class DeclineForm(forms.Form):
    """A reason from the closed list of the need's kind of support, and a word if one wishes."""

    reason = forms.ChoiceField(
        label="La raison",
        widget=forms.RadioSelect,
        error_messages={"required": "Choisissez une raison\u00a0: elle aide à mieux choisir les prochaines."},
    )
    note = forms.CharField(
        label="Une précision pour l’équipe IMS",
        required=False,
        max_length=NOTE_LENGTH,
        widget=forms.Textarea(attrs={"rows": 3}),
    )

    def __init__(self, *args: Any, kind: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        reasons = [(reason.value, reason.label) for reason in reasons_for(kind, Side.COMPANY)]
        self.fields["reason"].choices = reasons  # type: ignore[attr-defined]


class PauseForm(forms.Form):
    pause_until = forms.DateField(
        label="Dernier jour de la pause",
        widget=DateInput(),
        error_messages={"required": "Choisissez le dernier jour de la pause."},
        help_text=(
            "Le lendemain, nous le proposons à nouveau. Sans autre projet publié, c’est toute l’association "
            "qui est en pause."
        ),
    )

    def clean_pause_until(self) -> date:
        until = self.cleaned_data["pause_until"]
        if refusal := why_no_pause_until(until):
            raise ValidationError(refusal)
        return until


class CoBuildForm(forms.Form):
    """The question, already begun: corrected or not, sending it is what adds it to the project."""

    question = forms.CharField(
        label="La question à travailler ensemble",
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": 5}),
        error_messages={"required": "Écrivez la question que vous voulez travailler avec une entreprise."},
        help_text="Ce texte est un début\u00a0: corrigez-le. Il sera ajouté aux demandes de votre projet.",
    )


class DiagnosisCallForm(forms.Form):
    note = forms.CharField(
        label="Ce qui a été dit",
        max_length=500,
        widget=forms.Textarea(attrs={"rows": 3}),
        error_messages={"required": "Dites en quelques mots ce qui a été dit."},
    )


# Each choice asks for nothing more than it needs.
CHOICE_FORMS: dict[str, type[forms.Form]] = {
    Choice.REWRITE: forms.Form,
    Choice.WIDEN: forms.Form,
    Choice.CO_BUILD: CoBuildForm,
    Choice.PAUSE: PauseForm,
}


class PairForm(forms.Form):
    """A need, and an association or none: by key, title or name, or a part of it that no other bears."""

    besoin = forms.CharField(
        label="Le besoin",
        max_length=150,
        help_text="Son titre, ou des mots qui s’y suivent.",
        error_messages={"required": "Écrivez le titre du besoin."},
    )
    association = forms.CharField(
        label="L’association",
        max_length=250,
        required=False,
        help_text="Son nom, ou une partie. Laissez vide pour lire les plus proches du besoin.",
    )

    def clean_besoin(self) -> Need:
        return _only(needs_named(self.cleaned_data["besoin"]), "besoin")

    def clean_association(self) -> Association | None:
        wanted = self.cleaned_data["association"]
        return _only(associations_named(wanted), "association") if wanted else None


def _only(found: Sequence[M], what: str) -> M:
    if not found:
        raise ValidationError(f"Rien ne porte ce nom ({what})\u00a0: vérifiez-le, ou collez l’identifiant.")
    names = {str(one): None for one in found}
    if len(names) > 1:
        told = ", ".join(f"«\u202f{name}\u202f»" for name in names)
        raise ValidationError(f"Plusieurs y répondent ({what})\u00a0: {told}. Écrivez-en un en entier.")
    if len(found) > 1:
        raise ValidationError(f"Plusieurs fiches portent ce nom ({what})\u00a0: collez l’identifiant.")
    return found[0]
