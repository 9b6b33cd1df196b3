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
    absences = _absences(organisation_id, user_id)
    return dates_with(rule, occurrence, since, _delays(rule), absences, not_before=not_before)


def dates_with(
    rule: Rule,
    occurrence: int,
    since: datetime,
    delays: Delays,
    absences: Absences,
    *,
    not_before: datetime | None = None,
) -> tuple[datetime, datetime]:
    """`dates` from what has been read already: many follow-ups are planned again at once."""
    due = _when(rule, occurrence, since, delays, absences)
    due = max(due, not_before) if not_before else due
    promised = rule.days[-1] if rule.deadline_day is None else rule.deadline_day
    if occurrence not in rule.days or promised == occurrence:
        return due, due
    return due, _when(rule, promised, since, delays, absences)


def when(
    rule: Rule,
    occurrence: int,
    since: datetime,
    *,
    organisation_id: uuid.UUID | None = None,
    user_id: uuid.UUID | None = None,
) -> datetime:
    """When this occurrence falls due for whoever owes it."""
    return _when(rule, occurrence, since, _delays(rule), _absences(organisation_id, user_id))


def days_in_force(rule: Rule, occurrence: int, delays: Delays) -> int:
    """The days to count for this occurrence. Repetitions follow the last day, wherever staff have put it."""
    last = rule.days[-1]
    if occurrence > last:
        return occurrence + delays.get(last, last) - last
    return delays.get(occurrence, occurrence)


def _when(rule: Rule, occurrence: int, since: datetime, delays: Delays, absences: Absences) -> datetime:
    days = days_in_force(rule, occurrence, delays)
    due = due_at(since, days)
    if not absences or not 0 < days <= LONGEST_IN_WORKING_DAYS:
        return due
    return _after_absences(since, due, absences)


def _delays(rule: Rule) -> Delays:
    return RuleDelay.objects.in_force([rule.name])[rule.name]


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
