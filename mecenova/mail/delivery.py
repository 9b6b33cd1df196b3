"""The drain: claim a mail, ask again whether it is wanted, present it to the server, write what came of it.

The claim and its lease are committed before the server is spoken to, the result right after, mail by mail.
A sender that dies in between leaves a leased row: it is claimed again when the lease runs out, with the same
Message-ID, and the repeat is counted, logged and bounded.
"""

import logging
import time
from collections import Counter
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

from django.conf import settings
from django.core.mail import EmailMultiAlternatives, get_connection
from django.db import transaction

from mecenova.calendar import clock
from mecenova.mail.enums import Category, MailStatus
from mecenova.mail.models import MESSAGE, MailPreference, OutgoingMail
from mecenova.mail.notifications import notification_named
from mecenova.mail.outcomes import Outcome, Verdict, back_off, judge

logger = logging.getLogger(__name__)

LEASE = timedelta(minutes=3)
# Django's own SMTP backend does not say when the outcome is unknown; ours, otherwise the same, does.
CAREFUL = {"django.core.mail.backends.smtp.EmailBackend": "mecenova.mail.smtp.EmailBackend"}
# Refusals "for now" and unforeseen errors before a person has to look: a little over two days.
MOST_ATTEMPTS = 16
# Times a mail may have left without our knowing before we stop repeating it.
MOST_UNCERTAIN = 5


class Delivery(StrEnum):
    """What became of one claimed mail."""

    SENT = "sent"
    CANCELLED = "cancelled"
    POSTPONED = "postponed"
    FAILED = "failed"
    UNCERTAIN = "uncertain"


def deliver_due(limit: int = 500, seconds: float = 20.0) -> Counter[Delivery]:
    """Send what is due, oldest first, within bounds of number and time. Several senders share the work."""
    stop = time.monotonic() + seconds
    delivered: Counter[Delivery] = Counter()
    server = _Server()
    try:
        while sum(delivered.values()) < limit and time.monotonic() < stop:
            mail = claim(clock.now())
            if mail is None:
                break
            delivered[_deliver(mail, server)] += 1
            if server.is_away:
                break
    finally:
        server.close()
    return delivered


@transaction.atomic(durable=True)
def claim(moment: datetime) -> OutgoingMail | None:
    """Take the oldest claimable mail that nobody else is taking, and lease it."""
    rows = OutgoingMail.objects.all().claimable(moment).order_by("due_at", "created_at", "id")
    mail = rows.select_for_update(skip_locked=True, of=("self",)).select_related("recipient").first()
    if mail is None:
        return None
    if mail.status == MailStatus.SENDING:
        mail.uncertain += 1
        logger.warning("Mail %s is presented again: outcome unknown %s times", mail.pk, mail.uncertain)
    mail.status = MailStatus.SENDING
    mail.lease_until = moment + LEASE
    mail.attempts += 1
    mail.save(update_fields=["status", "lease_until", "attempts", "uncertain"])
    return mail


@transaction.atomic
def settle_past(moment: datetime) -> int:
    """Write for each mail due by then what delivery would have, at its date, without any server.

    For an invented past: whoever reads it finds the mails that people would have received.
    """
    due = OutgoingMail.objects.filter(status=MailStatus.PENDING, due_at__lte=moment)
    mails = list(due.select_related("recipient"))
    for mail in mails:
        mail.last_error = _why_unwanted(mail)
        mail.attempts = 0 if mail.last_error else 1
        mail.sent_at = None if mail.last_error else mail.due_at
        mail.status = MailStatus.CANCELLED if mail.last_error else MailStatus.SENT
    OutgoingMail.objects.bulk_update(mails, ["status", "sent_at", "attempts", "last_error"])
    return len(mails)


def _deliver(mail: OutgoingMail, server: "_Server") -> Delivery:
    if mail.uncertain > MOST_UNCERTAIN:
        return _settle(mail, Delivery.FAILED, f"Outcome unknown {mail.uncertain} times; may have arrived")
    try:
        unwanted = _why_unwanted(mail)
    except Exception as error:
        logger.exception("Mail %s (%s): asking whether it is wanted raised", mail.pk, mail.notification)
        return _later(mail, f"{type(error).__name__}: {error}"[:2000])
    if unwanted:
        return _settle(mail, Delivery.CANCELLED, unwanted)
    verdict = server.present(mail)
    if verdict.outcome == Outcome.SENT:
        return _settle(mail, Delivery.SENT)
    logger.warning("Mail %s (%s): %s", mail.pk, mail.notification, verdict.outcome)
    if verdict.outcome == Outcome.REFUSED:
        return _settle(mail, Delivery.FAILED, verdict.error)
    if verdict.outcome == Outcome.UNKNOWN:
        # The lease stays: nobody repeats this mail before it runs out.
        _write(mail, last_error=verdict.error)
        return Delivery.UNCERTAIN
    if verdict.outcome == Outcome.NO_SERVER:
        # Not this mail's fault: it does not count among its attempts.
        mail.attempts -= 1
        return _postpone(mail, back_off(1), verdict.error)
    return _later(mail, verdict.error)


