"""An adviser's slots: opened, chosen by one organisation, given back, held."""

from datetime import UTC, date, datetime, time, timedelta
from typing import TYPE_CHECKING
from uuid import UUID

from django.contrib.contenttypes.models import ContentType
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.db.models import Model
from django.urls import reverse

from mecenova.agenda import notifications, organisations
from mecenova.agenda.enums import Outcome, Owner
from mecenova.agenda.followups import HoldSlot, OfferSlot, RemindSlot
from mecenova.agenda.locks import hold
from mecenova.agenda.models import Absence, FollowUp, Slot, SlotQuerySet, SlotRequest
from mecenova.agenda.operations.follow_ups import close, start
from mecenova.agenda.policies import can_book_for, can_see_booking
from mecenova.agenda.signals import slot_held
from mecenova.agenda.slot_links import slots_path
from mecenova.calendar import clock
from mecenova.calendar.clock import PARIS, paris
from mecenova.calendar.working_days import is_working_day, morning_of
from mecenova.mail.addresses import absolute_url
from mecenova.mail.operations import queue
from mecenova.team import is_staff
from mecenova.ui.figures import day_and_hour
from mecenova.workflow import journal
from mecenova.workflow.errors import DomainError

if TYPE_CHECKING:
    from accounts.models import User

MINUTES = 20
FREE, BOOKED, HELD, WITHDRAWN = "free", "booked", "held", "withdrawn"
# What an adviser is left to prepare.
NOTICE = timedelta(hours=2)
FURTHEST = timedelta(days=183)
TAKEN = "Ce créneau vient d’être pris ou retiré\u00a0: choisissez-en un autre."


def free_slots() -> SlotQuerySet:
    """What can be chosen now, soonest first."""
    return Slot.objects.all().free(clock.now() + NOTICE).select_related("adviser").order_by("starts_at", "id")


@transaction.atomic
def open_slots(
    *, adviser: "User", day: date, starts: time, ends: time, by: "User | None", minutes: int = MINUTES
) -> list[Slot]:
    """As many slots as fit between two hours of one day. Those who were waiting for one are told."""
    if not is_staff(adviser) or (by is not None and not is_staff(by)):
        raise PermissionDenied
    hold(f"agenda.slots:{adviser.pk}")
    moments = _moments(day, starts, ends, minutes)
    _refuse_wrong_day(adviser, day)
    last = moments[-1] + timedelta(minutes=minutes)
    near = Slot.objects.standing().filter(adviser=adviser, starts_at__lt=last)
    if any(slot.ends_at > moments[0] for slot in near.filter(starts_at__gt=moments[0] - timedelta(hours=3))):
        raise DomainError("Des créneaux sont déjà ouverts à ces heures\u00a0: choisissez-en d’autres.")
    slots = Slot.objects.bulk_create(
        Slot(adviser=adviser, starts_at=moment, minutes=minutes) for moment in moments
    )
    _answer_requests(len(slots))
    return slots


@transaction.atomic
def book_slot(*, slot: Slot, organisation_id: UUID, about: Model, by: "User") -> Slot:
    """One slot for one organisation. Chosen twice by the same, it is booked once."""
    if not can_book_for(by, organisation_id):
        raise PermissionDenied
    organisations.lock(organisation_id)
    row = _locked(slot)
    if row.booked_by_organisation_id == organisation_id and row.is_booked:
        return row
    if not free_slots().filter(pk=row.pk).exists():
        raise DomainError(TAKEN)
    ahead = Slot.objects.to_hold().of_organisation(organisation_id).filter(starts_at__gt=clock.now()).first()
    if ahead is not None:
        raise DomainError(
            f"Vous avez déjà un rendez-vous, {day_and_hour(ahead.starts_at)}."
            " Annulez-le d’abord pour en changer."
        )
    row.booked_by_organisation_id, row.booked_by, row.booked_at = organisation_id, by, clock.now()
    row.booked_for_type, row.booked_for_id = ContentType.objects.get_for_model(about), about.pk
    row.save()
    journal.record(row, "book", FREE, BOOKED, by)
    start(HoldSlot, row, since=row.starts_at)
    reminded_at = _morning_before(row.starts_at)
    if reminded_at > clock.now():
        start(RemindSlot, row, since=reminded_at)
    queue(notifications.SlotBooked, row, occurrence=row.booking)
    queue(notifications.SlotTaken, row, occurrence=row.booking)
    _close_requests(organisation_id)
    _give_staff_step(about, row.adviser)
    return row


@transaction.atomic
def cancel_booking(*, slot: Slot, by: "User") -> Slot:
    """Either side calls the appointment off, before it begins; the other is told.

    Given back by the organisation, the slot is free again; called off by the team, it is withdrawn, and
    where no other is free the team owes a date.
    """
    row = _locked_with_organisation(slot)
    if not can_see_booking(by, row):
        raise PermissionDenied
    if not row.is_booked or row.held_at is not None:
        return row
    if row.has_begun:
        raise DomainError("Ce rendez-vous est passé\u00a0: il ne s’annule plus.")
    close(row, HoldSlot, RemindSlot, outcome=Outcome.CANCELLED)
    if is_staff(by):
        _call_off(row, by)
    else:
        _give_back(row, by)
    return row


@transaction.atomic
def withdraw_slot(*, slot: Slot, by: "User") -> Slot:
    """The team takes a slot back; booked, whoever booked it is told."""
    if not is_staff(by):
        raise PermissionDenied
    row = _locked_with_organisation(slot)
    if row.cancelled_at is not None:
        return row
    if row.booked_at is not None:
        return cancel_booking(slot=row, by=by)
    row.cancelled_at = clock.now()
    row.save(update_fields=["cancelled_at"])
    journal.record(row, "withdraw", FREE, WITHDRAWN, by)
    return row


