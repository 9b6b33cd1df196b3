"""The team's decisions."""

from collections.abc import Sequence
from typing import Any

from django import forms

from accounts.models import User


class MessageForm(forms.Form):
    """What the team writes to the people concerned."""

    message = forms.CharField(
        label="Votre message",
        max_length=1000,
        widget=forms.Textarea(attrs={"rows": 4}),
        error_messages={"required": "Écrivez ce que vous demandez\u00a0: l’organisme le lira tel quel."},
    )


class NoteForm(forms.Form):
    """What was said on the phone, or what was done."""

    note = forms.CharField(
        label="Ce qui a été dit, en quelques mots",
        max_length=500,
        widget=forms.Textarea(attrs={"rows": 2}),
        error_messages={
            "required": "Écrivez en quelques mots ce qui a été dit\u00a0: toute l’équipe le lira."
        },
    )


class ColleagueForm(forms.Form):
    """Who of the team will do it, among those present."""

    to = forms.ChoiceField(
        label="À qui la confier",
        widget=forms.RadioSelect,
        error_messages={
            "required": "Choisissez une personne de l’équipe.",
            "invalid_choice": "Cette personne n’est pas là aujourd’hui\u00a0: choisissez-en une autre.",
        },
    )

    def __init__(self, *args: Any, colleagues: Sequence[tuple[User, int]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._people = {str(person.pk): person for person, _ in colleagues}
        choices = [(str(person.pk), _carrying(person, held)) for person, held in colleagues]
        self.fields["to"].choices = choices  # type: ignore[attr-defined]

    def clean_to(self) -> User:
        return self._people[self.cleaned_data["to"]]


def _carrying(person: User, held: int) -> str:
    return f"{person}\u00a0: {held} étape{'s' if held > 1 else ''} en cours"


class ClaimForm(forms.Form):
    answer = forms.CharField(
        label="Un mot pour la personne",
        required=False,
        max_length=1000,
        widget=forms.Textarea(attrs={"rows": 3}),
    )
    decision = forms.ChoiceField(choices=(("accept", "Accepter"), ("refuse", "Refuser")))


class MailSearchForm(forms.Form):
    """An address, or the name of an organisation."""

    # Fewer are in almost every address, and would be looked for in almost every mail.
    q = forms.CharField(
        required=False,
        min_length=3,
        max_length=200,
        error_messages={"min_length": "Écrivez au moins trois lettres."},
    )


class PreviewForm(forms.Form):
    """How many days ahead."""

    TONIGHT, MONTH = 1, 30
    jours = forms.TypedChoiceField(choices=((TONIGHT, "Cette nuit"), (MONTH, "Trente jours")), coerce=int)
