"""The runner: takes due follow-ups, asks their rule again, acts, and plans what comes after.

Those of one rule go together, a handful in one short transaction, so that what they read is read once. When
one raises, its handful is undone and each is run alone: it stops nobody.
"""

import logging
from collections import Counter
from collections.abc import Iterator
from datetime import timedelta
from itertools import groupby, islice
from operator import attrgetter

from django.db import transaction
from django.db.models import F
from django.db.models.functions import Least

from mecenova.agenda.handful import Handful, Ran
from mecenova.agenda.models import FollowUp
from mecenova.calendar import clock

__all__ = ["Ran", "run_due"]

logger = logging.getLogger(__name__)

# Their subjects are held together while each is acted on: few enough that whoever waits hardly sees it.
AT_ONCE = 25
RETRY_AFTER = timedelta(minutes=5)
RETRY_AT_MOST_AFTER = timedelta(hours=6)
MOST_ATTEMPTS_COUNTED = 32_000


def run_due(limit: int = 500, seconds: float = 20.0, *, durable: bool = True) -> Counter[Ran]:
    """Run what is due, oldest first, within bounds of number and time. Two runners share the work.

    Not durable, it runs inside the caller's transaction: a past that is made in one piece or not at all.
    """
    stop = clock.elapsed() + seconds
    ran: Counter[Ran] = Counter()
    for rows in _handfuls(limit):
        if clock.elapsed() >= stop:
            break
        ran += _run(rows, durable)
    return ran


def _handfuls(limit: int) -> Iterator[list[FollowUp]]:
    """What is due now, oldest first, those of one rule that fall due together side by side."""
    due = FollowUp.objects.all().due(clock.now()).order_by("due_at", "rule", "subject_type", "id")
    found = due.only("rule", "subject_type_id", "subject_id", "due_at", "attempts")[:limit]
    for _, alike in groupby(found, key=attrgetter("rule", "subject_type_id")):
        while rows := list(islice(alike, AT_ONCE)):
            yield rows


def _run(rows: list[FollowUp], durable: bool) -> Counter[Ran]:
    try:
        with transaction.atomic(durable=durable):
            return Handful(rows).run()
    except Exception as error:
        if len(rows) > 1:
            logger.info("One of %s follow-ups (%s) raised: each is run alone", len(rows), rows[0].rule)
            return sum((_run([row], durable) for row in rows), Counter())
        with transaction.atomic(durable=durable):
            return Counter({_keep_error(rows[0], error): 1})


def _keep_error(follow_up: FollowUp, error: Exception) -> Ran:
    """The row stays due, shown with its error, and is tried again less and less often."""
    logger.error("Follow-up %s (%s) raised", follow_up.pk, follow_up.rule, exc_info=error)
    wait = min(RETRY_AFTER * 2 ** min(follow_up.attempts, 10), RETRY_AT_MOST_AFTER)
    FollowUp.objects.open().filter(pk=follow_up.pk).update(
        attempts=Least(F("attempts") + 1, MOST_ATTEMPTS_COUNTED),
        last_error=f"{type(error).__name__}: {error}"[:2000],
        lease_until=clock.now() + wait,
    )
    return Ran.IN_ERROR
