"""Writing mails in the outbox, in the transaction of the fact they tell; `deliver_due` is what sends them."""

import uuid
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from django.contrib.contenttypes.models import ContentType
from django.db import transaction
from django.db.models import Model

from mecenova.calendar import clock
from mecenova.mail.addresses import message_id_for
from mecenova.mail.composition import compose_due
from mecenova.mail.delivery import deliver_due
from mecenova.mail.departure import departure
from mecenova.mail.digest import next_digest_time
from mecenova.mail.enums import Category, MailStatus
from mecenova.mail.joining import key_of, out_of_reach
from mecenova.mail.models import (
    LONGEST_SUBJECT,
    MESSAGE,
    DigestLine,
    MailPreference,
    OutgoingMail,
    OutgoingMailQuerySet,
)
from mecenova.mail.notifications import Notification
from mecenova.mail.rendering import render
from mecenova.mail.restoring import cancel_waiting
from mecenova.mail.troubles import (
    forget_addresses_of,
    leaving_again,
    mark_address,
    mend_address,
    mend_addresses_of,
    put_back,
)
from mecenova.mail.wake import wake_on_commit
from mecenova.ui.typography import one_line
from mecenova.workflow import journal

if TYPE_CHECKING:
    from accounts.models import User

__all__ = [
    "cancel_waiting",
    "compose_due",
    "deliver_due",
    "forget_addresses_of",
    "leaving_again",
    "mark_address",
    "mend_address",
    "mend_addresses_of",
    "out_of_reach",
    "queue",
    "queue_message",
    "retry_failed",
    "take_back",
    "take_back_news",
    "together",
]


@dataclass
class _Bundle:
    """Rows held until the end of `together`, by key; written by the transaction that began it."""

    depth: int
    rows: dict[str, OutgoingMail | DigestLine] = field(default_factory=dict)


_bundle: ContextVar[_Bundle | None] = ContextVar("mails_written_together", default=None)


class OutsideTransactionError(RuntimeError):
    """A mail was about to be queued apart from the fact it tells: one could be kept without the other."""


@contextmanager
def together() -> Iterator[None]:
    """Inside, what is queued is written at the end, all of it at once: for whoever tells many facts in a row.

    What an operation queues in a transaction of its own (a savepoint) is written there: both or neither.
    """
    _require_transaction()
    bundle = _Bundle(_depth())
    token = _bundle.set(bundle)
    try:
        yield
    finally:
        _bundle.reset(token)
    known = _already_queued(bundle.rows)
    _write([row for key, row in bundle.rows.items() if key not in known])


def queue(
    notification_class: type[Notification],
    subject: Model,
    *,
    occurrence: str = "",
    context: Mapping[str, Any] | None = None,
) -> int:
    """Write one mail per recipient and say how many are new. The same notification, subject, recipient and
    occurrence is the same mail: queueing it again changes nothing.

    A weekly notification becomes a line of each recipient's next digest instead. Inside `together`, the
    number counts what is queued there, whatever the outbox held before.
    """
    _require_transaction()
    if context and (notification_class.weekly or notification_class.rendered_late):
        raise ValueError(f"{notification_class.name} says what is true when it leaves: give it no context")
    notification = notification_class(occurrence)
    people = {
        key_of(notification, subject, person): person
        for person in notification.recipients(subject)
        if person.is_active and person.email
    }
    bundle = _held()
    known = _already_queued(people) if bundle is None else bundle.rows.keys()
    people = {key: person for key, person in people.items() if key not in known}
    declined = _declined(notification, people.values())
    rows = [
        _line(notification, subject, person, key)
        if notification.weekly
        else _letter(notification, subject, person, key, context)
        for key, person in people.items()
        if person.pk not in declined
    ]
    if bundle is None:
        return _write(rows)
    bundle.rows |= {row.key: row for row in rows}
    return len(rows)


def queue_message(
    *,
    key: str,
    subject: str,
    text: str,
    html: str = "",
    recipient: "User | None" = None,
    address: str = "",
    urgent: bool = True,
    confidential: bool = True,
) -> int:
    """Write one ready-made mail (a code, a reset link) to a person or to a bare address.

    With an address, it goes there whatever the person's has become: it checks it, or warns it. Confidential
    by default: the site never shows again what it says. Inactive people get nothing.
    """
    _require_transaction()
    to_person = recipient is not None and not address
    address = address or (recipient.email if recipient else "")
    if not address or (recipient and not recipient.is_active):
        return 0
    key = f"{MESSAGE}:{key}"
    if _already_queued([key]):
        return 0
    mail = OutgoingMail(
        key=key,
        notification=MESSAGE,
        category=Category.SERVICE,
        recipient=recipient,
        address=address,
        to_person=to_person,
        subject=one_line(subject)[:LONGEST_SUBJECT],
        text=text,
        html=html,
        confidential=confidential,
        urgent=urgent,
        due_at=departure(urgent=urgent),
        message_id=message_id_for(key),
    )
    return _write([mail])


