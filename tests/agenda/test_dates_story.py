"""Any story of dates: absences, delays changed meanwhile, August, Christmas, 29 February, summer time.

An oracle counts day by day, with none of our code: holidays are written out, and summer time by its rule.
"""

from contextlib import suppress
from datetime import UTC, date, datetime, time, timedelta

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import initialize, invariant, precondition, rule, run_state_machine_as_test

from mecenova.agenda import operations as agenda
from mecenova.agenda.enums import Outcome
from mecenova.agenda.models import Absence, FollowUp
from mecenova.calendar import clock
from mecenova.calendar.clock import PARIS
from mecenova.calendar.working_days import LONGEST_IN_WORKING_DAYS
from mecenova.workflow.errors import DomainError
from tests.accounts.factories import StaffFactory
from tests.agenda.rules_for_tests import Answer, Check, OneAnswers, Release, Remains
from tests.mail.factories import PersonFactory
from tests.stories import Story

FIXED = {(1, 1), (5, 1), (5, 8), (7, 14), (8, 15), (11, 1), (11, 11), (12, 25)}
# Easter Monday, Ascension, Whit Monday, as calendars print them.
MOVABLE = {
    *(date(2026, 4, 6), date(2026, 5, 14), date(2026, 5, 25)),
    *(date(2027, 3, 29), date(2027, 5, 6), date(2027, 5, 17)),
    *(date(2028, 4, 17), date(2028, 5, 25), date(2028, 6, 5)),
    *(date(2029, 4, 2), date(2029, 5, 10), date(2029, 5, 21)),
    *(date(2030, 4, 22), date(2030, 5, 30), date(2030, 6, 10)),
}
BEGINS = [
    date(2027, 3, 24),  # Easter, and the hour that goes on the Sunday between
    date(2027, 4, 28),
    date(2027, 7, 19),
    date(2027, 10, 27),
    date(2027, 12, 20),
    date(2027, 12, 31),
    date(2028, 2, 24),
    date(2028, 2, 29),
    date(2028, 5, 15),
    date(2028, 12, 18),
]
RULES = {each.name: each for each in (Answer, Check, OneAnswers, Release, Remains)}
WHICH = st.integers(0, 5)
DAYS = st.sampled_from([1, 3, 4, 6, 10, 13, 18, 29, 30, 45, 50, 130])


def is_worked(day):
    return day.weekday() < 5 and (day.month, day.day) not in FIXED and day not in MOVABLE


def is_counted(day):
    return (
        is_worked(day)
        and day.month != 8
        and not (day.month, day.day) >= (12, 24)
        and (day.month, day.day) > (1, 2)
    )


def last_sunday(year, month):
    day = date(year, month, 31)
    return day - timedelta(days=(day.weekday() + 1) % 7)


def nine(day):
    """In Paris: seven or eight in the morning of Greenwich."""
    is_summer = last_sunday(day.year, 3) <= day < last_sunday(day.year, 10)
    return datetime.combine(day, time(7 if is_summer else 8), UTC)


def counted(first, days, away):
    """One day after the other, from the one after the first."""
    if days > 30:
        return nine(first + timedelta(days=days))
    day = first
    while days:
        day += timedelta(days=1)
        days -= is_counted(day) and day not in away
    return nine(day)


def morning_after(moment):
    day = moment.date() + timedelta(days=1)
    while not is_worked(day):
        day += timedelta(days=1)
    return nine(day)


