"""An adviser goes away: what becomes of each appointment of these days is decided with the absence."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import TYPE_CHECKING
from uuid import UUID

from mecenova.agenda.enums import Fate
from mecenova.agenda.followups import HoldSlot
from mecenova.agenda.models import Absence, Slot, SlotQuerySet
from mecenova.agenda.operations.appointments import call_off_unheld, hold_slot
from mecenova.agenda.operations.follow_ups import start
from mecenova.agenda.operations.sharing import assign, steps_held
from mecenova.agenda.operations.slots import hold_slots_of
from mecenova.calendar import clock
from mecenova.team import team
from mecenova.workflow.errors import DomainError

if TYPE_CHECKING:
    from accounts.models import User

Days = tuple[date, date]
# By booking (`Slot.key_of_booking`): who calls instead, or what becomes of it.
Decisions = Mapping[tuple[UUID, str], "User | Fate"]


@dataclass(frozen=True, slots=True)
class ToCover:
    """One appointment, and who of the team can see to it, the least loaded first.

    Before its hour, those who can be there; once it has passed, those who can ask what came of it.
    """

    slot: Slot
    colleagues: "tuple[User, ...]"


def to_cover(adviser: "User", days: Days) -> list[ToCover]:
    """Soonest first. No two are proposed to the same colleague while another has fewer steps."""
    slots = list(_theirs(adviser, days).to_hold().select_related("adviser", "booked_by"))
    if not slots:
        return []
    colleagues = list(team().exclude(pk=adviser.pk))
    absences = list(Absence.objects.of_any([], [one.pk for one in colleagues]).from_day(clock.today()))
    taken = list(_within(Slot.objects.to_hold().exclude(adviser=adviser), days))
    load, found = steps_held(), []
    for slot in slots:
        able = [
            one for one in colleagues if _is_there(one, slot, absences) and not _is_taken(one, slot, taken)
        ]
        found.append(ToCover(slot, _least_loaded_first(able, load)))
        load.update(one.pk for one in found[-1].colleagues[:1])
    return found


def who_booked(decisions: Decisions) -> set[UUID]:
    """The organisations to hold before what was decided of their appointments is done."""
    slots = Slot.objects.filter(pk__in=[slot for slot, _ in decisions]).order_by()
    return {by for by in slots.values_list("booked_by_organisation_id", flat=True) if by}


def clear_days_of(adviser: "User", *, days: Days, decisions: "Decisions", by: "User | None") -> None:
    """What is free is withdrawn, what is booked becomes what was decided; all of it, or nothing.

    A booking of which nothing was decided is refused: whoever made it is told by nobody yet.
    """
    concerned = {adviser, *_who_call(decisions)}
    hold_slots_of(*concerned)
    # Held while they are read: whoever is choosing one of them waits, then finds it withdrawn.
    standing = _within(Slot.objects.standing().filter(adviser__in=concerned), days)
    slots = [
        slot
        for slot in standing.select_for_update(no_key=True).order_by("pk")
        if slot.adviser_id == adviser.pk
    ]
    booked = [slot for slot in slots if slot.is_booked and slot.held_at is None]
    if any(slot.key_of_booking not in decisions for slot in booked):
        raise DomainError(
            "Un rendez-vous est pris ces jours-là\u00a0: dites ce qu’il devient, et l’organisme le saura."
        )
    _theirs(adviser, days).free(clock.now()).update(cancelled_at=clock.now())
    called_off = []
    for slot in booked:
        decision = decisions[slot.key_of_booking]
        if decision == Fate.CALL_OFF:
            called_off.append(slot)
        elif decision == Fate.HELD:
            hold_slot(slot=slot, by=by)
        else:
            assign(follow_up=start(HoldSlot, slot, since=slot.starts_at), to=decision, by=by)
    # Last: what colleagues had free when they call instead is no offer.
    for promised, slot in enumerate(called_off):
        call_off_unheld(slot=slot, by=by, promised=promised)


def _theirs(adviser: "User", days: Days) -> SlotQuerySet:
    return _within(Slot.objects.standing().filter(adviser=adviser), days)


def _within(slots: SlotQuerySet, days: Days) -> SlotQuerySet:
    first, last = days
    starts, ends = clock.midnight(first), clock.midnight(last + timedelta(days=1))
    return slots.filter(starts_at__gte=starts, starts_at__lt=ends).order_by("starts_at", "pk")


def _who_call(decisions: "Decisions") -> "set[User]":
    return {decision for decision in decisions.values() if not isinstance(decision, Fate)}


def _is_there(person: "User", slot: Slot, absences: Sequence[Absence]) -> bool:
    """On the day of the slot; of one whose hour has passed, today."""
    day = max(clock.paris(slot.starts_at).date(), clock.today())
    return not any(
        absence.user_id == person.pk and absence.first_day <= day <= absence.last_day for absence in absences
    )


def _is_taken(person: "User", slot: Slot, taken: Sequence[Slot]) -> bool:
    return not slot.has_begun and any(
        other.adviser_id == person.pk and other.starts_at < slot.ends_at and other.ends_at > slot.starts_at
        for other in taken
    )


def _least_loaded_first(people: "Sequence[User]", load: "Counter[UUID]") -> "tuple[User, ...]":
    return tuple(sorted(people, key=lambda person: load[person.pk]))