def _why_unwanted(mail: OutgoingMail) -> str:
    """The reason not to send it any more, or nothing; whatever changed since it was written counts."""
    if mail.recipient is not None and not mail.recipient.is_active:
        return "recipient is no longer active"
    if mail.notification == MESSAGE:
        return ""
    notification = notification_named(mail.notification)
    if notification is None:
        raise LookupError(f"This release has no notification {mail.notification}")
    if mail.category == Category.INFORMATION and _is_declined(mail, notification.group):
        return "recipient declined this group"
    subject = mail.about
    if subject is None:
        return "subject no longer exists"
    if mail.recipient is None or not notification.still_wanted(subject, mail.recipient):
        return "no longer wanted"
    return ""


def _is_declined(mail: OutgoingMail, group: str) -> bool:
    reader_id = mail.recipient_id
    if reader_id is None:
        return False
    return MailPreference.objects.filter(user_id=reader_id, group=group, wanted=False).exists()


def _later(mail: OutgoingMail, error: str) -> Delivery:
    if mail.attempts >= MOST_ATTEMPTS:
        return _settle(mail, Delivery.FAILED, error)
    return _postpone(mail, back_off(mail.attempts), error)


def _postpone(mail: OutgoingMail, wait: timedelta, error: str) -> Delivery:
    _write(
        mail,
        status=MailStatus.PENDING,
        lease_until=None,
        attempts=mail.attempts,
        due_at=clock.now() + wait,
        last_error=error,
    )
    return Delivery.POSTPONED


def _settle(mail: OutgoingMail, delivery: Delivery, reason: str = "") -> Delivery:
    status = {
        Delivery.SENT: MailStatus.SENT,
        Delivery.CANCELLED: MailStatus.CANCELLED,
        Delivery.FAILED: MailStatus.FAILED,
    }[delivery]
    sent_at = clock.now() if delivery == Delivery.SENT else None
    _write(mail, status=status, lease_until=None, sent_at=sent_at, last_error=reason)
    if delivery == Delivery.FAILED:
        logger.error("Mail %s (%s) failed: a person must look", mail.pk, mail.notification)
    return delivery


def _write(mail: OutgoingMail, **values: Any) -> None:
    """Write the result, if the lease is still ours; whoever took over decides otherwise."""
    ours = OutgoingMail.objects.filter(pk=mail.pk, status=MailStatus.SENDING, lease_until=mail.lease_until)
    if not ours.update(**values):
        logger.error("Mail %s: its lease was lost before the result was written", mail.pk)


class _Server:
    """One connection to the mail server for a whole drain, opened when first needed."""

    def __init__(self) -> None:
        self._backend = get_connection(CAREFUL.get(settings.EMAIL_BACKEND))
        self._is_open = False
        self.is_away = False

    def present(self, mail: OutgoingMail) -> Verdict:
        knows = getattr(self._backend, "knows_outcomes", False)
        try:
            if not self._is_open:
                self._backend.open()
                self._is_open = True
        except Exception as error:
            self.is_away = True
            return Verdict(Outcome.NO_SERVER, f"{type(error).__name__}: {error}"[:2000])
        try:
            accepted = self._backend.send_messages([_message(mail)])
        except Exception as error:
            self.close()
            return judge(error, knows_outcomes=knows)
        return Verdict(Outcome.SENT) if accepted else Verdict(Outcome.LATER, "the backend accepted nothing")

    def close(self) -> None:
        if not self._is_open:
            return
        self._is_open = False
        try:
            self._backend.close()
        except Exception as error:
            logger.info("Closing the mail server's connection: %s", type(error).__name__)


def _message(mail: OutgoingMail) -> EmailMultiAlternatives:
    message = EmailMultiAlternatives(
        subject=mail.subject,
        body=mail.text,
        to=[mail.address],
        headers={"Message-ID": mail.message_id, "Auto-Submitted": "auto-generated"},
    )
    if mail.html:
        message.attach_alternative(mail.html, "text/html")
    return message
