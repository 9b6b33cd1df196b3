"""When a follow-up falls due: the rule's table, what staff changed in it, and absences."""

import uuid
from collections.abc import Mapping, Sequence
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

Delays = Mapping[int, int]
Absences = Sequence[tuple[date, date]]


def dates(
    rule: Rule,
    occurrence: int,
    since: datetime,
    *,
    not_before: datetime | None = None,
    organisation_id: uuid.UUID | None = None,
    user_id: uuid.UUID | None = None,
) -> tuple[datetime, datetime]:
    """When this occurrence falls due for whoever owes it, and what people are promised.

    The promise is a day of the table, whatever the platform does before or after it.
    """
    delays, absences = _delays(rule), _absences(organisation_id, user_id)
    due = _when(occurrence, since, delays, absences)
    due = max(due, not_before) if not_before else due
    promised = rule.days[-1] if rule.deadline_day is None else rule.deadline_day
    if occurrence not in rule.days or promised == occurrence:
        return due, due
    return due, _when(promised, since, delays, absences)


def when(
    rule: Rule,
    occurrence: int,
    since: datetime,
    *,
    organisation_id: uuid.UUID | None = None,
    user_id: uuid.UUID | None = None,
) -> datetime:
    """When this occurrence falls due for whoever owes it."""
    return _when(occurrence, since, _delays(rule), _absences(organisation_id, user_id))


def _when(occurrence: int, since: datetime, delays: Delays, absences: Absences) -> datetime:
    days = delays.get(occurrence, occurrence)
    due = due_at(since, days)
    if not absences or not 0 < days <= LONGEST_IN_WORKING_DAYS:
        return due
    return _after_absences(since, due, absences)


def _delays(rule: Rule) -> Delays:
    """The days to count for each occurrence on which staff have decided; the newest decision applies."""
    decided = RuleDelay.objects.filter(rule=rule.name).order_by("set_at", "id")
    return dict(decided.values_list("occurrence", "days"))


def _absences(organisation_id: uuid.UUID | None, user_id: uuid.UUID | None) -> Absences:
    if not (organisation_id or user_id):
        return ()
    return list(Absence.objects.of(organisation_id, user_id).values_list("first_day", "last_day"))


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
