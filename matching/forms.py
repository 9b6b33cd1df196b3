"""Answering a suggestion. Parsing and validation only."""

from django import forms

from partnerships.enums import RefusalReason

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
        initial=FIRST_WORDS,
        widget=forms.Textarea(attrs={"rows": 4}),
        help_text="L’association le lit en premier. Ce message vous convient\u202f? Envoyez-le tel quel.",
    )


class DeclineForm(forms.Form):
    """A reason from the closed list, and a word if one wishes."""

    reason = forms.ChoiceField(label="La raison", choices=RefusalReason.choices, widget=forms.RadioSelect)
    note = forms.CharField(
        label="Une précision pour l’équipe IMS",
        required=False,
        max_length=NOTE_LENGTH,
        widget=forms.Textarea(attrs={"rows": 3}),
    )
