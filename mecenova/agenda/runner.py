"""The runner: takes due follow-ups one by one, asks their rule again, acts, and plans what comes after.

One transaction per row. The subject is locked before the follow-up, as operations do, so that a person acting
at the same moment is waited for by nobody: the row is left for the next sweep.
"""

import logging
import time
import uuid
from collections import Counter
from datetime import timedelta
from enum import StrEnum

from django.db import transaction
from django.db.models import Model

from mecenova.agenda import planning
from mecenova.agenda.enums import Outcome
from mecenova.agenda.models import FollowUp
from mecenova.agenda.opening import open_occurrence
from mecenova.agenda.rules import Rule, following, rule_named
from mecenova.calendar import clock

logger = logging.getLogger(__name__)

RETRY_AFTER = timedelta(minutes=5)
RETRY_AT_MOST_AFTER = timedelta(hours=6)


class Ran(StrEnum):
    """What became of one due row in one sweep."""

    DONE = "done"
    CANCELLED = "cancelled"
    POSTPONED = "postponed"
    IN_ERROR = "in_error"
    # Taken by another runner, or its subject is being worked on: the next sweep will see.
    LEFT = "left"


def run_due(limit: int = 500, seconds: float = 20.0, *, durable: bool = True) -> Counter[Ran]:
    """Run what is due, oldest first, within bounds of number and time. Two runners share the work.

    Not durable, it runs inside the caller's transaction: a past that is made in one piece or not at all.
    """
    stop = time.monotonic() + seconds
    ran: Counter[Ran] = Counter()
    due = FollowUp.objects.all().due(clock.now()).order_by("due_at", "id").values_list("pk", flat=True)
    for pk in list(due[:limit]):
        if time.monotonic() >= stop:
            break
        ran[_run(pk, durable)] += 1
    return ran


def _run(pk: uuid.UUID, durable: bool) -> Ran:
    with transaction.atomic(durable=durable):
        candidate = FollowUp.objects.filter(pk=pk).select_related("subject_type").first()
        if candidate is None:
            return Ran.LEFT
        try:
            with transaction.atomic():
                subject, free = _lock_subject(candidate)
        except Exception as error:
            return _keep_error(candidate, error)
        if not free:
            return Ran.LEFT
        locked = FollowUp.objects.all().due(clock.now()).select_for_update(skip_locked=True)
        follow_up = locked.filter(pk=pk).first()
        if follow_up is None:
            return Ran.LEFT
        try:
            with transaction.atomic():
                return _decide(follow_up, subject)
        except Exception as error:
            return _keep_error(follow_up, error)


def _lock_subject(follow_up: FollowUp) -> tuple[Model | None, bool]:
    """The subject, locked; (None, True) when it no longer exists, (None, False) when somebody holds it."""
    model = follow_up.subject_type.model_class()
    if model is None:
        raise LookupError(f"This release has no model for {follow_up.subject_type_id}")
    rows = model._base_manager.filter(pk=follow_up.subject_id)
    rule, seen = rule_named(follow_up.rule), rows.first()
    if rule is not None and seen is not None and not all(map(_lock, rule.locked_first(seen))):
        return None, False
    subject = rows.select_for_update(skip_locked=True, no_key=True).first()
    return subject, subject is not None or not rows.exists()


def _lock(row: Model) -> bool:
    """Take a row that nobody holds."""
    free = type(row)._base_manager.filter(pk=row.pk).select_for_update(skip_locked=True, no_key=True)
    return free.values_list("pk").first() is not None


def _decide(follow_up: FollowUp, subject: Model | None) -> Ran:
    rule = rule_named(follow_up.rule)
    if rule is None:
        raise LookupError(f"This release has no rule {follow_up.rule}")
    if subject is None or not rule.still_relevant(subject):
        return _end(follow_up, Outcome.CANCELLED)
    if _is_away(follow_up, rule):
        return Ran.POSTPONED
    rule.act(subject, follow_up)
    follow_up.refresh_from_db(fields=["outcome", "closed_at"])
    if not follow_up.is_open:
        # Acting moved the subject on: whoever moved it has said what comes next.
        return Ran.DONE
    ended = _end(follow_up, Outcome.DONE)
    _plan_next(follow_up, rule)
    return ended


def _plan_next(follow_up: FollowUp, rule: Rule) -> None:
    occurrence = following(rule, follow_up.occurrence)
    model = follow_up.subject_type.model_class()
    subject = model._base_manager.filter(pk=follow_up.subject_id).first() if model else None
    if occurrence is None or subject is None or not rule.still_relevant(subject):
        return
    open_occurrence(
        rule,
        subject,
        cycle=follow_up.cycle,
        occurrence=occurrence,
        since=follow_up.since,
        not_before=planning.not_before(clock.now(), occurrence),
        held_by=follow_up.assigned_to,
    )


def _is_away(follow_up: FollowUp, rule: Rule) -> bool:
    """An absence said after the row was written moves it: the owner's clock stood still meanwhile."""
    organisation_id, user_id = follow_up.organisation_id, follow_up.waits_for_id
    if not (organisation_id or user_id) or not follow_up.absences().exists():
        return False
    due, deadline = planning.dates(
        rule, follow_up.occurrence, follow_up.since, organisation_id=organisation_id, user_id=user_id
    )
    if due <= clock.now():
        return False
    follow_up.due_at, follow_up.deadline = due, deadline
    follow_up.save(update_fields=["due_at", "deadline"])
    return True


def _end(follow_up: FollowUp, outcome: Outcome) -> Ran:
    follow_up.outcome = outcome
    follow_up.closed_at = clock.now()
    follow_up.lease_until = None
    follow_up.last_error = ""
    follow_up.save(update_fields=["outcome", "closed_at", "lease_until", "last_error"])
    return Ran.DONE if outcome == Outcome.DONE else Ran.CANCELLED


def _keep_error(follow_up: FollowUp, error: Exception) -> Ran:
    """The row stays due, shown with its error, and is tried again less and less often."""
    logger.exception("Follow-up %s (%s) raised", follow_up.pk, follow_up.rule)
    wait = min(RETRY_AFTER * 2 ** min(follow_up.attempts, 10), RETRY_AT_MOST_AFTER)
    FollowUp.objects.filter(pk=follow_up.pk, outcome=Outcome.OPEN).update(
        attempts=min(follow_up.attempts + 1, 32000),
        last_error=f"{type(error).__name__}: {error}"[:2000],
        lease_until=clock.now() + wait,
    )
    return Ran.IN_ERROR
