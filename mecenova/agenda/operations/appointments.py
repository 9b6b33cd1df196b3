"""What becomes of an appointment: moved, called off by either side, held, or missed."""

from typing import TYPE_CHECKING
from uuid import UUID

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.db.models import Model

from mecenova.agenda import notifications, organisations
from mecenova.agenda.enums import Outcome
from mecenova.agenda.followups import HoldSlot, RemindSlot
from mecenova.agenda.models import TIME_TO_CHOOSE, FollowUp, Slot
from mecenova.agenda.operations import calendars
from mecenova.agenda.operations.follow_ups import close, next_step
from mecenova.agenda.operations.free import NOTICE, free_slots, refuse_all_day, who_may_choose
from mecenova.agenda.operations.requests import answer_requests, close_requests, owe_slot, remember_offer
from mecenova.agenda.operations.slots import (
    BOOKED,
    CHANGED_HANDS,
    FREE,
    TAKEN,
    clear_for,
    lock_organisation_of,
    locked,
    locked_both,
    locked_with_organisation,
    write_booking,
)
from mecenova.agenda.operations.telling import tell_adviser, tell_handed_over, tell_organisation
from mecenova.agenda.organisations import name_of, phone_of
from mecenova.agenda.policies import can_see_booking
from mecenova.agenda.signals import slot_held
from mecenova.agenda.slot_links import slots_path
from mecenova.calendar import clock
from mecenova.mail.addresses import absolute_url
from mecenova.mail.operations import queue
from mecenova.team import is_staff
from mecenova.ui.figures import day_and_hour
from mecenova.workflow import journal
from mecenova.workflow.errors import DomainError

if TYPE_CHECKING:
    from accounts.models import User

HELD, MISSED, WITHDRAWN = "held", "missed", "withdrawn"


@transaction.atomic
def move_booking(*, slot: Slot, to: Slot, by: "User") -> Slot:
    """The same appointment at another time, before it begins: each side is told once, its place is free."""
    holder = lock_organisation_of(slot)
    rows = {row.pk: row for row in locked_both(slot, to)}
    row, chosen = rows[slot.pk], rows[to.pk]
    if row.booked_by_organisation_id != holder or slot.booked_by_organisation_id not in (holder, None):
        # Given back since it was read, and perhaps another's: the team may move any, and would move theirs.
        raise DomainError(CHANGED_HANDS)
    organisation_id, about = row.booked_by_organisation_id, row.booked_about
    if not can_see_booking(by, row) or organisation_id is None or about is None:
        raise PermissionDenied
    if row == chosen:
        return row
    if not row.is_booked or row.has_begun:
        raise DomainError("Ce rendez-vous est passé\u00a0: choisissez-en un nouveau.")
    if not free_slots().filter(pk=chosen.pk).exists():
        raise DomainError(TAKEN)
    refuse_all_day(by=by)
    when = day_and_hour(row.starts_at)
    person = row.booked_by or by if is_staff(by) else by
    close(row, HoldSlot, RemindSlot, outcome=Outcome.CANCELLED)
    event = calendars.change(row)
    if row.adviser_id != chosen.adviser_id:
        tell_adviser(row, event, moved_to=chosen)
    tell_organisation(row, event, by=by, follows=person, moved_to=chosen)
    _free(row, by)
    write_booking(chosen, organisation_id, about, person=person, by=by, moved=event, moved_from=when)
    return chosen


@transaction.atomic
def cancel_booking(*, slot: Slot, by: "User") -> Slot:
    """Either side calls the appointment off, before it begins; the other is told.

    Given back by the organisation, the slot is free again; called off by the team, it is withdrawn, and
    where no other is free the team owes a date.
    """
    row = locked_with_organisation(slot)
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
        event = calendars.change(row)
        tell_adviser(row, event)
        tell_organisation(row, event, by=by)
        _free(row, by)
    return row


@transaction.atomic
def withdraw_slot(*, slot: Slot, by: "User") -> Slot:
    """The team takes a slot back; booked, the organisation is told."""
    if not is_staff(by):
        raise PermissionDenied
    row = locked_with_organisation(slot)
    if row.cancelled_at is not None:
        return row
    if row.booked_at is not None:
        return cancel_booking(slot=row, by=by)
    row.cancelled_at = clock.now()
    row.save(update_fields=["cancelled_at"])
    journal.record(row, "withdraw", FREE, WITHDRAWN, by)
    return row


@transaction.atomic
def hold_slot(*, slot: Slot, by: "User | None") -> Slot:
    """They have talked: the adviser's step ends, and the rooms above are told."""
    if not is_staff(by):
        raise PermissionDenied
    row = locked_with_organisation(slot)
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
def miss_slot(*, slot: Slot, by: "User") -> Slot:
    """They have not talked, one of the two says: the other is told, and whoever booked chooses again.

    Where no slot is free, the team owes a date. Said by the organisation, the promise was not kept.
    """
    row = locked_with_organisation(slot)
    if not can_see_booking(by, row):
        raise PermissionDenied
    if not row.is_booked or row.held_at is not None:
        return row
    if not row.has_begun:
        raise DomainError("Ce rendez-vous n’a pas encore commencé.")
    close(row, HoldSlot, outcome=Outcome.CANCELLED if is_staff(by) else Outcome.FAILED)
    _withdraw(row, "miss", MISSED, by)
    _offer_another(row, notifications.SlotMissed if is_staff(by) else notifications.SlotNotCalled)
    return row