@transaction.atomic
def hold_slot(*, slot: Slot, by: "User") -> Slot:
    """They have talked: the adviser's step ends, and the rooms above are told."""
    if not is_staff(by):
        raise PermissionDenied
    row = _locked_with_organisation(slot)
    if not row.is_booked or row.held_at is not None:
        return row
    if not row.has_begun:
        raise DomainError("Ce rendez-vous n’a pas encore commencé.")
    row.held_at = clock.now()
    row.save(update_fields=["held_at"])
    journal.record(row, "hold", BOOKED, HELD, by)
    close(row)
    slot_held.send(sender=Slot, slot=row, by=by)
    return row


@transaction.atomic
def ask_for_slot(*, organisation_id: UUID, about: Model, by: "User") -> SlotRequest:
    """No slot is free: the team owes a date. Asked twice, it is owed once."""
    if not can_book_for(by, organisation_id):
        raise PermissionDenied
    organisations.lock(organisation_id)
    return _ask(organisation_id, about, by)


@transaction.atomic
def release_organisation(*, organisation_id: UUID, by: "User | None") -> None:
    """It leaves the site: its appointments ahead are free for others, what it asked for is closed."""
    for slot in Slot.objects.to_hold().of_organisation(organisation_id).order_by("pk"):
        row = _locked(slot)
        close(row, HoldSlot, RemindSlot, outcome=Outcome.CANCELLED)
        _give_back(row, by)
    _close_requests(organisation_id)


def _ask(organisation_id: UUID, about: Model, by: "User | None") -> SlotRequest:
    waiting = SlotRequest.objects.waiting().filter(organisation_id=organisation_id).first()
    if waiting is None:
        kind = ContentType.objects.get_for_model(about)
        waiting = SlotRequest.objects.create(
            organisation_id=organisation_id, asked_by=by, about_type=kind, about_id=about.pk
        )
        start(OfferSlot, waiting)
    return waiting


def _locked_with_organisation(slot: Slot) -> Slot:
    """The organisation that booked it first, as every operation takes its rows, then the slot."""
    holder = Slot.objects.filter(pk=slot.pk).values_list("booked_by_organisation_id", flat=True).get()
    if holder is not None:
        organisations.lock(holder)
    row = _locked(slot)
    if row.booked_by_organisation_id not in (holder, None):
        raise DomainError("Ce créneau vient de changer de main. Rechargez la page.")
    return row


def _locked(slot: Slot) -> Slot:
    return Slot.objects.select_for_update(of=("self",), no_key=True).select_related("adviser").get(pk=slot.pk)


def _moments(day: date, starts: time, ends: time, minutes: int) -> list[datetime]:
    """Counted on the clock that does not jump: an hour is an hour on the days it changes."""
    if not 5 <= minutes <= 120:
        raise DomainError("Un créneau dure de 5 à 120 minutes.")
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
    if Absence.objects.filter(user=adviser, first_day__lte=day, last_day__gte=day).exists():
        raise DomainError("Cette personne est absente ce jour-là\u00a0: choisissez un autre jour.")


def _answer_requests(places: int) -> None:
    """Those who wait longest are told first, no more of them than there are new slots."""
    waiting = SlotRequest.objects.waiting().select_for_update(skip_locked=True, no_key=True)
    for request in waiting.order_by("asked_at", "id")[:places]:
        queue(notifications.SlotsOpened, request)
        _close_request(request)


def _close_requests(organisation_id: UUID) -> None:
    for request in SlotRequest.objects.waiting().filter(organisation_id=organisation_id):
        _close_request(request)


def _close_request(request: SlotRequest) -> None:
    request.closed_at = clock.now()
    request.save(update_fields=["closed_at"])
    close(request)


def _give_staff_step(about: Model, adviser: "User") -> None:
    """What the team already owed about the same subject is done by whoever will talk with them."""
    FollowUp.objects.about([about]).steps().filter(owner=Owner.STAFF).update(assigned_to=adviser)


def _give_back(row: Slot, by: "User | None") -> None:
    when, turn = day_and_hour(row.starts_at), row.booking
    row.booked_by_organisation_id = row.booked_by = row.booked_at = None
    row.booked_for_type = row.booked_for_id = None
    row.save()
    journal.record(row, "give_back", BOOKED, FREE, by)
    slots_url = absolute_url(reverse("agenda:team_slots"))
    queue(notifications.SlotGivenBack, row, occurrence=turn, context={"when": when, "slots_url": slots_url})


def _call_off(row: Slot, by: "User") -> None:
    organisation_id, about = row.booked_by_organisation_id, row.booked_for
    row.cancelled_at = clock.now()
    row.save(update_fields=["cancelled_at"])
    journal.record(row, "call_off", BOOKED, WITHDRAWN, by)
    if organisation_id is None or about is None:
        return
    none_free = not free_slots().exists()
    if none_free:
        _ask(organisation_id, about, row.booked_by)
    path = slots_path(organisation_id=organisation_id, about=about)
    values = {"when": day_and_hour(row.starts_at), "slots_url": absolute_url(path), "none_free": none_free}
    queue(notifications.SlotCalledOff, row, occurrence=row.booking, context=values)


def _morning_before(moment: datetime) -> datetime:
    """Nine o’clock on the working day before."""
    day = paris(moment).date() - timedelta(days=1)
    while not is_working_day(day):
        day -= timedelta(days=1)
    return morning_of(day)
