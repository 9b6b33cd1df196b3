"""The drain: claim mails, ask again whether each is wanted, present it to the server, write what came of it.

The claim and its lease are committed before the server is spoken to, the result right after, mail by mail.
A sender that dies in between leaves leased rows: they are claimed again when the lease runs out, with the
same Message-ID, and the repeat of the one that was in the server's hands is counted, logged and bounded.
"""

import logging
import time
from collections import Counter, deque
from collections.abc import Sequence
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

from celery.exceptions import SoftTimeLimitExceeded
from django.conf import settings
from django.core.mail import EmailMultiAlternatives, get_connection
from django.db import transaction

from mecenova.calendar import clock
from mecenova.calendar.quiet_hours import next_sending_time
from mecenova.mail.attaching import attach, takes_parts
from mecenova.mail.claiming import claim, give_back, hand_over, write_if_ours
from mecenova.mail.digest import WeeklyDigest, is_wanted, settle_lines
from mecenova.mail.enums import Attempt, Category, LineStatus, MailStatus, TroubleKind, Unsent
from mecenova.mail.models import (
    LONGEST_SUBJECT,
    MESSAGE,
    DeliveryAttempt,
    OutgoingMail,
)
from mecenova.mail.notifications import Attachment, Notification, notification_named
from mecenova.mail.outcomes import UNKNOWN_WAITS, Outcome, Verdict, back_off, in_words, judge, judge_opening
from mecenova.mail.refusals import is_put_off_with_all, told_apart
from mecenova.mail.subjects import read_subjects
from mecenova.mail.troubles import mark_address, without_addresses
from mecenova.mail.unsubscribe import unsubscribe_url

logger = logging.getLogger(__name__)

# What was read about a mail is believed so long, in seconds; mails left over are given back and read again.
FRESH_FOR = 2.0
# Django's own SMTP backend does not say when the outcome is unknown; ours, otherwise the same, does.
CAREFUL = {"django.core.mail.backends.smtp.EmailBackend": "mecenova.mail.smtp.EmailBackend"}
# Refusals "for now" and unforeseen errors before a person has to look: a little over two days.
MOST_ATTEMPTS = 16
# What was due as the evening began may still leave for so long.
LAST_OF_THE_DAY = timedelta(minutes=30)
# Times a mail may have left without our knowing before we stop repeating it.
MOST_UNCERTAIN = len(UNKNOWN_WAITS)
# What a mail that is written again may change.
WRITTEN = ("subject", "text", "html", "category", "groups")
# What the log says of a presentation. No server at all is no presentation.
ATTEMPTS = {
    Outcome.SENT: Attempt.SENT,
    Outcome.REFUSED: Attempt.REFUSED,
    Outcome.LATER: Attempt.LATER,
    Outcome.ALL: Attempt.ALL,
    Outcome.UNKNOWN: Attempt.UNKNOWN,
}
# Nothing else would leave either.
NOBODY_ELSE = {Outcome.NO_SERVER, Outcome.ALL}


class Delivery(StrEnum):
    """What became of one claimed mail."""

    SENT = "sent"
    CANCELLED = "cancelled"
    POSTPONED = "postponed"
    FAILED = "failed"
    UNCERTAIN = "uncertain"


def deliver_due(limit: int = 500, seconds: float = 20.0) -> Counter[Delivery]:
    """Send what is due, within bounds of number and time: what somebody waits for first, then the oldest.

    Several senders share the work.
    """
    stop = clock.elapsed() + seconds
    delivered: Counter[Delivery] = Counter()
    server = _Server()
    try:
        while (room := limit - delivered.total()) > 0 and clock.elapsed() < stop and not server.is_over:
            mails = claim(clock.now(), room)
            if not mails:
                break
            delivered += _deliver_fresh(deque(mails), server, time.monotonic() + FRESH_FOR)
    finally:
        server.close()
    return delivered


