"""Asking to talk, and answering. Parsing and validation only."""

from typing import Any

from django import forms

from associations.models import Association, Project
from companies.models import Need
from mecenova.calendar import clock
from mecenova.reference.enums import Kind
from mecenova.ui.figures import short_date
from mecenova.ui.forms import DateInput
from partnerships.enums import Side, reasons_for
from partnerships.models import Introduction

NOTE_LENGTH = 1000


class AskForm(forms.Form):
    """One note, and the form of support it is about."""

    kind = forms.ChoiceField(label="Sous quelle forme", choices=Kind.choices)
    project = forms.ModelChoiceField(
        label="Votre projet",
        queryset=Project.objects.none(),
        required=False,
        empty_label="Aucun projet en particulier",
    )
    note = forms.CharField(
        label="Votre message",
        max_length=NOTE_LENGTH,
        error_messages={"required": "Écrivez votre message\u00a0: c’est lui que l’autre côté lit d’abord."},
        widget=forms.Textarea(attrs={"rows": 6}),
        help_text="Qui vous êtes, pourquoi cette demande, et ce que vous proposez comme premier pas.",
    )

    def __init__(
        self,
        *args: Any,
        association: Association,
        side: str,
        need: Need | None,
        answers: Introduction | None,
        **kwargs: Any,
    ) -> None:
        """`answers`: what the other side has asked, and said the form of; only a note is wanted then."""
        super().__init__(*args, **kwargs)
        self.known = answers or need
        projects = Project.objects.published().filter(association=association)
        self.fields["project"].queryset = projects  # type: ignore[attr-defined]
        if side == Side.COMPANY:
            self.fields["project"].label = "Le projet qui vous intéresse"
        if answers or not projects:
            del self.fields["project"]
        elif side == Side.ASSOCIATION and len(projects) == 1:
            # What it has to show is shown, unless it says otherwise.
            self.initial.setdefault("project", projects[0])
        if self.known:
            del self.fields["kind"]

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        return cleaned | {"kind": self.known.kind} if self.known else cleaned


class AnswerForm(forms.Form):
    """Yes; later, with a date; no, with a reason from the closed list."""

    YES, LATER, NO = "yes", "later", "no"
    # Wanted by clean() with the answer their label names: calling them optional would mislead.
    asked_for_some_answers = ("later_on", "reason")

    answer = forms.ChoiceField(
        label="Votre réponse",
        choices=(
            (YES, "Oui, échangeons"),
            (LATER, "Plus tard, à une date que je choisis"),
            (NO, "Non, et voici pourquoi"),
        ),
        widget=forms.RadioSelect,
    )
    later_on = forms.DateField(
        label="Si c’est plus tard\u00a0: me reposer la question le", required=False, widget=DateInput
    )
    reason = forms.ChoiceField(label="Si c’est non\u00a0: la raison", required=False)
    note = forms.CharField(
        label="Un mot pour l’autre côté",
        required=False,
        max_length=NOTE_LENGTH,
        widget=forms.Textarea(attrs={"rows": 4}),
    )

    def __init__(self, *args: Any, introduction: Introduction, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        reasons = [
            (reason.value, reason.label)
            for reason in reasons_for(introduction.kind, introduction.answering_side)
        ]
        self.fields["reason"].choices = [("", "Choisissez une raison"), *reasons]  # type: ignore[attr-defined]
        self._say_until_when(introduction)

    def _say_until_when(self, introduction: Introduction) -> None:
        """Until which day it may be put off; past it, yes or no, and why."""
        answer = self.fields["answer"]
        if introduction.can_be_postponed:
            last = short_date(introduction.latest_later_on)
            self.fields["later_on"].help_text = f"Au plus tard le {last}, un an après la demande."
            return
        answer.choices = [choice for choice in answer.choices if choice[0] != self.LATER]  # type: ignore[attr-defined]
        answer.help_text = "Cette demande a un an\u00a0: elle ne se remet plus à plus tard."
        del self.fields["later_on"]

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        if cleaned.get("answer") == self.LATER and "later_on" not in self.errors:
            later_on = cleaned.get("later_on")
            if later_on is None:
                self.add_error("later_on", "Indiquez la date à laquelle vous reposer la question.")
            elif later_on <= clock.today():
                self.add_error("later_on", "Choisissez une date à venir.")
        if cleaned.get("answer") == self.NO and not cleaned.get("reason"):
            self.add_error(
                "reason", "Choisissez une raison\u00a0: elle aide l’autre côté à savoir quoi faire ensuite."
            )
        return cleaned


class WithdrawForm(forms.Form):
    note = forms.CharField(
        label="Un mot pour l’autre côté",
        required=False,
        max_length=NOTE_LENGTH,
        widget=forms.Textarea(attrs={"rows": 3}),
    )
