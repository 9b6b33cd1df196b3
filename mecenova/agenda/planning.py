"""When a follow-up falls due: the rule's table, what staff changed in it, and absences."""

import uuid
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime, timedelta
from typing import Any

from django.db import connection

from mecenova.agenda.models import Absence, FollowUp, RuleDelay
from mecenova.agenda.rules import Delay, Rule
from mecenova.calendar.clock import paris
from mecenova.calendar.working_days import (
    LONGEST_IN_WORKING_DAYS,
    due_at,
    is_clock_paused,
    is_working_day,
)

Delays = Mapping[int, int]
Absences = Sequence[tuple[date, date]]
# The organisation, and the person, who owe a step.
Owner = tuple[uuid.UUID | None, uuid.UUID | None]
AbsencesByOwner = defaultdict[uuid.UUID | None, list[tuple[date, date]]]


def dates(rule: Rule, row: FollowUp, delays: Delays, absences: Absences) -> tuple[datetime, datetime]:
    """When this follow-up falls due for whoever owes it and is away then, and what people are promised.

    The promise is a day of the table, whatever the platform does before or after it.
    """
    due = _when(rule, row.occurrence, row.since, delays, absences)
    due = max(due, row.not_before) if row.not_before else due
    promised = promised_occurrence(rule, row.occurrence)
    return due, due if promised == row.occurrence else _when(rule, promised, row.since, delays, absences)


def promised_occurrence(rule: Rule, occurrence: int) -> int:
    """The day whose date people are promised while this one is open: a repetition promises its own."""
    return rule.promised_day if occurrence in rule.days else occurrence


def when(rule: Rule, occurrence: int, since: datetime) -> datetime:
    """When this occurrence falls due for the team, whose absences stop no clock."""
    return _when(rule, occurrence, since, delays_of(rule), ())


def promised_days(delay: Delay) -> int:
    """The days to count that are promised, as the team has set them."""
    return days_in_force(delay, delay.promised_day, delays_of(delay))


def days_in_force(rule: Delay, occurrence: int, delays: Delays) -> int:
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


def delays_of(rule: Delay) -> Delays:
    """What staff have changed in the rule's table."""
    return RuleDelay.objects.in_force([rule.name])[rule.name]


def absences_of(owners: Iterable[Owner]) -> AbsencesByOwner:
    """The absences of (organisation, person) pairs, in one query, by either's key."""
    keys = [set(filter(None, kind)) for kind in zip(*owners, strict=True)]
    found: AbsencesByOwner = defaultdict(list)
    if any(keys):
        organisations, people = keys
        for absence in Absence.objects.of_any(organisations, people):
            days = (absence.first_day, absence.last_day)
            found[absence.organisation_id or absence.user_id].append(days)
    return found


# Asked for each step that is opened: both at once, and its text never made again.
_CLOCKS = """
SELECT rule, occurrence, days, NULL::uuid, NULL::date, NULL::date
FROM (
    SELECT DISTINCT ON (rule, occurrence) rule, occurrence, days FROM agenda_ruledelay
    WHERE rule = ANY(%(rules)s) ORDER BY rule, occurrence, set_at DESC, id DESC
) AS decided
UNION ALL
SELECT NULL, NULL, NULL, coalesce(organisation_id, user_id), first_day, last_day FROM agenda_absence
WHERE organisation_id = ANY(%(organisations)s) OR user_id = ANY(%(people)s)
"""


def clock_of(rule: Rule, owners: Sequence[Owner]) -> tuple[Delays, AbsencesByOwner]:
    """What staff have changed in the rule's table, and the absences of whoever owes; one query."""
    delays, absences = clocks_of([rule.name], owners)
    return delays[rule.name], absences


def clocks_of(
    rules: Iterable[str], owners: Sequence[Owner]
) -> tuple[defaultdict[str, dict[int, int]], AbsencesByOwner]:
    """The same for the rules of these names, by their names; one query."""
    given: dict[str, Any] = {
        "rules": sorted(set(rules)),
        "organisations": [organisation for organisation, _ in owners if organisation],
        "people": [person for _, person in owners if person],
    }
    delays: defaultdict[str, dict[int, int]] = defaultdict(dict)
    absences: AbsencesByOwner = defaultdict(list)
    with connection.cursor() as cursor:
        cursor.execute(_CLOCKS, given)
        for rule, occurrence, days, owner, first, last in cursor.fetchall():
            if owner is None:
                delays[rule][occurrence] = days
            else:
                absences[owner].append((first, last))
    return delays, absences


def not_before(moment: datetime, former: int, days: int) -> datetime:
    """After acting on the `former` day of a table (perhaps late), the earliest time for the next one.

    Never twice in one day. Calendar days go on during the pauses that have put off a day counted in working
    days: half of what the table sets between the two is left, so that nobody is chased two days running.
    """
    if days <= LONGEST_IN_WORKING_DAYS:
        return due_at(moment, 1)
    return moment + timedelta(days=max(1, (days - former) // 2))


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
