"""Composing weekly digests, a few people at a time. A late run catches up, two runs make one mail."""

import logging
from collections import defaultdict
from collections.abc import Iterable, Sequence
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
from mecenova.mail.outcomes import in_words
from mecenova.mail.preferences import declined_by
from mecenova.mail.subjects import read_subjects
from mecenova.mail.wake import wake_on_commit

logger = logging.getLogger(__name__)

# In one transaction, so that what their digests read is read once.
PEOPLE_AT_ONCE = 20
SECONDS = 20.0
TRY_AGAIN_AFTER = timedelta(hours=1)


def compose_due() -> int:
    """Write the digests that are due, longest-waiting people first, and say how many. Bounded in time."""
    stop = clock.elapsed() + SECONDS
    composed = 0
    seen: set[Any] = set()
    while clock.elapsed() < stop:
        due = DigestLine.objects.all().due(clock.now()).exclude(recipient__in=seen)
        people = due.values_list("recipient").annotate(first=Min(NEXT_TRY)).order_by("first", "recipient")
        keys = [key for key, _ in people[:PEOPLE_AT_ONCE]]
        if not keys:
            break
        seen.update(keys)
        composed += _compose(keys)
    return composed


def _compose(people: Sequence[Any]) -> int:
    """The digests of a few people, in one transaction. Whoever holds their lines is composing them.

    When one raises, all are undone and each is composed alone: it stops nobody. What its lines themselves
    cannot survive (a layout) is kept on them and tried again later. A database that goes away is not their
    fault: they stay due for the next sweep.
    """
    begun: list[Any] = []
    try:
        with transaction.atomic():
            return _compose_locked(people, begun)
    except (InterfaceError, OperationalError) as error:
        logger.warning("The digests of %s people wait: %s", len(people), type(error).__name__)
        return 0
    except SoftTimeLimitExceeded as error:
        # This worker is about to be stopped: it begins nothing else, and not with this one the next time.
        for person in begun[-1:]:
            _set_aside(person, error)
        raise
    except Exception as error:
        if len(people) == 1:
            _set_aside(people[0], error)
            return 0
        logger.info("One of %s digests raised: each is composed alone", len(people))
        return sum(_compose([person]) for person in people)


def _set_aside(person: Any, error: Exception) -> None:
    logger.error("The digest of person %s could not be composed", person, exc_info=error)
    DigestLine.objects.all().due(clock.now()).filter(recipient=person).update(
        retry_at=clock.now() + TRY_AGAIN_AFTER, last_error=in_words(error)
    )


def _compose_locked(people: Sequence[Any], begun: list[Any]) -> int:
    """`begun` says whose digest was begun last, to whoever has to know it when the rest is undone."""
    rows = DigestLine.objects.all().due(clock.now()).filter(recipient__in=people)
    free = rows.select_for_update(skip_locked=True, of=("self",), no_key=True).select_related("recipient")
    waiting = _by_key(free.order_by("created_at", "id"))
    told = OutgoingMail.objects.filter(key__in=list(waiting)).values_list("key", flat=True)
    if late := [line.pk for key in told for line in waiting.pop(key)]:
        # Written late, by a transaction that was still open: one mail a week, they wait for the next.
        rows.filter(pk__in=late).update(retry_at=next_digest_time(clock.now()))
    read_subjects(line for lines in waiting.values() for line in lines)
    declined = declined_by(people)
    digests = []
    for key, lines in waiting.items():
        reader = lines[0].recipient
        begun.append(reader.pk)
        if sections := write_sections(lines, reader, declined[reader.pk]):
            digests.append((_digest(key, sections), [section.line for section in sections]))
    _write(digests)
    return len(digests)


def _by_key(lines: Iterable[DigestLine]) -> dict[str, list[DigestLine]]:
    """By the key of the mail of the week that they are for."""
    week = clock.paris(last_digest_time(clock.now())).date().isoformat()
    alike: dict[str, list[DigestLine]] = defaultdict(list)
    for line in lines:
        person = line.recipient_id
        alike[f"{WeeklyDigest.name}:{person}:{person}:{week}"].append(line)
    return alike


def _write(digests: Sequence[tuple[OutgoingMail, list[DigestLine]]]) -> None:
    """The mails, and which lines are in each."""
    if not digests:
        return
    OutgoingMail.objects.bulk_create(mail for mail, _ in digests)
    for mail, lines in digests:
        for line in lines:
            line.mail, line.settled_at, line.last_error = mail, clock.now(), ""
    told = [line for _, lines in digests for line in lines]
    DigestLine.objects.bulk_update(told, ["mail", "settled_at", "last_error"])
    wake_on_commit()


def _digest(key: str, sections: list[Section]) -> OutgoingMail:
    reader = sections[0].line.recipient
    letter = written(sections, reader)
    return OutgoingMail(
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
