"""Changing the delay of a rule, opening slots, choosing one, and what becomes of those of somebody away."""

from collections.abc import Sequence
from typing import Any

from django import forms

from mecenova.agenda.enums import Fate
from mecenova.agenda.models import Slot, SlotQuerySet
from mecenova.agenda.models.slot import LONGEST, MINUTES, SHORTEST
from mecenova.agenda.operations.covering import Decisions, ToCover
from mecenova.agenda.operations.delays import LONGEST_DELAY
from mecenova.agenda.operations.slots import TAKEN
from mecenova.agenda.organisations import names_of, phones_of
from mecenova.identifiers.fields import WholeNumberField
from mecenova.team import team
from mecenova.ui.as_shown import AsShown
from mecenova.ui.figures import day_and_hour
from mecenova.ui.forms import DateInput, ShortRadios

NO_MORE = (
    "Ce choix n’est plus possible\u00a0: la personne s’est absentée ou a pris un autre appel, ou l’heure est "
    "venue. Choisissez à nouveau."
)


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
        label="Durée d’un créneau, en minutes", initial=MINUTES, min_value=SHORTEST, max_value=LONGEST
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
            "invalid_choice": TAKEN,
        },
    )

    def __init__(self, *args: Any, slots: SlotQuerySet, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["slot"].queryset = slots


class CoverForm(forms.Form):
    """What becomes of each appointment of somebody who goes away.

    Asked as soon as the days are known: it is bound once an answer to one of them was sent.
    """

    def __init__(self, data: Any, *, covers: Sequence[ToCover]) -> None:
        self.covers = {_name(one): one for one in covers}
        super().__init__(data if any(name in data for name in self.covers) else None)
        keys = [one.slot.booked_by_organisation_id for one in covers]
        names, phones = names_of(keys), phones_of(keys)
        for name, one in self.covers.items():
            key = one.slot.booked_by_organisation_id
            self.fields[name] = forms.ChoiceField(
                label=f"{names.get(key, '')}, {day_and_hour(one.slot.starts_at)}",
                choices=_choices(one),
                initial=_proposed(one),
                help_text=_help(one, phones.get(key, "")),
                error_messages={
                    "required": "Dites ce que devient ce rendez-vous.",
                    "invalid_choice": NO_MORE,
                },
            )

    def decisions(self) -> Decisions:
        people = {str(person.pk): person for one in self.covers.values() for person in one.colleagues}
        return {
            one.slot.key_of_booking: people.get(self.cleaned_data[name]) or Fate(self.cleaned_data[name])
            for name, one in self.covers.items()
        }

    def told(self) -> str:
        """What the team reads once it is done."""
        decisions = self.decisions().values()
        off = sum(decision == Fate.CALL_OFF for decision in decisions)
        taken = sum(not isinstance(decision, Fate) for decision in decisions)
        said = f" Rendez-vous repris par l’équipe\u00a0: {taken}." if taken else ""
        if not off:
            return said
        whose = "chaque organisme" if off > 1 else "l’organisme"
        return f"{said} Rendez-vous annulés\u00a0: {off}\u202f; {whose} sait comment en avoir un autre."


def _name(one: ToCover) -> str:
    """Of its field; another when the same slot is booked by somebody else."""
    slot, booking = one.slot.key_of_booking
    return f"rendez-vous-{slot.hex}-{booking}"


def _choices(one: ToCover) -> list[tuple[str, str]]:
    if not one.slot.has_begun:
        called = [(str(person.pk), f"{person} appelle à cette heure") for person in one.colleagues]
        return [*called, (Fate.CALL_OFF, "Annuler et proposer un autre moment")]
    asked = [(str(person.pk), f"On ne sait pas\u00a0: {person} demande") for person in one.colleagues]
    return [
        ("", "Choisissez"),
        (Fate.HELD, "L’appel a eu lieu"),
        (Fate.CALL_OFF, "Personne n’a appelé\u00a0: nos excuses"),
        *asked,
    ]


def _proposed(one: ToCover) -> str:
    """The colleague with the fewest steps; nothing, of what has already taken place or not."""
    if one.slot.has_begun:
        return ""
    return str(one.colleagues[0].pk) if one.colleagues else Fate.CALL_OFF


def _help(one: ToCover, phone: str) -> str:
    """For whoever calls as well: a mail may be read too late."""
    number = f"Téléphone\u00a0: {phone}" if phone else "Aucun téléphone sur la fiche"
    if one.colleagues or one.slot.has_begun:
        return f"{number}."
    return f"{number}. Personne d’autre de l’équipe n’est libre à cette heure."
