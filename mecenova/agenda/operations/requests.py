"""A date that the team owes: asked for when no slot is free, answered by news of free ones, owed again."""

from typing import TYPE_CHECKING
from uuid import UUID

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.db.models import Model

from mecenova.agenda import notifications, organisations
from mecenova.agenda.followups import OfferSlot
from mecenova.agenda.models import TIME_TO_CHOOSE, Slot, SlotRequest
from mecenova.agenda.operations.follow_ups import close, start
from mecenova.agenda.operations.free import free_slots, refuse_second, who_may_choose
from mecenova.agenda.policies import can_book_for
from mecenova.agenda.silence import register_living
from mecenova.calendar import clock
from mecenova.mail.models import AddressTrouble, OutgoingMail
from mecenova.mail.operations import queue
from mecenova.one_by_one import one_by_one

if TYPE_CHECKING:
    from accounts.models import User

register_living(
    "agenda.slot_requests", lambda: SlotRequest.objects.waiting(), lambda request: start(OfferSlot, request)
)


@transaction.atomic
def ask_for_slot(*, organisation_id: UUID, about: Model, by: "User") -> SlotRequest:
    """No slot is free: the team owes a date, whatever they were told before. Asked twice, it is owed once."""
    if not can_book_for(by, organisation_id):
        raise PermissionDenied
    organisations.lock(organisation_id)
    refuse_second(organisation_id)
    _choose_no_more(organisation_id)
    return owe_slot(organisation_id, about, by=by)


def owe_slot(organisation_id: UUID, about: Model, *, by: "User | None") -> SlotRequest:
    """Under the organisation's lock: one request at a time."""
    waiting = SlotRequest.objects.waiting().filter(organisation_id=organisation_id).first()
    if waiting is None:
        waiting = SlotRequest.objects.create(organisation_id=organisation_id, asked_by=by, about=about)
        start(OfferSlot, waiting)
    return waiting


def remember_offer(organisation_id: UUID, about: Model, *, by: "User | None") -> None:
    """They are told to choose among what is free: answered as it is made, as a request is by such news."""
    now, asked = clock.now(), SlotRequest(organisation_id=organisation_id, asked_by=by, about=about)
    asked.asked_at = asked.closed_at = asked.told_at = now
    asked.save()


def answer_requests(places: int) -> None:
    """Places are free: those who wait longest are told first, no more of them than there are new slots.

    Where there is nobody to write to, where none of them receives anything, or where what is free is kept for
    others, nothing was answered: the step stays with the team, that calls.
    """
    rows = SlotRequest.objects.waiting().select_for_update(skip_locked=True, no_key=True)
    waiting = list(rows.order_by("asked_at", "id"))
    able = who_may_choose({request.organisation_id for request in waiting})
    for request in waiting:
        if places <= 0:
            return
        if request.organisation_id not in able:
            continue
        if queue(notifications.SlotsOpened, request) and _is_heard(request):
            request.told_at = clock.now()
            _close_request(request)
            places -= 1


def _is_heard(request: SlotRequest) -> bool:
    """Whether one of those who are told has an address that receives."""
    told = organisations.who_is_told(request.organisation_id, request.asked_by)
    return any(not AddressTrouble.objects.open().of(person).exists() for person in told)


@transaction.atomic
def tell_who_stays(*, organisation_id: UUID) -> None:
    """News of free slots goes to whoever stays when the person it waits for has left before the morning.

    Their own mail is cancelled as it would leave. Where nobody is left to be told, the date is owed again.
    The caller holds the organisation.
    """
    unsent = OutgoingMail.objects.waiting().filter(notification=notifications.SlotsOpened.name)
    requests = SlotRequest.objects.filter(organisation_id=organisation_id, closed_at__isnull=False)
    answered = requests.filter(pk__in=unsent.values("subject_id")).select_for_update(no_key=True)
    for request in answered.order_by("asked_at", "id"):
        if organisations.who_is_told(organisation_id, request.asked_by):
            queue(notifications.SlotsOpened, request)
        elif not SlotRequest.objects.waiting().filter(organisation_id=organisation_id).exists():
            request.closed_at = request.told_at = None
            request.save(update_fields=["closed_at", "told_at"])
            start(OfferSlot, request)


def owe_dates_again() -> int:
    """Each hour: whoever was told of free slots, chose none, and would find none any more. How many."""
    rows = SlotRequest.objects.told_since(clock.now() - TIME_TO_CHOOSE).values_list("pk", "organisation_id")
    told = list(rows)
    able = _who_finds_one({organisation_id for _, organisation_id in told})
    lost = [request for request in told if request[1] not in able]
    return sum(one_by_one(lambda request: _owe_again(*request), lost, what="slot request"))


@transaction.atomic
def _owe_again(key: UUID, organisation_id: UUID) -> int:
    organisations.lock(organisation_id)
    request = SlotRequest.objects.filter(
        pk=key, organisation_id=organisation_id, told_at__isnull=False
    ).first()
    if request is None or _who_finds_one({organisation_id}):
        return 0
    owe_slot(organisation_id, request.about or request, by=request.asked_by)
    _choose_no_more(organisation_id)
    return 1


def _who_finds_one(keys: set[UUID]) -> set[UUID]:
    return who_may_choose(keys) if free_slots().exists() else set()


@transaction.atomic
def close_answered_requests(*, organisation_id: UUID) -> None:
    """Two records have become one: with an appointment ahead it waits for no date. The caller holds it."""
    if Slot.objects.to_hold().ahead().of_organisation(organisation_id).exists():
        close_requests(organisation_id)


def close_requests(organisation_id: UUID) -> None:
    """They have chosen a slot, or leave."""
    for request in SlotRequest.objects.waiting().filter(organisation_id=organisation_id):
        _close_request(request)
    _choose_no_more(organisation_id)


def _choose_no_more(organisation_id: UUID) -> None:
    SlotRequest.objects.filter(organisation_id=organisation_id).update(told_at=None)


def _close_request(request: SlotRequest) -> None:
    request.closed_at = clock.now()
    request.save(update_fields=["closed_at", "told_at"])
    close(request)
