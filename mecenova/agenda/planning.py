"""When a follow-up falls due: the rule's table, what staff changed in it, and absences."""

import uuid
from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import date, datetime, timedelta
from typing import Any

from django.db import connection

from mecenova.agenda.models import Absence, FollowUp, RuleDelay
from mecenova.agenda.models.delay import Decision
from mecenova.agenda.rules import Delay, Rule, following
from mecenova.agenda.tables import Delays, Tables, decided_of
from mecenova.calendar import clock
from mecenova.calendar.clock import paris
from mecenova.calendar.working_days import (
    LONGEST_IN_WORKING_DAYS,
    due_at,
    is_clock_paused,
    is_working_day,
    next_working_morning,
)

Absences = Sequence[tuple[date, date]]
AbsencesByOwner = defaultdict[uuid.UUID | None, list[tuple[date, date]]]


def dates(rule: Rule, row: FollowUp, delays: Delays, absences: Absences) -> tuple[datetime, datetime]:
    """When this follow-up falls due for whoever owes it and is away then, and what people are promised.

    The promise is a day of the table, whatever the platform does before or after it. A rule that
    `leaves_the_day` acts on it once it is over.
    """
    due = _when(rule, row.occurrence, row.since, delays, absences)
    due = max(due, row.not_before) if row.not_before else due
    promised = promised_occurrence(rule, row.occurrence)
    if promised != row.occurrence:
        return due, _when(rule, promised, row.since, delays, absences)
    return next_working_morning(paris(due).date()) if rule.leaves_the_day else due, due


def count_again(rule: Rule, row: FollowUp) -> None:
    """Give an open follow-up that waits for others than before the dates of their absences.

    Whoever comes to owe it inherits no date that is past: the next working day is theirs, unless its own date
    was sooner.
    """
    tables, absences = clock_of(rule, [row])
    soonest = min(row.due_at, row.deadline, due_at(clock.now(), 1))
    row.not_before = max(row.not_before, soonest) if row.not_before else soonest
    row.due_at, deadline = dates(rule, row, tables.of(row), away(row, absences))
    row.deadline = max(deadline, row.not_before)


def promised_occurrence(rule: Rule, occurrence: int) -> int:
    """The day whose date people are promised while this one is open: a repetition promises its own."""
    return rule.promised_day if occurrence in rule.days else occurrence


def next_date(rule: Rule, row: FollowUp) -> datetime:
    """What the runner, acting now on this row, is about to write on the next one, for the team.

    Its absences stop no clock; one query, two where the team has changed a delay.
    """
    return later_date(rule, row, following(rule, row.occurrence) or row.occurrence)


def what_follows(rule: Rule, row: FollowUp) -> dict[str, Any]:
    """For a reminder's mail: when the next day of the table comes, and whether nobody is reminded on it."""
    last_reminder = following(rule, row.occurrence) == rule.days[-1]
    return {"next_on": next_date(rule, row), "is_last_reminder": last_reminder}


def before_a_call(rule: Rule, row: FollowUp) -> dict[str, Any]:
    """The same where a person of the team calls on that last day: on one that is worked."""
    told = what_follows(rule, row)
    if told["is_last_reminder"]:
        told["next_on"] = next_working_morning(paris(told["next_on"]).date() - timedelta(days=1))
    return told


def later_date(rule: Rule, row: FollowUp, occurrence: int) -> datetime:
    """The same of a day of the table further on."""
    delays = decided_of([rule.name], [row]).of(row, occurrence)
    due = _when(rule, occurrence, row.since, delays, ())
    return max(due, not_before(rule, clock.now(), row.occurrence, occurrence, delays))


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


def absences_of(rows: Iterable[FollowUp]) -> AbsencesByOwner:
    """The absences that stop the clocks of these rows, in one query, by whose they are."""
    organisations, people = _owners(rows)
    found: AbsencesByOwner = defaultdict(list)
    if organisations or people:
        for absence in Absence.objects.of_any(organisations, people):
            days = (absence.first_day, absence.last_day)
            found[absence.organisation_id or absence.user_id].append(days)
    return found


def away(row: FollowUp, absences: AbsencesByOwner) -> Absences:
    """Of these absences, those that stop this row's clock."""
    return [days for key in (*row.waits_for_organisations, row.waits_for_id) for days in absences[key]]


def _owners(rows: Iterable[FollowUp]) -> tuple[list[uuid.UUID], list[uuid.UUID]]:
    """The organisations, and the people, whose absences stop the clocks of these rows."""
    organisations: set[uuid.UUID] = set()
    people: set[uuid.UUID] = set()
    for row in rows:
        organisations.update(row.waits_for_organisations)
        people.update(filter(None, [row.waits_for_id]))
    return sorted(organisations), sorted(people)


# Asked for each step that is opened: both at once, and its text never made again.
_CLOCKS = """
SELECT rule, set_at, id, occurrence, days, NULL::uuid, NULL::date, NULL::date FROM agenda_ruledelay
WHERE rule = ANY(%(rules)s)
UNION ALL
SELECT NULL, NULL, NULL, NULL, NULL, coalesce(organisation_id, user_id), first_day, last_day
FROM agenda_absence WHERE organisation_id = ANY(%(organisations)s) OR user_id = ANY(%(people)s)
"""


def clock_of(rule: Rule, rows: Sequence[FollowUp]) -> tuple[Tables, AbsencesByOwner]:
    """What staff have changed in the rule's table, and the absences of whoever owes; one query.

    None where somebody gave the date: nothing sets it, nothing stops it.
    """
    if not rule.days[-1] and not any(row.occurrence for row in rows):
        return Tables({}, ()), defaultdict(list)
    return clocks_of([rule.name], rows)


def clocks_of(rules: Iterable[str], rows: Sequence[FollowUp]) -> tuple[Tables, AbsencesByOwner]:
    """The same for the rules of these names; one query."""
    organisations, people = _owners(rows)
    given: dict[str, Any] = {"rules": sorted(set(rules)), "organisations": organisations, "people": people}
    decided: defaultdict[str, list[Decision]] = defaultdict(list)
    absences: AbsencesByOwner = defaultdict(list)
    with connection.cursor() as cursor:
        cursor.execute(_CLOCKS, given)
        for rule, set_at, _, occurrence, days, owner, first, last in sorted(
            cursor.fetchall(), key=_decided_at
        ):
            if owner is None:
                decided[rule].append((set_at, occurrence, days))
            else:
                absences[owner].append((first, last))
    return Tables(decided, rows), absences


def _decided_at(told: tuple[Any, ...]) -> tuple[bool, datetime | None, int]:
    """Decisions first, the newest last."""
    _, set_at, key, *_ = told
    return set_at is None, set_at, key or 0


def not_before(rule: Rule, moment: datetime, former: int, occurrence: int, delays: Delays) -> datetime:
    """After acting on the `former` day of a table (perhaps late), the earliest time for this one.

    Never twice in one day. What comes back several times a month counts its working days from then: beyond
    30, days are calendar days, and would be over before they begin. Calendar days go on during the pauses
    that have put off a day counted in working days: half of what is set between the two is left, so that
    nobody is chased two days running.
    """
    if occurrence > rule.days[-1] and rule.every and rule.every < LONGEST_IN_WORKING_DAYS:
        return due_at(moment, rule.every)
    days = days_in_force(rule, occurrence, delays)
    if days <= LONGEST_IN_WORKING_DAYS:
        return due_at(moment, 1)
    return moment + timedelta(days=max(1, (days - days_in_force(rule, former, delays)) // 2))


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
