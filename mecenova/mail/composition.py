"""Composing weekly digests: what is due, person by person. A late run catches up, two runs make one mail."""

import logging
from datetime import timedelta
from typing import Any

from celery.exceptions import SoftTimeLimitExceeded
from django.contrib.contenttypes.models import ContentType
from django.db import InterfaceError, OperationalError, transaction
from django.db.models import Min

from mecenova.calendar import clock
from mecenova.calendar.quiet_hours import next_sending_time
from mecenova.mail.addresses import message_id_for
from mecenova.mail.digest import (
    Section,
    WeeklyDigest,
    category_of,
    groups_of,
    last_digest_time,
    next_digest_time,
    write_sections,
    written,
)
from mecenova.mail.models import LONGEST_SUBJECT, NEXT_TRY, DigestLine, OutgoingMail
from mecenova.mail.preferences import declined_by
from mecenova.mail.subjects import read_subjects
from mecenova.mail.wake import wake_on_commit

logger = logging.getLogger(__name__)

PEOPLE_AT_ONCE = 200
TRY_AGAIN_AFTER = timedelta(hours=1)


def compose_due(seconds: float = 20.0) -> int:
    """Write the digests that are due, longest-waiting people first, and say how many. Bounded in time."""
    stop = clock.elapsed() + seconds
    composed = 0
    seen: set[Any] = set()
    while clock.elapsed() < stop:
        due = DigestLine.objects.all().due(clock.now()).exclude(recipient__in=seen)
        people = due.order_by().values_list("recipient").annotate(first=Min(NEXT_TRY)).order_by("first")
        keys = [key for key, _ in people[:PEOPLE_AT_ONCE]]
        if not keys:
            break
        for key in keys:
            if clock.elapsed() >= stop:
                break
            seen.add(key)
            composed += _compose(key)
    return composed


def _compose(recipient_id: Any) -> bool:
    """One person's digest, in a transaction of its own. Whoever holds its lines is composing it.

    What the lines themselves cannot survive (a layout) is kept on them and tried again later. A database that
    goes away is not their fault: they stay due for the next sweep.
    """
    try:
        with transaction.atomic():
            return _compose_locked(recipient_id)
    except (InterfaceError, OperationalError) as error:
        logger.warning("The digest of person %s waits: %s", recipient_id, type(error).__name__)
        return False
    except Exception as error:
        logger.exception("The digest of person %s could not be composed", recipient_id)
        DigestLine.objects.all().due(clock.now()).filter(recipient=recipient_id).update(
            retry_at=clock.now() + TRY_AGAIN_AFTER, last_error=f"{type(error).__name__}: {error}"[:2000]
        )
        if isinstance(error, SoftTimeLimitExceeded):
            # This worker is about to be stopped: it begins nothing else, and not with this one the next time.
            raise
        return False


def _compose_locked(recipient_id: Any) -> bool:
    rows = DigestLine.objects.all().due(clock.now()).filter(recipient=recipient_id)
    lines = list(
        rows.select_for_update(skip_locked=True, of=("self",), no_key=True)
        .select_related("recipient")
        .order_by("created_at", "id")
    )
    if not lines:
        return False
    reader = lines[0].recipient
    week = clock.paris(last_digest_time(clock.now())).date()
    key = f"{WeeklyDigest.name}:{reader.pk}:{reader.pk}:{week.isoformat()}"
    if OutgoingMail.objects.filter(key=key).exists():
        # Written late, by a transaction that was still open: one mail a week, the line waits for the next.
        rows.filter(pk__in=[line.pk for line in lines]).update(retry_at=next_digest_time(clock.now()))
        return False
    read_subjects(lines)
    sections = write_sections(lines, reader, declined_by([reader.pk]))
    if not sections:
        return False
    mail = _write(key, reader, sections)
    DigestLine.objects.filter(pk__in=[section.line.pk for section in sections]).update(
        mail=mail, settled_at=clock.now(), last_error=""
    )
    wake_on_commit()
    return True


def _write(key: str, reader: Any, sections: list[Section]) -> OutgoingMail:
    letter = written(sections, reader)
    return OutgoingMail.objects.create(
        key=key,
        notification=WeeklyDigest.name,
        category=category_of(sections),
        groups=groups_of(sections),
        recipient=reader,
        address=reader.email,
        to_person=True,
        subject=letter.subject[:LONGEST_SUBJECT],
        text=letter.text,
        html=letter.html,
        subject_type=ContentType.objects.get_for_model(reader),
        subject_id=reader.pk,
        due_at=next_sending_time(clock.now()),
        message_id=message_id_for(key),
    )
