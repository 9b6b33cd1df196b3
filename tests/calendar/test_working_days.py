from datetime import UTC, date, datetime, time, timedelta

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from mecenova.calendar.clock import PARIS, paris
from mecenova.calendar.working_days import (
    add_working_days,
    begun_before,
    due_at,
    is_clock_paused,
    is_public_holiday,
    is_working_day,
    next_working_morning,
)

days = st.dates(min_value=date(2009, 1, 1), max_value=date(2099, 12, 31))
moments = st.integers(min_value=1_230_768_000, max_value=4_099_680_000).map(
    lambda seconds: datetime.fromtimestamp(seconds, UTC)  # 2009 to 2099
)


def in_paris(*parts: int) -> datetime:
    return datetime(*parts, tzinfo=PARIS)  # type: ignore[arg-type, misc]


def public_holidays(year: int) -> list[date]:
    """Every day of the year that the site takes for a public holiday."""
    year_long = [date(year, 1, 1) + timedelta(days=after) for after in range(366)]
    return [day for day in year_long if day.year == year and is_public_holiday(day)]


class TestPublicHolidays:
    def test_those_of_2026(self) -> None:
        assert public_holidays(2026) == [
            date(2026, 1, 1),
            date(2026, 4, 6),
            date(2026, 5, 1),
            date(2026, 5, 8),
            date(2026, 5, 14),
            date(2026, 5, 25),
            date(2026, 7, 14),
            date(2026, 8, 15),
            date(2026, 11, 1),
            date(2026, 11, 11),
            date(2026, 12, 25),
        ]

    @pytest.mark.parametrize(
        "easter_monday", [date(2024, 4, 1), date(2025, 4, 21), date(2027, 3, 29), date(2038, 4, 26)]
    )
    def test_easter_moves(self, easter_monday: date) -> None:
        assert is_public_holiday(easter_monday)

    def test_ascension_on_the_first_of_may_is_one_day(self) -> None:
        assert len(public_holidays(2008)) == 10
        assert is_public_holiday(date(2008, 5, 1))

    def test_a_public_holiday_of_the_week_is_not_worked(self) -> None:
        assert not is_working_day(date(2026, 7, 14))


class TestPauses:
    @pytest.mark.parametrize(
        "day",
        [date(2026, 8, 1), date(2026, 8, 31), date(2026, 12, 24), date(2026, 12, 31), date(2027, 1, 2)],
    )
    def test_the_clock_stops(self, day: date) -> None:
        assert is_clock_paused(day)

    @pytest.mark.parametrize(
        "day", [date(2026, 7, 31), date(2026, 9, 1), date(2026, 12, 23), date(2027, 1, 3)]
    )
    def test_the_clock_runs(self, day: date) -> None:
        assert not is_clock_paused(day)


class TestAddWorkingDays:
    @pytest.mark.parametrize(
        ("day", "n", "result"),
        [
            (date(2026, 11, 23), 2, date(2026, 11, 25)),
            (date(2026, 11, 20), 1, date(2026, 11, 23)),
            (date(2026, 11, 21), 1, date(2026, 11, 23)),
            (date(2026, 11, 10), 1, date(2026, 11, 12)),
            (date(2026, 7, 31), 1, date(2026, 9, 1)),
            (date(2026, 12, 23), 1, date(2027, 1, 4)),
            (date(2026, 8, 15), 0, date(2026, 8, 15)),
        ],
    )
    def test_examples(self, day: date, n: int, result: date) -> None:
        assert add_working_days(day, n) == result

    @given(days, st.integers(min_value=1, max_value=30))
    def test_lands_on_a_day_when_people_are_there(self, day: date, n: int) -> None:
        landed = add_working_days(day, n)
        assert is_working_day(landed)
        assert not is_clock_paused(landed)
        assert landed >= day + timedelta(days=n)

    @given(days, st.integers(min_value=0, max_value=15), st.integers(min_value=0, max_value=15))
    def test_two_steps_are_one_long_step(self, day: date, first: int, second: int) -> None:
        assert add_working_days(add_working_days(day, first), second) == add_working_days(day, first + second)

    @given(days, days, st.integers(min_value=0, max_value=30))
    def test_who_starts_later_is_never_due_earlier(self, one: date, other: date, n: int) -> None:
        early, late = sorted((one, other))
        assert add_working_days(early, n) <= add_working_days(late, n)

    def test_never_backwards(self) -> None:
        with pytest.raises(ValueError, match="forward"):
            add_working_days(date(2026, 11, 23), -1)


