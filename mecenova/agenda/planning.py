"""When a follow-up falls due: the rule's table, what staff changed in it, and absences."""

import uuid
from collections.abc import Sequence
from datetime import date, datetime, timedelta

from mecenova.agenda.models import Absence, RuleDelay
from mecenova.agenda.rules import Rule
from mecenova.calendar.clock import paris
from mecenova.calendar.working_days import (
    LONGEST_IN_WORKING_DAYS,
    due_at,
    is_clock_paused,
    is_working_day,
)


def delay_of(rule: Rule, occurrence: int) -> int:
    """The days to count for one occurrence: staff's last decision, else the rule's own."""
    decided = (
        RuleDelay.objects.filter(rule=rule.name, occurrence=occurrence)
        .order_by("-set_at", "-id")
        .values_list("days", flat=True)
        .first()
    )
    return occurrence if decided is None else decided


def when(
    rule: Rule,
    occurrence: int,
    since: datetime,
    *,
    organisation_id: uuid.UUID | None = None,
    user_id: uuid.UUID | None = None,
) -> datetime:
    """When this occurrence falls due for whoever owes it."""
    days = delay_of(rule, occurrence)
    due = due_at(since, days)
    if not 0 < days <= LONGEST_IN_WORKING_DAYS or not (organisation_id or user_id):
        return due
    absences = list(Absence.objects.of(organisation_id, user_id).values_list("first_day", "last_day"))
    return _after_absences(since, due, absences)


def deadline(
    rule: Rule,
    occurrence: int,
    since: datetime,
    due: datetime,
    *,
    organisation_id: uuid.UUID | None = None,
    user_id: uuid.UUID | None = None,
) -> datetime:
    """What people are promised: a day of the table, whatever the platform does before or after it."""
    if occurrence not in rule.days:
        return due
    promised = rule.days[-1] if rule.deadline_day is None else rule.deadline_day
    if promised == occurrence:
        return due
    return when(rule, promised, since, organisation_id=organisation_id, user_id=user_id)


def not_before(moment: datetime, days: int) -> datetime:
    """After acting (perhaps late), the earliest time for the next occurrence: never twice in one day."""
    return due_at(moment, 1) if days <= LONGEST_IN_WORKING_DAYS else moment + timedelta(days=1)


def _after_absences(since: datetime, due: datetime, absences: Sequence[tuple[date, date]]) -> datetime:
    """Push the due date by the counted days of absence before it, until none is left uncounted."""
    counted_from = paris(since).date()
    while missed := _missed(counted_from, paris(due).date(), absences):
        counted_from = paris(due).date()
        due = due_at(due, missed)
    return due


def _missed(after: date, until: date, absences: Sequence[tuple[date, date]]) -> int:
    days = (after + timedelta(days=n) for n in range(1, (until - after).days + 1))
    return sum(
        is_working_day(day)
        and not is_clock_paused(day)
        and any(first <= day <= last for first, last in absences)
        for day in days
    )
