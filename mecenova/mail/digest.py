"""The weekly digest: what needs no answer now, in one mail a week and person, never empty.

A line is decided again twice: when the mail is composed, and when it leaves.
"""

import logging
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from celery.exceptions import SoftTimeLimitExceeded
from django.db import connection, transaction

from mecenova.calendar import clock
from mecenova.calendar.working_days import is_working_day, morning_of
from mecenova.mail import markdown
from mecenova.mail.enums import Category, LineStatus
from mecenova.mail.models import DigestLine, OutgoingMail
from mecenova.mail.notifications import Notification, notification_named, register_notification
from mecenova.mail.outcomes import in_words
from mecenova.mail.rendering import Written, lay_out, render_source
from mecenova.mail.subjects import read_subjects

logger = logging.getLogger(__name__)

TEMPLATE = "mail/weekly_digest.md"
WEEK = timedelta(days=7)


@dataclass(frozen=True)
class Section:
    """One line, written out for its reader."""

    line: DigestLine
    notification: Notification
    title: str
    preheader: str
    body: str


def next_digest_time(moment: datetime) -> datetime:
    """Monday 9:00 in Paris, or the next working morning when that Monday is a public holiday."""
    monday = _monday(moment)
    while (morning := _morning_of_week(monday)) <= moment:
        monday += WEEK
    return morning


def last_digest_time(moment: datetime) -> datetime:
    """The digest that this moment belongs to: a late run catches up with it."""
    monday = _monday(moment)
    while (morning := _morning_of_week(monday)) > moment:
        monday -= WEEK
    return morning


def _monday(moment: datetime) -> date:
    day = clock.paris(moment).date()
    return day - timedelta(days=day.weekday())


def _morning_of_week(monday: date) -> datetime:
    day = monday
    while not is_working_day(day):
        day += timedelta(days=1)
    return morning_of(day)


@register_notification
class WeeklyDigest(Notification):
    """Its subject is the person. It is written by `compose_due`, and again when it leaves."""

    name = "mail.weekly_digest"
    template = TEMPLATE
    rendered_late = True

    def recipients(self, subject: Any) -> Iterable[Any]:
        return [subject]

    def read_ahead(self, told: Sequence[OutgoingMail]) -> None:
        """The lines of each, with what they are about."""
        lines = list(DigestLine.objects.filter(mail__in=told, status=LineStatus.PENDING))
        read_subjects(lines)
        for mail in told:
            mail.lines_to_tell = [line for line in lines if line.mail_id == mail.pk]

    def rewrite(self, mail: OutgoingMail, subject: Any, recipient: Any) -> Written | None:
        if mail.lines_to_tell is None:
            self.read_ahead([mail])
        sections = write_sections(mail.lines_to_tell or (), recipient, mail.declined)
        mail.category, mail.groups = category_of(sections), groups_of(sections)
        return written(sections, recipient) if sections else None


def write_sections(lines: Sequence[DigestLine], reader: Any, declined: Collection[str]) -> list[Section]:
    """The lines that are still wanted, in their order of reading. The others are cancelled.

    A line that raises waits for the next digest with its error, and stops no other. Raises what the database
    said when it went away, which is no line's fault.
    """
    sections = []
    for line, section in _written_out(lines, reader, declined):
        if section is None:
            line.status, line.settled_at = LineStatus.CANCELLED, line.settled_at or clock.now()
            line.save(update_fields=["status", "settled_at"])
        else:
            sections.append(section)
    return _in_order(sections)


def _written_out(
    lines: Sequence[DigestLine], reader: Any, declined: Collection[str]
) -> list[tuple[DigestLine, Section | None]]:
    """Together as long as none raises; otherwise each behind a savepoint of its own, and without those."""
    try:
        with transaction.atomic():
            return [(line, _write_section(line, reader, declined)) for line in lines]
    except SoftTimeLimitExceeded:
        # This worker is about to be stopped: no line is at fault.
        raise
    except Exception:
        if not connection.is_usable():
            raise
    written_out = []
    for line in lines:
        try:
            with transaction.atomic():
                written_out.append((line, _write_section(line, reader, declined)))
        except SoftTimeLimitExceeded:
            raise
        except Exception as error:
            if not connection.is_usable():
                raise
            logger.exception("Line %s (%s) of a digest raised", line.pk, line.notification)
            _wait_for_the_next_digest(line, error)
    return written_out


def _wait_for_the_next_digest(line: DigestLine, error: Exception) -> None:
    line.last_error = in_words(error)
    line.retry_at, line.mail, line.settled_at = next_digest_time(clock.now()), None, None
    line.save(update_fields=["last_error", "retry_at", "mail", "settled_at"])


def _write_section(line: DigestLine, reader: Any, declined: Collection[str]) -> Section | None:
    notification = notification_named(line.notification, line.occurrence)
    if notification is None:
        raise LookupError(f"This release has no notification {line.notification}")
    subject = line.about
    if subject is None or not reader.is_active:
        return None
    if line.category == Category.INFORMATION and notification.group in declined:
        return None
    if not is_wanted(notification, subject, reader):
        return None
    values = notification.values(subject, reader, notification.context(subject, reader))
    return Section(line, notification, *render_source(notification.template, values))


def is_wanted(notification: Notification, subject: Any, reader: Any) -> bool:
    """Whether this person is still to be told of this subject: asked of each mail and line that leaves."""
    among = any(person.pk == reader.pk for person in notification.recipients(subject))
    return among and notification.still_wanted(subject, reader)


def _in_order(sections: list[Section]) -> list[Section]:
    """What concerns one's own affairs first, then information; lines about one subject side by side."""
    first: dict[tuple[Any, Any], int] = {}
    ordered = sorted(sections, key=lambda section: (section.line.created_at, section.line.pk))
    for position, section in enumerate(ordered):
        first.setdefault((section.line.subject_type_id, section.line.subject_id), position)
    return sorted(
        ordered,
        key=lambda section: (
            section.line.category == Category.INFORMATION,
            first[(section.line.subject_type_id, section.line.subject_id)],
        ),
    )


def category_of(sections: Sequence[Section]) -> Category:
    """Information only when nothing in it has to be said whatever the reader prefers."""
    everything = all(section.line.category == Category.INFORMATION for section in sections)
    return Category.INFORMATION if everything else Category.SERVICE


def groups_of(sections: Sequence[Section]) -> list[str]:
    return sorted({group for section in sections for group in section.notification.groups})


def written(sections: Sequence[Section], reader: Any) -> Written:
    """One mail: a greeting, then a section per line, its links in the text rather than as buttons.

    What reads the same is there once: a lesson is one, of however many organisations its reader is. A section
    alone has its title in the subject, and mailboxes show what they would of its own mail; of several, the
    titles.
    """
    sections = list({(section.title, section.body): section for section in sections}.values())
    titles = [section.title for section in sections]
    letter = render_source(TEMPLATE, {"recipient": reader, "titles": titles})
    if len(sections) == 1:
        parts = [markdown.without_greeting(sections[0].body)]
        preheader = sections[0].preheader or markdown.preheader(markdown.parse(parts[0]))
    else:
        parts = [markdown.as_section(section.title, section.body) for section in sections]
        preheader = " · ".join(titles)
    body = "\n\n".join([letter.body.strip(), *parts])
    groups = groups_of(sections)
    return lay_out(letter.subject, body, preheader=preheader, reader=reader, groups=groups, buttons=False)


def settle_lines(mail: OutgoingMail, status: LineStatus) -> None:
    """What became of the mail becomes of the lines that were in it."""
    mail.digest_lines.filter(status=LineStatus.PENDING).update(status=status)