def _deliver_fresh(mails: deque[OutgoingMail], server: "_Server", stop: float) -> Counter[Delivery]:
    """One after the other, as long as what was read about them is true; the others are given back."""
    delivered = Counter([_deliver(mails.popleft(), server)])
    while mails and time.monotonic() < stop and not server.is_over and not server.has_refused:
        delivered[_deliver(mails.popleft(), server)] += 1
    server.has_refused = False
    give_back(mails)
    return delivered


@transaction.atomic
def settle_past(moment: datetime) -> int:
    """Write for each mail due by then what delivery would have, at its date, without any server.

    For an invented past: whoever reads it finds the mails that people would have received.
    """
    due = OutgoingMail.objects.filter(status=MailStatus.PENDING, due_at__lte=moment)
    mails = list(due.for_delivery().select_related("recipient"))
    read_subjects(mails)
    for mail in mails:
        mail.last_error = _why_not(mail)
        mail.attempts = 0 if mail.last_error else 1
        mail.sent_at = None if mail.last_error else mail.due_at
        mail.settled_at = mail.due_at
        mail.status = MailStatus.CANCELLED if mail.last_error else MailStatus.SENT
    settled = ["status", "sent_at", "settled_at", "attempts", "last_error"]
    OutgoingMail.objects.bulk_update(mails, [*settled, *WRITTEN])
    left = [mail for mail in mails if mail.status == MailStatus.SENT]
    DeliveryAttempt.objects.bulk_create(
        DeliveryAttempt(mail=mail, at=mail.due_at, outcome=Attempt.SENT) for mail in left
    )
    for mail in mails:
        _settle_digest(mail, mail.status, mail.last_error)
    return len(mails)


def _deliver(mail: OutgoingMail, server: "_Server") -> Delivery:
    if mail.uncertain > MOST_UNCERTAIN:
        return _settle(mail, Delivery.FAILED, Unsent.UNCERTAIN)
    try:
        unwanted = _why_not(mail)
    except Exception as error:
        logger.exception("Mail %s (%s): asking whether it is wanted raised", mail.pk, mail.notification)
        mail.attempts += 1
        server.is_over = isinstance(error, SoftTimeLimitExceeded)
        return _later(mail, in_words(error))
    if unwanted:
        return _settle(mail, Delivery.CANCELLED, unwanted)
    if morning := _morning_it_waits_for(mail):
        write_if_ours(mail, status=MailStatus.PENDING, lease_until=None, retry_at=morning)
        return Delivery.POSTPONED
    if not hand_over(mail, **_what_is_written_again(mail)):
        return Delivery.UNCERTAIN
    verdict = told_apart(mail, server.present(mail))
    server.is_over = server.is_over or verdict.outcome in NOBODY_ELSE
    with transaction.atomic():
        delivery = _write_result(mail, verdict)
    if verdict.about_recipient:
        _mark(mail, verdict)
        server.has_refused = True
    return delivery


def _write_result(mail: OutgoingMail, verdict: Verdict) -> Delivery:
    """The log's line and the mail's new state, together."""
    if verdict.outcome in ATTEMPTS:
        DeliveryAttempt.objects.create(
            mail=mail, outcome=ATTEMPTS[verdict.outcome], detail=without_addresses(verdict.error)
        )
    if verdict.outcome == Outcome.SENT:
        return _settle(mail, Delivery.SENT)
    logger.warning("Mail %s (%s): %s", mail.pk, mail.notification, verdict.outcome)
    if verdict.outcome == Outcome.REFUSED:
        return _settle(mail, Delivery.FAILED, verdict.error)
    if verdict.outcome == Outcome.UNKNOWN:
        return _may_have_arrived(mail, verdict.error)
    if verdict.outcome in NOBODY_ELSE:
        # Not this mail's fault: it does not count among its attempts.
        mail.attempts -= 1
        return _postpone(mail, back_off(1), verdict.error)
    return _later(mail, verdict.error)


