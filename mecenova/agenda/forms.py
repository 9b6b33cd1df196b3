"""Changing the delay of a rule."""

from typing import Any

from django import forms

from mecenova.agenda.models import RuleDelay
from mecenova.agenda.rules import registered, rule_named

LONGEST_DELAY = 365


class RuleDelayForm(forms.ModelForm):
    """One day of one rule, and the number of days to count instead."""

    rule = forms.ChoiceField(label="Règle")
    occurrence = forms.IntegerField(label="Jour prévu par la règle", min_value=1)
    days = forms.IntegerField(
        label="Délai en jours",
        min_value=1,
        max_value=LONGEST_DELAY,
        help_text="Jours ouvrés jusqu’à 30, jours calendaires à partir de 45.",
        error_messages={
            "min_value": "Un délai compte au moins un jour.",
            "max_value": f"Un délai compte au plus {LONGEST_DELAY} jours.",
        },
    )

    class Meta:
        model = RuleDelay
        fields = ["rule", "occurrence", "days"]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        choices = [(rule.name, f"{rule.name} ({_days(rule.days)})") for rule in registered()]
        self.fields["rule"].choices = choices  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any] | None:
        cleaned = super().clean()
        rule = rule_named(self.cleaned_data.get("rule", ""))
        occurrence = self.cleaned_data.get("occurrence")
        if rule is not None and occurrence is not None and occurrence not in rule.days:
            self.add_error("occurrence", f"Choisissez un des jours de la règle\u00a0: {_days(rule.days)}.")
        return cleaned


def _days(days: tuple[int, ...]) -> str:
    return ", ".join(str(day) for day in days)
