"""An adviser's slots: opened, and chosen by one organisation."""

from datetime import UTC, date, datetime, time, timedelta
from typing import TYPE_CHECKING
from uuid import UUID

from django.contrib.contenttypes.models import ContentType
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.db.models import Model

from mecenova.agenda import notifications, organisations
from mecenova.agenda.enums import Owner
from mecenova.agenda.followups import HoldSlot, RemindSlot
from mecenova.agenda.models import Absence, Appointment, FollowUp, Slot, SlotQuerySet
from mecenova.agenda.models.slot import LONGEST, MINUTES, SHORTEST
from mecenova.agenda.operations import calendars
from mecenova.agenda.operations.follow_ups import start
from mecenova.agenda.operations.free import free_slots, refuse_all_day, refuse_unfair
from mecenova.agenda.operations.requests import answer_requests, close_requests
from mecenova.agenda.policies import can_book_for
from mecenova.agenda.silence import register_beside, register_living
from mecenova.calendar import clock
from mecenova.calendar.clock import PARIS, paris
from mecenova.calendar.working_days import is_working_day, morning_of, next_working_morning
from mecenova.locks import hold
from mecenova.mail.operations import queue
from mecenova.team import is_staff
from mecenova.workflow import journal
from mecenova.workflow.errors import DomainError

if TYPE_CHECKING:
    from accounts.models import User

# When somebody may be expected to answer the telephone.
EARLIEST, LATEST = time(7), time(20)
FREE, BOOKED = "free", "booked"
FURTHEST = timedelta(days=183)
CHANGED_HANDS = "Ce créneau vient de changer de main\u00a0: la page dit à qui il est."
TAKEN = "Ce créneau vient d’être pris ou retiré\u00a0: choisissez-en un autre."

# Here, where steps can be started again: the rules of this room lie below its operations.
register_living(
    "agenda.booked_slots",
    lambda: Slot.objects.to_hold(),
    lambda slot: start(HoldSlot, slot, since=slot.starts_at),
)


def hold_slots_of(*advisers: "User") -> None:
    """What opens slots, what empties days of them, and what gives an appointment wait for each other.

    Taken before any slot (docs/adr/0014-one-order-of-locks.md): slots that are held stay theirs.
    """
    for pk in sorted({adviser.pk for adviser in advisers}):
        hold(f"agenda.slots:{pk}")


def _hold_hour_of(adviser: "User", taken: Slot) -> None:
    """An appointment, and what this adviser has at its hour, together.

    Whoever is choosing one of them has it, or finds it withdrawn.
    """
    hold_slots_of(adviser)
    keys = [taken.pk, *_at_the_hour(adviser, taken).values_list("pk", flat=True)]
    list(Slot.objects.filter(pk__in=keys).select_for_update(no_key=True).order_by("pk").values_list("pk"))


@transaction.atomic
def open_slots(
    *, adviser: "User", day: date, starts: time, ends: time, by: "User | None", minutes: int = MINUTES
) -> list[Slot]:
    """As many slots as fit between two hours of one day. Those who were waiting for one are told."""
    if not is_staff(adviser) or (by is not None and not is_staff(by)):
        raise PermissionDenied
    hold_slots_of(adviser)
    moments = _moments(day, starts, ends, minutes)
    _refuse_wrong_day(adviser, day)
    last = moments[-1] + timedelta(minutes=minutes)
    if Slot.objects.standing().filter(adviser=adviser).during(moments[0], last).exists():
        raise DomainError("Des créneaux sont déjà ouverts à ces heures\u00a0: choisissez-en d’autres.")
    slots = Slot.objects.bulk_create(
        Slot(adviser=adviser, starts_at=moment, minutes=minutes) for moment in moments
    )
    answer_requests(len(slots))
    return slots


@transaction.atomic
def book_slot(*, slot: Slot, organisation_id: UUID, about: Model, by: "User") -> Slot:
    """One slot for one organisation. Chosen twice by the same, it is booked once."""
    if not can_book_for(by, organisation_id):
        raise PermissionDenied
    organisations.lock(organisation_id)
    held = Slot.objects.booked().of_organisation(organisation_id).filter(pk=slot.pk).first()
    if held is not None:
        return held
    refuse_unfair(organisation_id, by=by)
    refuse_all_day(by=by)
    row = locked(slot)
    if not free_slots().filter(pk=row.pk).exists():
        raise DomainError(TAKEN)
    kind = ContentType.objects.get_for_model(about)
    write_booking(row, organisation_id, (kind, about.pk), person=by, by=by)
    return row


def write_booking(
    row: Slot,
    organisation_id: UUID,
    about: tuple[ContentType, UUID],
    *,
    person: "User",
    by: "User",
    moved: Appointment | None = None,
    moved_from: str = "",
) -> None:
    """On a locked free slot. `moved_from` is when they were to talk, said in words, before `by` moved it."""
    row.booked_by_organisation_id, row.booked_by, row.booked_at = organisation_id, person, clock.now()
    row.booked_for_type, row.booked_for_id = about
    row.save()
    calendars.enter(row, moved)
    journal.record(row, "book", FREE, BOOKED, by)
    start(HoldSlot, row, since=row.starts_at)
    _remind(row)
    for notification in (notifications.SlotBooked, notifications.SlotTaken):
        queue(notification, row, occurrence=row.booking, context={"moved_from": moved_from})
    close_requests(organisation_id)
    if row.booked_for is not None:
        _give_staff_step(row.booked_for, row.adviser)


