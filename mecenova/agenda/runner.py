"""The runner: takes due follow-ups, asks their rule again, acts, and plans what comes after.

Those of one rule go together, a handful in one short transaction, so that what they read is read once. When
one raises, its handful is undone and each is run alone: it stops nobody. What has raised before, or never
ended, is alone from the start.
"""

import logging
from collections import Counter
from collections.abc import Iterator, Sequence
from itertools import groupby, islice
from uuid import UUID

from celery.exceptions import SoftTimeLimitExceeded
from django.db import transaction

from mecenova.agenda.attempts import begin, count_unfinished, end, set_aside
from mecenova.agenda.handful import Handful, Ran
from mecenova.agenda.models import Attempt, FollowUp
from mecenova.calendar import clock

__all__ = ["Ran", "run_due"]

logger = logging.getLogger(__name__)

# Their subjects are held together while each is acted on: few enough that whoever waits hardly sees it.
AT_ONCE = 25


def run_due(limit: int = 500, seconds: float = 20.0, *, durable: bool = True) -> Counter[Ran]:
    """Run what is due, oldest first, within bounds of number and time. Two runners share the work.

    What somebody holds is left, and takes nobody's place: a long import may hold more than the bound.
    Not durable, it runs inside the caller's transaction: a past that is made in one piece or not at all.
    """
    stop = clock.elapsed() + seconds
    ran: Counter[Ran] = Counter()
    if durable:
        count_unfinished()
    seen: list[UUID] = []
    room = limit
    while room:
        found = _due_but(seen, room)
        for rows in _handfuls(found):
            if clock.elapsed() >= stop:
                return ran
            ran += _run(rows, durable)
        seen += [row.pk for row in found]
        room = limit - (len(seen) - ran[Ran.LEFT]) if len(found) == room else 0
    return ran


def _due_but(seen: Sequence[UUID], number: int) -> list[FollowUp]:
    """What is due now, oldest first, those of one rule that fall due together side by side."""
    due = FollowUp.objects.all().due(clock.now()).exclude(pk__in=seen)
    found = due.order_by("due_at", "rule", "subject_type", "id")
    return list(found.only("rule", "subject_type_id", "subject_id", "due_at", "attempts")[:number])


def _handfuls(found: Sequence[FollowUp]) -> Iterator[list[FollowUp]]:
    for _, alike in groupby(found, key=_alike):
        while rows := list(islice(alike, AT_ONCE)):
            yield rows


def _alike(row: FollowUp) -> tuple[str, int, UUID | None]:
    """Those that were tried in vain are each alike themselves only."""
    return row.rule, row.subject_type_id, row.pk if row.attempts else None


def _run(rows: list[FollowUp], durable: bool) -> Counter[Ran]:
    attempt = begin(rows) if durable else None
    try:
        with transaction.atomic(durable=durable):
            end(attempt)
            return Handful(rows).run()
    except Exception as error:
        if len(rows) == 1:
            return _keep_error(rows[0], error, attempt, durable)
        if isinstance(error, SoftTimeLimitExceeded):
            # This process is about to be killed. The attempt stays: the next sweep runs each alone.
            raise
        end(attempt)
        logger.info("One of %s follow-ups (%s) raised: each is run alone", len(rows), rows[0].rule)
        return sum((_run([row], durable) for row in rows), Counter())


def _keep_error(
    follow_up: FollowUp, error: Exception, attempt: Attempt | None, durable: bool
) -> Counter[Ran]:
    logger.error("Follow-up %s (%s) raised", follow_up.pk, follow_up.rule, exc_info=error)
    with transaction.atomic(durable=durable):
        end(attempt)
        set_aside(follow_up, f"{type(error).__name__}: {error}")
    return Counter({Ran.IN_ERROR: 1})