@transaction.atomic
def take_back(keys: Iterable[str]) -> dict[str, str]:
    """Of the ready-made mails of these keys, those that have not begun to leave are unwritten.

    Returns their addresses, by their keys. What a sender holds at this moment leaves.
    """
    mails = _unwrite(OutgoingMail.objects.filter(key__in=[f"{MESSAGE}:{key}" for key in keys]))
    return {mail.key.removeprefix(f"{MESSAGE}:"): mail.address for mail in mails}


@transaction.atomic
def take_back_news(notification_class: type[Notification], subjects: Iterable[Model]) -> set[Any]:
    """The same of a notification about these: queued again, it is written again. Returns their keys."""
    keys = [subject.pk for subject in subjects]
    about = OutgoingMail.objects.filter(notification=notification_class.name, subject_id__in=keys)
    return {mail.subject_id for mail in _unwrite(about)}


def _unwrite(mails: OutgoingMailQuerySet) -> list[OutgoingMail]:
    waiting = mails.filter(status=MailStatus.PENDING, attempts=0, uncertain=0, lease_until__isnull=True)
    found = list(waiting.select_for_update(skip_locked=True))
    OutgoingMail.objects.filter(pk__in=[mail.pk for mail in found]).delete()
    return found


@transaction.atomic
def retry_failed(*, mails: OutgoingMailQuerySet, by: "User | None") -> int:
    """Put back in the queue the mails that failed, or that an address in trouble held back; returns how many.

    Their `retry_at` says when they leave: no later than others would. Their journal says who asked for it.
    """
    stopped = list(mails.retriable().defer("text", "html").select_for_update(no_key=True))
    number = put_back([mail.pk for mail in stopped])
    for mail in stopped:
        journal.record(mail, "retry", mail.status, MailStatus.PENDING, by)
    return number


def _require_transaction() -> None:
    if not transaction.get_connection().in_atomic_block:
        raise OutsideTransactionError("Queue a mail inside the transaction of the fact it tells")


def _depth() -> int:
    """How many transactions stand one in the other at this moment."""
    return len(transaction.get_connection().savepoint_ids)


def _held() -> _Bundle | None:
    """The bundle that this transaction writes, if any."""
    bundle = _bundle.get()
    return bundle if bundle is not None and bundle.depth == _depth() else None


def _already_queued(keys: Iterable[str]) -> set[str]:
    keys = list(keys)
    if not keys:
        return set()
    mails = OutgoingMail.objects.filter(key__in=keys).values_list("key", flat=True)
    lines = DigestLine.objects.filter(key__in=keys).values_list("key", flat=True)
    return set(mails.union(lines))


def _declined(notification: Notification, people: Any) -> set[uuid.UUID]:
    if notification.category != Category.INFORMATION:
        return set()
    refusals = MailPreference.objects.filter(user__in=list(people), group=notification.group, wanted=False)
    return set(refusals.values_list("user_id", flat=True))


def _letter(
    notification: Notification, subject: Model, person: "User", key: str, context: Mapping[str, Any] | None
) -> OutgoingMail:
    """One mail as this person will read it."""
    values = notification.values(
        subject, person, {**notification.context(subject, person), **(context or {})}
    )
    written = render(notification.template, values, groups=notification.groups)
    return OutgoingMail(
        key=key,
        notification=notification.name,
        category=notification.category,
        groups=notification.groups,
        recipient=person,
        address=person.email,
        to_person=True,
        urgent=notification.urgent,
        subject=written.subject[:LONGEST_SUBJECT],
        text=written.text,
        html=written.html,
        subject_type=ContentType.objects.get_for_model(subject),
        subject_id=subject.pk,
        due_at=departure(urgent=notification.urgent),
        message_id=message_id_for(key),
    )


def _line(notification: Notification, subject: Model, person: "User", key: str) -> DigestLine:
    return DigestLine(
        key=key,
        notification=notification.name,
        category=notification.category,
        recipient=person,
        subject_type=ContentType.objects.get_for_model(subject),
        subject_id=subject.pk,
        occurrence=notification.occurrence,
        due_at=next_digest_time(clock.now()),
    )


def _write(rows: Sequence[OutgoingMail | DigestLine]) -> int:
    mails = [row for row in rows if isinstance(row, OutgoingMail)]
    OutgoingMail.objects.bulk_create(mails, ignore_conflicts=True)
    if mails:
        wake_on_commit()
    lines = [row for row in rows if isinstance(row, DigestLine)]
    DigestLine.objects.bulk_create(lines, ignore_conflicts=True)
    return len(rows)