def _mark(mail: OutgoingMail, verdict: Verdict) -> None:
    """After the result is safe: what is done about the address must not have the mail presented again."""
    try:
        mark_address(address=mail.address, kind=TroubleKind.REJECTED, detail=verdict.error)
    except SoftTimeLimitExceeded:
        # This worker is about to be stopped: it begins no other mail.
        raise
    except Exception:
        logger.exception("Mail %s: its address could not be marked", mail.pk)


def _why_not(mail: OutgoingMail) -> str:
    """The reason not to send it any more, or nothing; whatever changed since it was written counts.

    What must be exact when it is read is written again here, unless it may have been read already.
    """
    if mail.recipient is not None and not mail.recipient.is_active:
        return Unsent.INACTIVE
    if not mail.urgent and mail.in_trouble:
        return Unsent.IN_TROUBLE
    if mail.notification == MESSAGE:
        return ""
    notification = notification_named(mail.notification, mail.occurrence)
    if notification is None:
        raise LookupError(f"This release has no notification {mail.notification}")
    if mail.category == Category.INFORMATION and _is_declined(mail, notification):
        return Unsent.DECLINED
    subject = mail.about
    if subject is None:
        return Unsent.GONE
    if mail.recipient is None or not is_wanted(notification, subject, mail.recipient):
        return Unsent.UNWANTED
    if notification.rendered_late and not mail.uncertain:
        return _rewrite(mail, notification, subject)
    return ""


def _is_declined(mail: OutgoingMail, notification: Notification) -> bool:
    """Every group it belongs to, so that nothing of it would be read."""
    groups = set(mail.groups or notification.groups)
    return bool(groups) and groups <= set(mail.declined)


def _rewrite(mail: OutgoingMail, notification: Notification, subject: Any) -> str:
    written = notification.rewrite(mail, subject, mail.recipient) if mail.recipient else None
    if written is None:
        return Unsent.EMPTY
    mail.subject, mail.text, mail.html = written.subject[:LONGEST_SUBJECT], written.text, written.html
    return ""


def _what_is_written_again(mail: OutgoingMail) -> dict[str, Any]:
    """Kept before it leaves: the site shows what was sent."""
    notification = notification_named(mail.notification)
    if notification is None or not notification.rendered_late or mail.uncertain:
        return {}
    return {field: getattr(mail, field) for field in WRITTEN}


def _may_have_arrived(mail: OutgoingMail, error: str) -> Delivery:
    mail.uncertain += 1
    if mail.uncertain > MOST_UNCERTAIN:
        return _settle(mail, Delivery.FAILED, Unsent.UNCERTAIN)
    _postpone(mail, UNKNOWN_WAITS[mail.uncertain - 1], error)
    return Delivery.UNCERTAIN


def _later(mail: OutgoingMail, error: str) -> Delivery:
    if mail.attempts >= MOST_ATTEMPTS and not is_put_off_with_all(mail):
        return _settle(mail, Delivery.FAILED, error)
    return _postpone(mail, back_off(mail.attempts), error)


def _postpone(mail: OutgoingMail, wait: timedelta, error: str) -> Delivery:
    write_if_ours(
        mail,
        status=MailStatus.PENDING,
        lease_until=None,
        attempts=mail.attempts,
        uncertain=mail.uncertain,
        retry_at=_when_people_may_be_written_to(mail, clock.now() + wait),
        last_error=error,
    )
    return Delivery.POSTPONED


def _morning_it_waits_for(mail: OutgoingMail) -> datetime | None:
    """A sender that comes back at night, or on a Sunday, wakes nobody with what should have left before."""
    now = clock.now()
    if now - (mail.retry_at or mail.due_at) <= LAST_OF_THE_DAY:
        return None
    may_leave = _when_people_may_be_written_to(mail, now)
    return may_leave if may_leave > now else None


def _when_people_may_be_written_to(mail: OutgoingMail, moment: datetime) -> datetime:
    """What did not leave in the evening is not for the night, unless it answers an act."""
    return moment if mail.urgent else next_sending_time(moment)


