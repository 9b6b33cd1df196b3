"""Why a promised date is further than its days, wherever the date is shown."""

from datetime import date, datetime, timedelta

import pytest

from mecenova.agenda.operations import add_absence, next_step, next_steps, set_delay, start
from mecenova.agenda.wording import AT_YEAR_S_END, IN_AUGUST, before
from mecenova.calendar import clock
from mecenova.calendar.clock import PARIS
from tests.accounts.factories import StaffFactory
from tests.agenda.rules_for_tests import Answer, Check
from tests.mail.factories import PersonFactory

pytestmark = pytest.mark.django_db

AND_SO = " La date en tient compte."


def at(day: int, month: int, year: int = 2026) -> datetime:
    return datetime(year, month, day, 10, tzinfo=PARIS)


def why(rule, moment: datetime) -> str:
    person = PersonFactory()
    with clock.frozen(moment):
        start(rule, person)
        return next_step(person).put_off()


def test_a_date_that_nothing_moved_says_nothing():
    assert why(Answer, at(16, 11)) == ""
    assert before(None) == ""


@pytest.mark.parametrize(
    ("rule", "moment", "said"),
    [
        (Answer, at(27, 7), f"{IN_AUGUST}{AND_SO}"),
        (Answer, at(11, 12), f"{AT_YEAR_S_END}{AND_SO}"),
        # The team owes: its days stop as well, and whoever waits is told.
        (Check, at(31, 7), f"{IN_AUGUST}{AND_SO}"),
        (Check, at(10, 11), f"Le 11\u00a0novembre 2026 est férié.{AND_SO}"),
        # Easter Monday; 14 July of 2029 is a Saturday and moves nothing.
        (Check, at(2, 4), f"Le 6\u00a0avril 2026 est férié.{AND_SO}"),
        (Check, at(12, 7, 2029), ""),
        # 15 August, in a month that is stopped already, is not told twice.
        (Check, at(30, 7), f"{IN_AUGUST}{AND_SO}"),
    ],
)
def test_what_the_calendar_stops(rule, moment, said):
    assert why(rule, moment) == said


def test_calendar_days_and_a_given_date_wait_for_nothing():
    with clock.frozen(at(20, 7)):
        set_delay(rule=Answer, occurrence=15, days=45, by=StaffFactory())
        assert why(Answer, clock.now()) == ""


def test_an_absence_is_said_while_it_stops_the_clock():
    away, there = PersonFactory(), PersonFactory()
    with clock.frozen(at(9, 11)):
        for person in (away, there):
            start(Answer, person)
        add_absence(
            organisation_id=away.pk, first_day=date(2026, 11, 16), last_day=date(2026, 11, 20), by=None
        )
        steps = next_steps([away, there])
        assert (steps[away.pk].deadline - steps[there.pk].deadline) == timedelta(days=7)
        assert steps[away.pk].put_off() == (
            "Absence notée du 16\u00a0novembre 2026 au 20\u00a0novembre 2026."
            f" Le 11\u00a0novembre 2026 est férié.{AND_SO}"
        )
        assert steps[there.pk].put_off() == f"Le 11\u00a0novembre 2026 est férié.{AND_SO}"


def test_an_absence_of_one_day_is_said_once():
    person, day = PersonFactory(), date(2026, 11, 18)
    with clock.frozen(at(16, 11)):
        start(Answer, person)
        add_absence(organisation_id=person.pk, first_day=day, last_day=day, by=None)
        assert next_step(person).put_off() == f"Absence notée le 18\u00a0novembre 2026.{AND_SO}"


def test_an_absence_of_a_week_end_or_after_the_date_is_not():
    person = PersonFactory()
    with clock.frozen(at(16, 11)):
        start(Answer, person)
        for first, last in ((date(2026, 11, 21), date(2026, 11, 22)), (date(2027, 2, 1), date(2027, 2, 5))):
            add_absence(organisation_id=person.pk, first_day=first, last_day=last, by=None)
        assert next_step(person).put_off() == ""


def test_the_reasons_of_one_or_ten_dates_are_one_query(query_count):
    people = PersonFactory.create_batch(10)
    for person in people:
        start(Answer, person)

    def read(subjects):
        return [step.put_off() for step in next_steps(subjects).values()]

    assert query_count(lambda: next_steps(people)) == 1
    assert query_count(lambda: read(people)) == query_count(lambda: read(people[:1])) == 2
    assert query_count(lambda: read([])) == 0
