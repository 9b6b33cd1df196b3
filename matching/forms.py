"""Answering a suggestion, choosing after a diagnosis. Parsing and validation only."""

from datetime import date, timedelta

from django import forms

from matching.enums import Choice
from mecenova.calendar import clock
from mecenova.ui.forms import DateInput
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
        if until <= clock.today():
            raise forms.ValidationError("Choisissez une date à venir.")
        if until > clock.today() + timedelta(days=366):
            raise forms.ValidationError("Choisissez une date dans les douze mois.")
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