class Dates(Story):
    """The worker runs every morning; a date already promised moves for an absence alone."""

    @initialize(day=st.sampled_from(BEGINS))
    def begin(self, day):
        self.clock.move_to(datetime.combine(day, time(14, 30), PARIS))
        self.staff = StaffFactory()
        self.tables = {name: {day: day for day in each.days} for name, each in RULES.items()}
        # What each began with: its day, and the table as it was then.
        self.begun = {}
        # The last day that is counted in days worked.
        self.the_team_changes_a_delay(OneAnswers, 1, LONGEST_IN_WORKING_DAYS)
        for each in RULES.values():
            self.something_is_owed(each)

    @rule(each=st.sampled_from(list(RULES.values())))
    def something_is_owed(self, each):
        self.clock.advance(timedelta(seconds=1))
        subject = PersonFactory()
        agenda.start(each, subject)
        self.begun[subject.pk] = (clock.today(), dict(self.tables[each.name]))

    @rule(
        each=st.sampled_from([Answer, OneAnswers, Release]),
        which=WHICH,
        begins=st.integers(0, 12),
        lasts=st.integers(0, 20),
    )
    def who_owes_is_away(self, each, which, begins, lasts):
        rows = list(FollowUp.objects.open().filter(rule=each.name).order_by("created_at", "pk"))
        if not rows:
            return
        row = rows[which % len(rows)]
        owner = {"user": row.assigned_to} if each is OneAnswers else {"organisation_id": row.subject_id}
        first = clock.today() + timedelta(days=begins)
        days = {"first_day": first, "last_day": first + timedelta(days=lasts)}
        with suppress(DomainError):
            agenda.add_absence(**owner, **days, by=self.staff)

    @precondition(lambda self: Absence.objects.exists())
    @rule(which=WHICH)
    def an_absence_is_taken_back(self, which):
        found = list(Absence.objects.order_by("first_day", "pk"))
        with suppress(DomainError):
            agenda.remove_absence(absence=found[which % len(found)], by=self.staff)

    @rule(each=st.sampled_from(list(RULES.values())), which=WHICH, days=DAYS)
    def the_team_changes_a_delay(self, each, which, days):
        day = each.days[which % len(each.days)]
        self.clock.advance(timedelta(seconds=1))
        with suppress(DomainError):
            agenda.set_delay(rule=each, occurrence=day, days=days, by=self.staff)
            self.tables[each.name][day] = days

    @rule(days=st.sampled_from([1, 2, 5, 11, 30]))
    def days_go_by(self, days):
        for _ in range(days):
            self.clock.move_to(nine(clock.today() + timedelta(days=1)))
            self.the_worker_runs()
        self.clock.advance(timedelta(hours=4, minutes=10))

    def the_worker_runs(self):
        due = {row.pk: row for row in FollowUp.objects.all().due(clock.now())}
        agenda.run_due()
        for row in FollowUp.objects.filter(pk__in=due, outcome=Outcome.DONE):
            # In time, to the hour; what an absence taken back makes due at once, on the morning after.
            assert clock.now() - due[row.pk].due_at < timedelta(hours=24), row
            assert not FollowUp.objects.all().in_error().exists()

    # What must hold.

    @invariant()
    def every_date_is_the_oracle_s(self):
        for row in FollowUp.objects.open():
            due, deadline = self.foretold(row)
            if due > clock.now():
                assert row.due_at == due, row
            else:
                assert row.due_at <= clock.now(), row
            if row.deadline > clock.now() or deadline > clock.now():
                assert row.deadline == deadline, row

    def foretold(self, row):
        which = RULES[row.rule]
        first, table = self.begun[row.subject_id]
        stops = Absence.objects.filter(user_id=row.subject_id)
        if which is not OneAnswers:
            stops = Absence.objects.filter(organisation_id=row.subject_id)
            stops = stops if which in {Answer, Release} else stops.none()
        away = {
            one.first_day + timedelta(days=number)
            for one in stops
            for number in range((one.last_day - one.first_day).days + 1)
        }
        due = counted(first, table[row.occurrence], away)
        promised = which.days[-1] if which.deadline_day is None else which.deadline_day
        deadline = counted(first, table[promised], away)
        if which.leaves_the_day and row.occurrence == promised:
            due = morning_after(deadline)
        return due, deadline


@pytest.mark.django_db
def test_every_date_of_any_story_is_counted_day_by_day():
    run_state_machine_as_test(
        Dates,
        settings=settings(
            max_examples=8,
            stateful_step_count=20,
            deadline=None,
            suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture],
        ),
    )
