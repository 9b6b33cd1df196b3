"""The days lived where nobody acts, and what they left, as lines of a preview."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from time import monotonic
from typing import Any

from django.db.models import F

from mecenova.agenda.enums import Outcome
from mecenova.agenda.models import FollowUp
from mecenova.calendar import clock
from mecenova.mail.digest import WeeklyDigest
from mecenova.mail.enums import MailStatus
from mecenova.mail.models import OutgoingMail
from mecenova.rehearsal.enums import LineKind
from mecenova.rehearsal.virtual_time import VirtualTime

LONGEST_TEXT = 300
# Every hour, who is in which basket: half the work of a month in which nobody is written to about it.
COUNTS_ONLY = frozenset({"mecenova.pages.tasks.register_baskets"})
# Rows are copied, files are not: read without theirs, those that wait would be refused.
READS_FILES = frozenset({"mecenova.imports.tasks.carry_out_imports", "infotheque.tasks.read_deposits"})


def live_alone(since: datetime, days: int, seconds: float) -> datetime | None:
    """The process's clock moves through these days; the schedule does its work, and people do nothing.

    So many seconds of the machine are given to it: when they are over, the moment reached.

    What only counts is left out: no line comes of it. So are the files that wait: the page says how many.
    """
    time = VirtualTime(since, without=COUNTS_ONLY | READS_FILES)
    end, time_is_over = since + timedelta(days=days), monotonic() + seconds
    clock.set_clock(time.clock)
    try:
        time.live_until(end, enough=lambda: monotonic() >= time_is_over)
    finally:
        clock.set_clock(None)
    return time.now if time.now < end else None


def lines_since(since: datetime) -> Iterator[dict[str, Any]]:
    """What left and what was done from that moment on, oldest first."""
    found = [*_mails(since), *_follow_ups(since)]
    yield from sorted(found, key=lambda line: (line["at"], line["kind"], line["name"]))


def _mails(since: datetime) -> Iterator[dict[str, Any]]:
    sent = OutgoingMail.objects.filter(status=MailStatus.SENT, sent_at__gte=since).defer("text", "html")
    for mail in sent.iterator(chunk_size=2000):
        assert mail.sent_at is not None  # noqa: S101 (filtered above)
        yield {
            "at": mail.sent_at.isoformat(),
            "kind": LineKind.DIGEST if mail.notification == WeeklyDigest.name else LineKind.MAIL,
            "name": mail.notification,
            "recipient_id": mail.recipient_id and str(mail.recipient_id),
            "subject_type_id": mail.subject_type_id,
            "subject_id": mail.subject_id and str(mail.subject_id),
            "text": mail.shown_subject[:LONGEST_TEXT],
        }


def _follow_ups(since: datetime) -> Iterator[dict[str, Any]]:
    """Those that came due and were acted on; a step that another one replaced before its day did nothing."""
    done = FollowUp.objects.filter(outcome=Outcome.DONE, closed_at__gte=since, due_at__lte=F("closed_at"))
    for row in done.iterator(chunk_size=2000):
        assert row.closed_at is not None  # noqa: S101 (filtered above)
        yield {
            "at": row.closed_at.isoformat(),
            "kind": LineKind.FOLLOW_UP,
            "name": row.rule,
            "recipient_id": None,
            "subject_type_id": row.subject_type_id,
            "subject_id": str(row.subject_id),
            "text": row.what[:LONGEST_TEXT],
        }
