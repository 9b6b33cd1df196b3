"""What a runner takes in hand is written before it begins, so that a process that is killed is seen.

A rule that never ends has its process killed by the worker's time limit, and raises nothing.
"""

import logging
from collections.abc import Sequence
from datetime import timedelta

from django.db import transaction
from django.db.models import F
from django.db.models.functions import Least

from mecenova.agenda.models import Attempt, FollowUp, FollowUpQuerySet
from mecenova.calendar import clock

logger = logging.getLogger(__name__)

RETRY_AFTER = timedelta(minutes=5)
RETRY_AT_MOST_AFTER = timedelta(hours=6)
MOST_ATTEMPTS_COUNTED = 32_000
# Between the writing of an attempt and its holding; after that, what nobody holds is of somebody dead.
A_MOMENT = timedelta(minutes=1)
NEVER_ENDED = "NeverEnded: the former attempt did not end: its process was stopped, or died"


def begin(rows: Sequence[FollowUp]) -> Attempt:
    return Attempt.objects.create(follow_ups=[row.pk for row in rows])


def end(attempt: Attempt | None) -> None:
    """With what became of it: the same transaction holds it until then, or gives it back."""
    if attempt is not None:
        Attempt.objects.filter(pk=attempt.pk).delete()


@transaction.atomic
def count_unfinished() -> None:
    """Count, on the follow-ups that are still due, the attempts whose process died.

    What was done meanwhile by another sweep owes nothing to anybody: a deploy leaves no trace.
    """
    left = Attempt.objects.filter(begun_at__lte=clock.now() - A_MOMENT)
    attempts = list(left.select_for_update(skip_locked=True))
    for attempt in attempts:
        _count(attempt)
    Attempt.objects.filter(pk__in=[attempt.pk for attempt in attempts]).delete()


def _count(attempt: Attempt) -> None:
    due = FollowUp.objects.all().due(clock.now()).filter(pk__in=attempt.follow_ups)
    rows = list(due.select_for_update(skip_locked=True, no_key=True))
    if not rows:
        return
    keys = [str(row.pk) for row in rows]
    logger.error("Follow-ups of %s begun at %s did not end: %s", rows[0].rule, attempt.begun_at, keys)
    if len(attempt.follow_ups) == 1 and rows[0].attempts:
        set_aside(rows[0], NEVER_ENDED)
    else:
        _note(FollowUp.objects.filter(pk__in=keys), NEVER_ENDED)


def set_aside(follow_up: FollowUp, error: str) -> None:
    """The row stays due, shown with its error, and is tried again less and less often."""
    wait = min(RETRY_AFTER * 2 ** min(follow_up.attempts, 10), RETRY_AT_MOST_AFTER)
    _note(FollowUp.objects.open().filter(pk=follow_up.pk), error, lease_until=clock.now() + wait)


def _note(rows: FollowUpQuerySet, error: str, **changes: object) -> None:
    attempts = Least(F("attempts") + 1, MOST_ATTEMPTS_COUNTED)
    rows.update(attempts=attempts, last_error=error[:2000], **changes)
