"""Writing mails in the outbox, in the transaction of the fact they tell; `deliver_due` is what sends them."""

import uuid
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from django.contrib.contenttypes.models import ContentType
from django.db import transaction
from django.db.models import Model

from mecenova.calendar import clock
from mecenova.calendar.quiet_hours import next_sending_time
from mecenova.mail.addresses import absolute_url, message_id_for
from mecenova.mail.composition import compose_due
from mecenova.mail.delivery import deliver_due
from mecenova.mail.digest import next_digest_time
from mecenova.mail.enums import Category, MailStatus
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
from mecenova.mail.troubles import is_in_trouble, mark_address, mend_address, mend_addresses_of
from mecenova.mail.wake import wake_on_commit

if TYPE_CHECKING:
    from accounts.models import User

__all__ = [
    "absolute_url",
    "compose_due",
    "deliver_due",
    "is_in_trouble",
    "mark_address",
    "mend_address",
    "mend_addresses_of",
    "queue",
    "queue_message",
    "retry_failed",
]


class OutsideTransactionError(RuntimeError):
    """A mail was about to be queued apart from the fact it tells: one could be kept without the other."""


def queue(
    notification_class: type[Notification],
    subject: Model,
    *,
    occurrence: str = "",
    context: Mapping[str, Any] | None = None,
) -> int:
    """Write one mail per recipient and say how many are new. The same notification, subject, recipient and
    occurrence is the same mail: queueing it again changes nothing.

    A weekly notification becomes a line of each recipient's next digest instead.
    """
    _require_transaction()
    if context and (notification_class.weekly or notification_class.rendered_late):
        raise ValueError(f"{notification_class.name} says what is true when it leaves: give it no context")
    notification = notification_class(occurrence)
    people = {
        f"{notification.name}:{subject.pk}:{person.pk}:{occurrence}": person
        for person in notification.recipients(subject)
        if person.is_active and person.email
    }
    for key in _already_queued(people):
        del people[key]
    declined = _declined(notification, people.values())
    people = {key: person for key, person in people.items() if person.pk not in declined}
    if notification.weekly:
        return _write_lines(notification, subject, people)
    return _write([_letter(notification, subject, person, key, context) for key, person in people.items()])


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

    Confidential by default: the site never shows again what it says. Inactive people get nothing.
    """
    _require_transaction()
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
        subject=" ".join(subject.split())[:LONGEST_SUBJECT],
        text=text,
        html=html,
        confidential=confidential,
        due_at=_due_at(urgent=urgent),
        message_id=message_id_for(key),
    )
    return _write([mail])


@transaction.atomic
def retry_failed(mails: OutgoingMailQuerySet) -> int:
    """Put back in the queue the mails that failed, or that an address in trouble held back."""
    number = mails.retriable().update(
        status=MailStatus.PENDING, due_at=clock.now(), attempts=0, uncertain=0, last_error=""
    )
    if number:
        wake_on_commit()
    return number


def _require_transaction() -> None:
    if not transaction.get_connection().in_atomic_block:
        raise OutsideTransactionError("Queue a mail inside the transaction of the fact it tells")


def _due_at(*, urgent: bool) -> Any:
    return clock.now() if urgent else next_sending_time(clock.now())


def _already_queued(keys: Any) -> list[str]:
    keys = list(keys)
    mails = OutgoingMail.objects.filter(key__in=keys).values_list("key", flat=True)
    lines = DigestLine.objects.filter(key__in=keys).values_list("key", flat=True)
    return list(mails.union(lines))


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
        subject=written.subject[:LONGEST_SUBJECT],
        text=written.text,
        html=written.html,
        subject_type=ContentType.objects.get_for_model(subject),
        subject_id=subject.pk,
        due_at=_due_at(urgent=notification.urgent),
        message_id=message_id_for(key),
    )


def _write_lines(notification: Notification, subject: Model, people: "Mapping[str, User]") -> int:
    lines = [
        DigestLine(
            key=key,
            notification=notification.name,
            category=notification.category,
            recipient=person,
            subject_type=ContentType.objects.get_for_model(subject),
            subject_id=subject.pk,
            occurrence=notification.occurrence,
            due_at=next_digest_time(clock.now()),
        )
        for key, person in people.items()
    ]
    DigestLine.objects.bulk_create(lines, ignore_conflicts=True)
    return len(lines)


def _write(mails: list[OutgoingMail]) -> int:
    OutgoingMail.objects.bulk_create(mails, ignore_conflicts=True)
    if mails:
        wake_on_commit()
    return len(mails)
