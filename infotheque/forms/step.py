"""The exercise of a step as a form: its questions, or the scale of a self-assessment."""

from collections.abc import Mapping
from decimal import Decimal
from typing import Any, Self

from django import forms

from infotheque.assessment import LEVELS
from infotheque.exercises import LONGEST_ANSWER, Exercise, Question
from mecenova.identifiers.fields import AmountField
from mecenova.ui.as_shown import AsShown

SHORT_ANSWER = 200


class StepForm(AsShown):
    """Nothing is required to keep what is written: what a finished step needs is said when it is finished.

    `answers` are those kept, that colleagues may have written.
    """

    def __init__(
        self,
        *args: Any,
        exercise: Exercise,
        answers: Mapping[str, str],
        typed: Mapping[str, Any] | None = None,
    ) -> None:
        super().__init__(*args, now=_values(exercise, answers), typed=typed)
        self.exercise, self.kept = exercise, answers
        for question in exercise.questions:
            self.fields[question.key] = _field(question)
        for dimension in exercise.dimensions:
            self.fields[dimension.key] = forms.ChoiceField(
                label=dimension.statement, choices=LEVELS, widget=forms.RadioSelect, required=False
            )

    @property
    def asked_for_some_answers(self) -> list[str]:
        """None is marked « facultatif »: all are wanted in the end."""
        return list(self.fields)

    def answers(self) -> dict[str, str]:
        """What was answered, as texts that a JSON column keeps; an amount with its cents and no spaces."""
        return {name: _written(value) for name, value in self.merged().items() if value not in (None, "")}

    def again(self, typed: Mapping[str, Any]) -> Self:
        return type(self)(exercise=self.exercise, answers=self.kept, typed=typed)


def _values(exercise: Exercise, answers: Mapping[str, str]) -> dict[str, Any]:
    """What each field holds, nothing where nobody has answered."""
    amounts = {question.key for question in exercise.questions if question.is_amount}
    keys = [*(each.key for each in exercise.questions), *(each.key for each in exercise.dimensions)]
    kept = {key: answers.get(key) for key in keys}
    return {key: Decimal(value) if value and key in amounts else value for key, value in kept.items()}


def _written(value: Any) -> str:
    return f"{value:.2f}" if isinstance(value, Decimal) else str(value).strip()


def _field(question: Question) -> forms.Field:
    if question.choices:
        return forms.ChoiceField(
            label=question.label,
            help_text=question.help,
            choices=question.choices,
            widget=forms.RadioSelect,
            required=False,
        )
    if question.is_amount:
        return AmountField(label=question.label, required=False)
    widget = forms.Textarea({"rows": 3}) if question.is_long else forms.TextInput()
    return forms.CharField(
        label=question.label,
        help_text=question.help,
        max_length=LONGEST_ANSWER if question.is_long else SHORT_ANSWER,
        required=False,
        widget=widget,
    )
