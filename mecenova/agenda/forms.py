"""Changing the delay of a rule, opening slots, choosing one."""

from typing import Any

from django import forms

from mecenova.agenda.models import Slot, SlotQuerySet
from mecenova.agenda.operations.delays import LONGEST_DELAY
from mecenova.agenda.operations.slots import MINUTES
from mecenova.identifiers.fields import WholeNumberField
from mecenova.team import team
from mecenova.ui.as_shown import AsShown
from mecenova.ui.figures import day_and_hour
from mecenova.ui.forms import DateInput, ShortRadios


class DelayForm(AsShown):
    """The number of days to count, for one day of one rule."""

    days = WholeNumberField(
        label="Délai en jours",
        min_value=1,
        max_value=LONGEST_DELAY,
        help_text="Jours ouvrés jusqu’à 30, jours calendaires à partir de 45.",
        error_messages={
            "invalid": "Écrivez un nombre entier de jours, en chiffres.",
            "min_value": "Un délai compte au moins un jour.",
            "max_value": f"Un délai compte au plus {LONGEST_DELAY} jours.",
        },
    )


class OpenSlotsForm(forms.Form):
    """One stretch of one day, cut into slots."""

    adviser = forms.ModelChoiceField(queryset=None, label="Qui reçoit", empty_label=None)
    day = forms.DateField(label="Jour", widget=DateInput)
    starts = forms.TimeField(label="De", widget=forms.TimeInput({"type": "time"}, format="%H:%M"))
    ends = forms.TimeField(label="À", widget=forms.TimeInput({"type": "time"}, format="%H:%M"))
    minutes = WholeNumberField(
        label="Durée d’un créneau, en minutes", initial=MINUTES, min_value=5, max_value=120
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["adviser"].queryset = team()


class SlotChoiceField(forms.ModelChoiceField):
    def label_from_instance(self, slot: Slot) -> str:
        return f"{day_and_hour(slot.starts_at)}, avec {slot.adviser}, {slot.minutes} minutes"


class BookingForm(forms.Form):
    """One of the slots still free."""

    slot = SlotChoiceField(
        queryset=None,
        label="Le moment qui vous arrange",
        widget=ShortRadios,
        empty_label=None,
        error_messages={
            "required": "Choisissez un créneau.",
            "invalid_choice": "Ce créneau vient d’être pris ou retiré\u00a0: choisissez-en un autre.",
        },
    )

    def __init__(self, *args: Any, slots: SlotQuerySet, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["slot"].queryset = slots