@transaction.atomic
def hand_over_slot(*, slot: Slot, to: "User", by: "User | None") -> Slot:
    """Somebody else of the team will call, at the same hour: the organisation and both of them are told.

    Refused when that person is away, or talks with somebody then; what they had free at that hour is
    withdrawn. Once the hour has come nothing moves: what is owed is to say what came of it. The step follows
    by whoever gives it (`assign`, and the sharing of the team's steps).
    """
    row = locked_with_organisation(slot, hour_of=to)
    if not row.is_booked or row.held_at is not None or row.has_begun or row.adviser_id == to.pk:
        return row
    if not is_staff(to):
        raise DomainError("Choisissez une personne de l’équipe.")
    clear_for(to, row)
    former, row.adviser = row.adviser, to
    row.save(update_fields=["adviser"])
    line = journal.record(row, "hand_over", BOOKED, BOOKED, by, f"{to} appelle à la place de {former}.")
    tell_handed_over(row, former, str(line.pk), calendars.change(row))
    return row


@transaction.atomic
def call_off_unheld(*, slot: Slot, by: "User | None" = None, promised: int = 0) -> Slot:
    """Whoever was to call is away, or has left the team, and nobody else can: they choose again.

    `promised` is how many others were just told of the moments still free. Once its hour has passed, the
    mail says that nobody called.
    """
    row = locked_with_organisation(slot)
    if row.is_booked and row.held_at is None:
        close(row, HoldSlot, RemindSlot, outcome=Outcome.FAILED if row.has_begun else Outcome.CANCELLED)
        _call_off(row, by, promised)
    return row


@transaction.atomic
def release_organisation(*, organisation_id: UUID, by: "User | None") -> None:
    """It leaves the site: its appointments ahead are free for others, what it asked for is closed.

    Of one whose hour has come the adviser is told nothing: they may have talked.
    """
    close_requests(organisation_id)
    for slot in Slot.objects.to_hold().of_organisation(organisation_id).order_by("pk"):
        row = locked(slot)
        close(row, HoldSlot, RemindSlot, outcome=Outcome.CANCELLED)
        if not row.has_begun:
            tell_adviser(row, calendars.change(row))
        _free(row, by)


def _free(row: Slot, by: "User | None") -> None:
    """Others can take it; whoever has waited for a slot the longest is told."""
    row.booked_by_organisation_id = row.booked_by = row.booked_at = None
    row.booked_for_type = row.booked_for_id = None
    row.save()
    journal.record(row, "give_back", BOOKED, FREE, by)
    if row.starts_at > clock.now() + NOTICE:
        answer_requests(1)


def _call_off(row: Slot, by: "User | None", promised: int = 0) -> None:
    """Of one whose hour has come, calendars keep what was to be, and the adviser knows what was not."""
    if not row.has_begun:
        tell_adviser(row, calendars.change(row), withdrawn=True, by=by)
    _withdraw(row, "call_off", WITHDRAWN, by)
    _offer_another(row, notifications.SlotCalledOff, promised)


def _withdraw(row: Slot, verb: str, state: str, by: "User | None") -> None:
    row.cancelled_at = clock.now()
    row.save(update_fields=["cancelled_at"])
    journal.record(row, verb, BOOKED, state, by)


def _offer_another(row: Slot, told: type[notifications.Notification], promised: int = 0) -> None:
    """The organisation chooses again; where no slot is free, or nobody is to tell, the team owes a date.

    As it does when what they were to choose among is gone before they have. Of two records made one, both may
    have had an appointment: the other stands, and they wait for nothing else.
    """
    organisation_id, about = row.booked_by_organisation_id, row.booked_for or row
    if organisation_id is None:
        return
    ahead = Slot.objects.to_hold().ahead().of_organisation(organisation_id)
    standing = ahead.select_related("adviser").first()
    none_free, owed = (False, None) if standing else _owe_or_offer(row, organisation_id, about, promised)
    path = slots_path(organisation_id=organisation_id, about=about)
    values = {
        "when": day_and_hour(row.starts_at),
        "organisation_name": name_of(organisation_id),
        "slots_url": absolute_url(path),
        "slot_url": absolute_url(row.get_absolute_url()),
        "phone": phone_of(organisation_id),
        "none_free": none_free,
        "choose_by": clock.now() + TIME_TO_CHOOSE,
        "answer_by": owed.deadline if owed else None,
        "put_off": owed.put_off if owed else "",
        "too_late": row.has_begun,
        "standing": f"{day_and_hour(standing.starts_at)}, avec {standing.adviser}" if standing else "",
        "standing_url": absolute_url(standing.get_absolute_url()) if standing else "",
    }
    queue(told, row, occurrence=row.booking, context=values)


def _owe_or_offer(
    row: Slot, organisation_id: UUID, about: Model, promised: int
) -> tuple[bool, FollowUp | None]:
    """Whether no slot is free for this organisation, and the date that the team owes it, if it does."""
    able = who_may_choose({organisation_id})
    none_free = not able or free_slots().count() <= promised
    if none_free or not organisations.who_is_told(organisation_id, row.booked_by):
        return none_free, next_step(owe_slot(organisation_id, about, by=row.booked_by))
    remember_offer(organisation_id, about, by=row.booked_by)
    return none_free, None
