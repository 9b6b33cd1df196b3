"""A promise as people say it: its date, and why the date is further than its days."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import date, datetime, timedelta
from functools import cached_property, partial
from uuid import UUID

from mecenova.agenda import planning
from mecenova.agenda.models import FollowUp
from mecenova.agenda.models.absence import days_away
from mecenova.agenda.organisations import names_of
from mecenova.agenda.planning import Absences, AbsencesByOwner
from mecenova.agenda.rules import Rule, rule_named
from mecenova.agenda.tables import Delays
from mecenova.calendar import clock
from mecenova.calendar.clock import paris
from mecenova.calendar.working_days import (
    LONGEST_IN_WORKING_DAYS,
    is_clock_paused,
    is_public_holiday,
    is_weekend,
)
from mecenova.ui.contractions import of_name
from mecenova.ui.figures import long_date, short_date

IN_AUGUST = "Les délais s’arrêtent en août."
AT_YEAR_S_END = "Les délais s’arrêtent du 24 décembre au 2 janvier."
_AUGUST = 8


def before(moment: datetime | None) -> str:
    """« au plus tard le lundi 30 novembre 2026 », with the space before it: that day is still in time.

    Nothing when no date was promised.
    """
    return f" au plus tard le {long_date(moment)}" if moment else ""


def telling_why(steps: Sequence[FollowUp]) -> None:
    """Give each of these steps its `put_off`: one query for all of them, made by the first that is shown."""
    reasons = _Reasons(steps)
    for step in steps:
        step.put_off = partial(reasons.of, step)


def foreseen(rule: Rule, organisation_id: UUID) -> FollowUp:
    """What would open if this organisation owed it from now on, with its dates and why: written nowhere."""
    row = FollowUp(
        rule=rule.name, occurrence=rule.days[0], organisation_id=organisation_id, since=clock.now()
    )
    tables, absences = planning.clock_of(rule, [row])
    row.due_at, row.deadline = planning.dates(rule, row, tables.of(row), planning.away(row, absences))
    telling_why([row])
    return row


class _Reasons:
    def __init__(self, steps: Sequence[FollowUp]) -> None:
        self._steps = steps

    def of(self, step: FollowUp) -> str:
        return self._said[step.pk]

    @cached_property
    def _said(self) -> dict[UUID, str]:
        tables, absences = planning.clocks_of((step.rule for step in self._steps), self._steps)
        away = [key for step in self._steps for key in step.waits_for_organisations if absences[key]]
        names = names_of(away) if away else {}
        return {step.pk: _what_puts_off(step, tables.of(step), absences, names) for step in self._steps}


def _what_puts_off(
    step: FollowUp, delays: Delays, absences: AbsencesByOwner, names: Mapping[UUID, str]
) -> str:
    """Whatever has stopped the step's clock on a day that counts: absences, pauses, public holidays.

    Nothing for a date that somebody gave, or that calendar days give: neither waits for anything.
    """
    rule = rule_named(step.rule)
    if rule is None:
        return ""
    promised = planning.promised_occurrence(rule, step.occurrence)
    if not 0 < planning.days_in_force(rule, promised, delays) <= LONGEST_IN_WORKING_DAYS:
        return ""
    days = _days_worked_elsewhere(paris(step.since).date(), paris(step.deadline).date())
    reasons = [
        *_absences(
            days,
            [(names.get(key, ""), *away) for key in step.waits_for_organisations for away in absences[key]],
            absences[step.waits_for_id],
        ),
        *_pauses(days),
        *_holidays(days),
    ]
    return f"{' '.join(reasons)} La date en tient compte." if reasons else ""


def _days_worked_elsewhere(after: date, until: date) -> list[date]:
    """Monday to Friday, whatever stops them."""
    days = (after + timedelta(days=n) for n in range(1, (until - after).days + 1))
    return [day for day in days if not is_weekend(day)]


def _absences(
    days: Sequence[date], of_organisations: Sequence[tuple[str, date, date]], of_person: Absences
) -> Iterator[str]:
    """The days of one person's absence are not told to others."""
    counted = [day for day in days if not is_clock_paused(day) and not is_public_holiday(day)]
    for name, first, last in of_organisations:
        if any(first <= day <= last for day in counted):
            whose = f"Absence {of_name(name)}" if name else "Absence notée"
            yield f"{whose} {days_away(first, last)}."
    if any(first <= day <= last for day in counted for first, last in of_person):
        yield "Une absence est notée."


def _pauses(days: Sequence[date]) -> Iterator[str]:
    months = {day.month for day in days if is_clock_paused(day)}
    if _AUGUST in months:
        yield IN_AUGUST
    if months - {_AUGUST}:
        yield AT_YEAR_S_END


def _holidays(days: Sequence[date]) -> Iterator[str]:
    for day in days:
        if is_public_holiday(day) and not is_clock_paused(day):
            yield f"Le {short_date(day)} est férié."
