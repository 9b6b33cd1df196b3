"""What each side, and the team, say of a partnership. Parsing and validation only."""

from datetime import date
from typing import Any

from django import forms

from mecenova.ui.as_shown import AsShown
from mecenova.ui.forms import DateInput
from partnerships.forms.introductions import NOTE_LENGTH
from partnerships.models import Partnership
from partnerships.policies import why_not_signed_on


class AbandonForm(forms.Form):
    note = forms.CharField(
        label="Pourquoi le projet ne se fait pas",
        max_length=NOTE_LENGTH,
        error_messages={"required": "Dites en quelques mots pourquoi il ne se fait pas."},
        widget=forms.Textarea(attrs={"rows": 3}),
    )


class TalkForm(forms.Form):
    """Did you talk? « Not yet » is offered once the question is asked, or once somebody has said yes."""

    YES, NOT_YET = "yes", "not_yet"

    talked = forms.ChoiceField(
        label="Vous êtes-vous parlé\u202f?",
        choices=((YES, "Oui, nous nous sommes parlé"), (NOT_YET, "Pas encore")),
        widget=forms.RadioSelect,
    )

    def __init__(self, *args: Any, partnership: Partnership, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if not partnership.may_say_not_yet:
            talked = self.fields["talked"]
            talked.choices = [choice for choice in talked.choices if choice[0] == self.YES]  # type: ignore[attr-defined]


class HeardForm(forms.Form):
    """What the team learnt by asking both sides, from whom."""

    note = forms.CharField(
        label="Qui vous l’a dit, et quand",
        max_length=NOTE_LENGTH,
        error_messages={"required": "Écrivez qui vous l’a dit, et quand."},
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text="Les deux côtés le lisent, par courriel et dans l’histoire du partenariat.",
    )


class SettleForm(HeardForm):
    """Whether they talked."""

    YES, NO = "yes", "no"

    talked = forms.ChoiceField(
        label="Se sont-ils parlé\u202f?",
        choices=(
            (YES, "Oui\u00a0: le partenariat continue"),
            (NO, "Non\u00a0: chacun revient à la recherche"),
        ),
        widget=forms.RadioSelect,
    )
    field_order = ("talked", "note")


class AgreeForm(forms.Form):
    signed_on = forms.DateField(label="Signé le", widget=DateInput)
    ends_on = forms.DateField(
        label="Prend fin le",
        required=False,
        widget=DateInput,
        help_text="Sans date de fin, nous vous demanderons chaque année s’il continue.",
    )

    def __init__(self, *args: Any, partnership: Partnership, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.partnership = partnership

    def clean_signed_on(self) -> date | None:
        signed_on: date | None = self.cleaned_data["signed_on"]
        if signed_on and (why := why_not_signed_on(self.partnership, signed_on)):
            raise forms.ValidationError(why)
        return signed_on


class ContestForm(forms.Form):
    note = forms.CharField(
        label="Où en êtes-vous vraiment",
        max_length=NOTE_LENGTH,
        error_messages={"required": "Dites en quelques mots où vous en êtes."},
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text="L’autre côté le lit, et une personne de l’équipe vous appelle tous les deux.",
    )


class SettleSignatureForm(HeardForm, AgreeForm):
    """Whether it is signed, and when."""

    YES, NO = "yes", "no"

    signed = forms.ChoiceField(
        label="Est-ce signé\u202f?",
        choices=((YES, "Oui, à la date ci-dessous"), (NO, "Non\u00a0: la discussion continue")),
        widget=forms.RadioSelect,
    )
    field_order = ("signed", "signed_on", "ends_on", "note")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["signed_on"].required = False

    def clean_signed_on(self) -> date | None:
        return None if self.cleaned_data.get("signed") == self.NO else super().clean_signed_on()

    def clean(self) -> dict[str, Any]:
        """Without a signature there is no date; with one, its day is needed."""
        data = super().clean() or self.cleaned_data
        if data.get("signed") == self.NO:
            data["signed_on"] = data["ends_on"] = None
        elif "signed_on" in data and data["signed_on"] is None:
            self.add_error("signed_on", "Écrivez le jour de la signature, ou répondez «\u202fNon\u202f».")
        return data


class RenewForm(forms.Form):
    """Does it go on?"""

    GOES_ON, STOPS = "goes_on", "stops"

    answer = forms.ChoiceField(
        label="Le partenariat continue-t-il\u202f?",
        choices=((GOES_ON, "Oui, il continue"), (STOPS, "Non, il s’arrête comme prévu")),
        widget=forms.RadioSelect,
    )
    ends_on = forms.DateField(
        label="S’il continue, nouvelle date de fin",
        required=False,
        widget=DateInput,
        help_text="Vide\u00a0: sans date de fin, et nous vous reposerons la question chaque année.",
    )

    def __init__(self, *args: Any, has_end: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if not has_end:
            choices = [(self.GOES_ON, "Oui, il continue")]
            self.fields["answer"].choices = choices  # type: ignore[attr-defined]


class EndForm(forms.Form):
    note = forms.CharField(
        label="Un mot pour l’autre côté",
        required=False,
        max_length=NOTE_LENGTH,
        widget=forms.Textarea(attrs={"rows": 3}),
    )


class ReflectForm(AsShown):
    """What one party writes of it, from what its people have written already."""

    text = forms.CharField(
        label="En quelques lignes",
        max_length=2000,
        error_messages={"required": "Écrivez ce que ce partenariat a changé."},
        widget=forms.Textarea(attrs={"rows": 6}),
        help_text="Pour qui cela a changé quelque chose, ce qui a marché, ce que vous feriez autrement.",
    )