class TestDueAt:
    @pytest.mark.parametrize(
        ("start", "n", "due"),
        [
            (in_paris(2026, 11, 23, 15, 30), 2, in_paris(2026, 11, 25, 9)),
            (in_paris(2026, 11, 23, 15, 30), 30, in_paris(2027, 1, 13, 9)),
            (in_paris(2026, 11, 23, 15, 30), 31, in_paris(2026, 12, 24, 9)),
            (in_paris(2026, 11, 23, 15, 30), 45, in_paris(2027, 1, 7, 9)),
            (in_paris(2026, 11, 23, 15, 30), 90, in_paris(2027, 2, 21, 9)),
            (in_paris(2026, 7, 20, 10), 15, in_paris(2026, 9, 8, 9)),
        ],
    )
    def test_examples(self, start: datetime, n: int, due: datetime) -> None:
        assert due_at(start, n) == due

    def test_at_once_is_at_once(self) -> None:
        start = in_paris(2026, 8, 15, 23, 59)
        assert due_at(start, 0) == start

    def test_the_day_is_the_one_people_live_in(self) -> None:
        """23:30 UTC on Monday is already Tuesday in Paris."""
        assert due_at(datetime(2026, 11, 23, 23, 30, tzinfo=UTC), 1) == in_paris(2026, 11, 25, 9)

    @pytest.mark.parametrize(
        ("start", "n", "utc"),
        [
            # The clocks go back on 25 October 2026 and forward on 28 March 2027.
            (in_paris(2026, 10, 23, 12), 1, datetime(2026, 10, 26, 8, tzinfo=UTC)),
            (in_paris(2026, 10, 22, 12), 1, datetime(2026, 10, 23, 7, tzinfo=UTC)),
            (in_paris(2026, 9, 10, 12), 45, datetime(2026, 10, 25, 8, tzinfo=UTC)),
            (in_paris(2027, 3, 25, 12), 1, datetime(2027, 3, 26, 8, tzinfo=UTC)),
            (in_paris(2027, 3, 26, 12), 1, datetime(2027, 3, 30, 7, tzinfo=UTC)),
            (in_paris(2027, 2, 11, 12), 45, datetime(2027, 3, 28, 7, tzinfo=UTC)),
        ],
    )
    def test_nine_in_paris_through_both_clock_changes(self, start: datetime, n: int, utc: datetime) -> None:
        assert due_at(start, n) == utc

    @given(moments, st.integers(min_value=1, max_value=400))
    def test_always_nine_in_paris_after_the_start_and_in_utc(self, start: datetime, n: int) -> None:
        due = due_at(start, n)
        assert paris(due).time() == time(9)
        assert due > start
        assert due.tzinfo is UTC

    @given(moments, st.integers(min_value=31, max_value=400))
    def test_long_delays_are_calendar_days(self, start: datetime, n: int) -> None:
        assert paris(due_at(start, n)).date() == paris(start).date() + timedelta(days=n)

    def test_a_naive_start_is_refused(self) -> None:
        naive = in_paris(2026, 11, 23).replace(tzinfo=None)
        for n in (0, 2, 45):
            with pytest.raises(ValueError, match="time zone"):
                due_at(naive, n)


class TestNextWorkingMorning:
    @pytest.mark.parametrize(
        ("day", "morning"),
        [
            (date(2026, 11, 24), in_paris(2026, 11, 25, 9)),
            (date(2026, 11, 27), in_paris(2026, 11, 30, 9)),
            # The eve of a long week-end, and that of a holiday in the middle of a week.
            (date(2027, 5, 14), in_paris(2027, 5, 18, 9)),
            (date(2026, 11, 10), in_paris(2026, 11, 12, 9)),
            # Somebody is there in August, and between Christmas and the new year.
            (date(2026, 8, 4), in_paris(2026, 8, 5, 9)),
            (date(2026, 12, 24), in_paris(2026, 12, 28, 9)),
        ],
    )
    def test_the_first_day_worked_after_this_one(self, day: date, morning: datetime) -> None:
        assert next_working_morning(day) == morning


class TestReadBackwards:
    # The last number of days that is counted in working days, and the first that is not.
    @example(in_paris(2026, 11, 24, 9), 30, 0)
    @example(in_paris(2026, 11, 24, 9), 31, 0)
    @given(moments, st.integers(min_value=1, max_value=120), st.integers(min_value=-3, max_value=3))
    def test_what_began_before_is_what_is_due(self, moment: datetime, days: int, hours: int) -> None:
        limit = begun_before(moment, days)
        assert due_at(limit - timedelta(seconds=1), days) <= moment < due_at(limit, days)
        start = limit + timedelta(hours=hours)
        assert (due_at(start, days) <= moment) == (start < limit)

    def test_a_day_ends_at_nine(self) -> None:
        assert begun_before(in_paris(2026, 11, 24, 9), 1) == in_paris(2026, 11, 24)
        assert begun_before(in_paris(2026, 11, 24, 8, 59), 1) == in_paris(2026, 11, 23)
        assert begun_before(in_paris(2026, 9, 1, 10), 1) == in_paris(2026, 9, 1)
        assert begun_before(in_paris(2026, 8, 20, 10), 1) == in_paris(2026, 7, 31)

    def test_days_are_counted_from_one(self) -> None:
        with pytest.raises(ValueError, match="from one"):
            begun_before(in_paris(2026, 11, 24, 9), 0)