def _settle(mail: OutgoingMail, delivery: Delivery, reason: str = "") -> Delivery:
    status = {
        Delivery.SENT: MailStatus.SENT,
        Delivery.CANCELLED: MailStatus.CANCELLED,
        Delivery.FAILED: MailStatus.FAILED,
    }[delivery]
    now = clock.now()
    values = {
        "status": status,
        "sent_at": now if delivery == Delivery.SENT else None,
        "settled_at": mail.settled_at or now,
        "attempts": mail.attempts,
        "uncertain": mail.uncertain,
        "last_error": reason,
    }
    with transaction.atomic(savepoint=False):
        if not write_if_ours(mail, lease_until=None, **values):
            return delivery
        _settle_digest(mail, status, reason)
        if delivery == Delivery.FAILED:
            logger.error("Mail %s (%s) failed: a person must look", mail.pk, mail.notification)
    return delivery


def _settle_digest(mail: OutgoingMail, status: str, reason: str) -> None:
    """The lines of a digest end as it did; one that can still be tried again keeps them."""
    if mail.notification != WeeklyDigest.name:
        return
    if status == MailStatus.SENT:
        settle_lines(mail, LineStatus.SENT)
    elif status == MailStatus.CANCELLED and reason != Unsent.IN_TROUBLE:
        settle_lines(mail, LineStatus.CANCELLED)


class _Server:
    """One connection to the mail server for a whole drain, opened when first needed."""

    def __init__(self) -> None:
        self._backend = get_connection(CAREFUL.get(settings.EMAIL_BACKEND))
        self._is_open = False
        # Nothing else leaves in this drain: no server answers, or this worker is about to be stopped.
        self.is_over = False
        # Somebody's address: the mails that were read before that may be going there too.
        self.has_refused = False

    def present(self, mail: OutgoingMail) -> Verdict:
        knows = getattr(self._backend, "knows_outcomes", False)
        try:
            if not self._is_open:
                self._backend.open()
                self._is_open = True
        except Exception as error:
            # A server that knows us no more has left its connection open.
            self.close()
            return judge_opening(error)
        try:
            accepted = self._backend.send_messages([_message(mail, as_words=takes_parts(self._backend))])
        except Exception as error:
            self.close()
            verdict = judge(error, knows_outcomes=knows)
            self.is_over = isinstance(error, SoftTimeLimitExceeded)
            return verdict
        return Verdict(Outcome.SENT) if accepted else Verdict(Outcome.LATER, "the backend accepted nothing")

    def close(self) -> None:
        self._is_open = False
        try:
            self._backend.close()
        except Exception as error:
            logger.info("Closing the mail server's connection: %s", type(error).__name__)


def _message(mail: OutgoingMail, *, as_words: bool = True) -> EmailMultiAlternatives:
    headers = {"Message-ID": mail.message_id, "Auto-Submitted": "auto-generated"}
    if mail.category == Category.INFORMATION and mail.groups and mail.recipient is not None:
        # RFC 8058: a mailbox's own button unsubscribes, without opening a page.
        headers["List-Unsubscribe"] = f"<{unsubscribe_url(mail.recipient.pk, mail.groups)}>"
        headers["List-Unsubscribe-Post"] = "List-Unsubscribe=One-Click"
    reply_to, files = _beside_the_words(mail)
    message = EmailMultiAlternatives(
        subject=mail.subject, body=mail.text, to=[mail.address], reply_to=reply_to, headers=headers
    )
    if mail.html:
        message.attach_alternative(mail.html, "text/html")
    for file in files:
        attach(message, file, as_words=as_words)
    return message


def _beside_the_words(mail: OutgoingMail) -> tuple[Sequence[str], Sequence[Attachment]]:
    """Where its answers go, and its files. Nothing of a ready-made mail, nor once its subject has gone."""
    notification = notification_named(mail.notification, mail.occurrence)
    if notification is None or mail.about is None or mail.recipient is None:
        return (), ()
    told = mail.about, mail.recipient
    return notification.reply_to(*told), notification.attachments(*told)