def locked(slot: Slot) -> Slot:
    return Slot.objects.select_for_update(of=("self",), no_key=True).select_related("adviser").get(pk=slot.pk)


def locked_with_organisation(slot: Slot, *, hour_of: "User | None" = None) -> Slot:
    """The organisation that booked it first, as every operation takes its rows, then the slot.

    `hour_of`: with what this adviser has at its hour.
    """
    holder = lock_organisation_of(slot)
    if hour_of is not None:
        _hold_hour_of(hour_of, slot)
    row = locked(slot)
    if row.booked_by_organisation_id not in (holder, None):
        raise DomainError(CHANGED_HANDS)
    return row


def lock_organisation_of(slot: Slot) -> UUID | None:
    holder = Slot.objects.filter(pk=slot.pk).values_list("booked_by_organisation_id", flat=True).get()
    if holder is not None:
        organisations.lock(holder)
    return holder


def locked_both(slot: Slot, other: Slot) -> list[Slot]:
    """In the order of their keys: two who exchange their places wait for each other once."""
    rows = Slot.objects.select_for_update(of=("self",), no_key=True).select_related(
        "adviser", "booked_for_type"
    )
    return list(rows.filter(pk__in=[slot.pk, other.pk]).order_by("pk"))


def _moments(day: date, starts: time, ends: time, minutes: int) -> list[datetime]:
    """Counted on the clock that does not jump: an hour is an hour on the days it changes."""
    if not SHORTEST <= minutes <= LONGEST:
        raise DomainError(f"Un créneau dure de {SHORTEST} à {LONGEST} minutes.")
    if starts < EARLIEST or ends > LATEST:
        raise DomainError(f"Les créneaux s’ouvrent entre {EARLIEST.hour}\u00a0h et {LATEST.hour}\u00a0h.")
    first, last = (datetime.combine(day, hour, tzinfo=PARIS).astimezone(UTC) for hour in (starts, ends))
    length = timedelta(minutes=minutes)
    moments = [first + number * length for number in range(int((last - first) / length))]
    if not moments:
        raise DomainError("L’heure de fin laisse au moins la place d’un créneau après l’heure de début.")
    if moments[0] <= clock.now():
        raise DomainError("Un créneau s’ouvre pour plus tard\u00a0: choisissez une date à venir.")
    if moments[0] > clock.now() + FURTHEST:
        raise DomainError("Un créneau s’ouvre six mois à l’avance au plus.")
    return moments


def _refuse_wrong_day(adviser: "User", day: date) -> None:
    if not is_working_day(day):
        raise DomainError("Ce jour n’est pas travaillé\u00a0: choisissez un jour de semaine non férié.")
    if Absence.objects.of(None, adviser.pk).on(day).exists():
        raise DomainError("Cette personne est absente ce jour-là\u00a0: choisissez un autre jour.")


def clear_for(adviser: "User", taken: Slot) -> None:
    """Make room for an appointment taken over, its hour held (`locked_with_organisation`).

    Raises DomainError when the adviser cannot be there.
    """
    _refuse_wrong_day(adviser, paris(taken.starts_at).date())
    theirs = _at_the_hour(adviser, taken)
    if theirs.booked().exists():
        raise DomainError(
            f"{adviser} a déjà un rendez-vous à cette heure\u00a0: choisissez quelqu’un d’autre."
        )
    theirs.update(cancelled_at=clock.now())


def _at_the_hour(adviser: "User", taken: Slot) -> SlotQuerySet:
    return Slot.objects.standing().filter(adviser=adviser).during(taken.starts_at, taken.ends_at)


def _give_staff_step(about: Model, adviser: "User") -> None:
    """What the team already owed about the same subject is done by whoever will talk with them."""
    owed = FollowUp.objects.about([about]).steps().filter(owner=Owner.STAFF)
    owed.update(assigned_to=adviser, lent_by=None)


def _remind(slot: Slot) -> None:
    """Both are reminded the working day before, where that morning is still to come."""
    reminded_at = _morning_before(slot.starts_at)
    if reminded_at > clock.now():
        start(RemindSlot, slot, since=reminded_at)


def _to_remind() -> SlotQuerySet:
    """Booked for a day after the next working morning: their reminder is still to come."""
    day = clock.today()
    if not is_working_day(day) or morning_of(day) <= clock.now():
        day = paris(next_working_morning(day)).date()
    return Slot.objects.to_hold().filter(starts_at__gte=clock.midnight(day + timedelta(days=1)))


register_beside([RemindSlot.name], _to_remind, _remind)


def _morning_before(moment: datetime) -> datetime:
    """Nine o’clock on the working day before."""
    day = paris(moment).date() - timedelta(days=1)
    while not is_working_day(day):
        day -= timedelta(days=1)
    return morning_of(day)
