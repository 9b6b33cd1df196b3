from datetime import UTC, date, datetime, timedelta
from types import SimpleNamespace
from zoneinfo import ZoneInfo

import pytest
from django.db import models
from django.db.migrations.writer import MigrationWriter

from mecenova.calendar import clock

NOON = datetime(2026, 11, 23, 12, tzinfo=UTC)


def test_now_is_aware_and_in_utc() -> None:
    assert clock.now().tzinfo is UTC
    assert abs(datetime.now(UTC) - clock.now()) < timedelta(seconds=5)


def test_frozen_stops_and_gives_back() -> None:
    with clock.frozen(NOON):
        assert clock.now() == clock.now() == NOON
    assert clock.now() != NOON


def test_frozen_gives_back_after_a_failure() -> None:
    with pytest.raises(ZeroDivisionError), clock.frozen(NOON):
        raise ZeroDivisionError
    assert clock.now() != NOON


def test_frozen_inside_frozen() -> None:
    with clock.frozen(NOON):
        with clock.frozen(NOON + timedelta(days=1)):
            assert clock.now() == NOON + timedelta(days=1)
        assert clock.now() == NOON


def test_a_frozen_clock_moves_when_told() -> None:
    with clock.frozen(NOON) as time:
        time.advance(timedelta(days=90))
        assert clock.now() == NOON + timedelta(days=90)
        time.move_to(NOON)
        assert clock.now() == NOON


def test_a_naive_moment_is_refused() -> None:
    naive = NOON.replace(tzinfo=None)
    with pytest.raises(ValueError, match="time zone"), clock.frozen(naive):
        pass
    with pytest.raises(ValueError, match="time zone"):
        clock.paris(naive)


def test_another_clock_can_be_set_and_taken_away() -> None:
    clock.set_clock(lambda: NOON.astimezone(ZoneInfo("Asia/Tokyo")))
    try:
        assert clock.now() == NOON
        assert clock.now().tzinfo is UTC
    finally:
        clock.set_clock(None)
    assert clock.now() != NOON


@pytest.mark.parametrize(
    ("moment", "day"),
    [
        (datetime(2026, 11, 23, 22, 59, tzinfo=UTC), date(2026, 11, 23)),
        (datetime(2026, 11, 23, 23, 0, tzinfo=UTC), date(2026, 11, 24)),
        (datetime(2026, 7, 1, 21, 59, tzinfo=UTC), date(2026, 7, 1)),
        (datetime(2026, 7, 1, 22, 0, tzinfo=UTC), date(2026, 7, 2)),
        (datetime(2026, 12, 31, 23, 0, tzinfo=UTC), date(2027, 1, 1)),
    ],
)
def test_today_is_the_day_in_paris(moment: datetime, day: date) -> None:
    with clock.frozen(moment):
        assert clock.today() == day


def test_a_day_is_over_at_midnight_in_paris_and_not_before() -> None:
    """Whatever the hour of the moment: half past midnight in Paris is still the day before in UTC."""
    morning, night = datetime(2026, 11, 24, 8, tzinfo=UTC), datetime(2026, 11, 23, 23, 30, tzinfo=UTC)
    with clock.frozen(datetime(2026, 11, 24, 22, 59, tzinfo=UTC)) as now:
        assert not clock.day_is_over(morning)
        assert not clock.day_is_over(night)
        now.advance(timedelta(minutes=1))
        assert clock.day_is_over(morning)
        assert clock.day_is_over(night)


def test_can_be_the_default_of_a_field_in_a_migration() -> None:
    written, imports = MigrationWriter.serialize(models.DateTimeField(default=clock.now))
    assert "default=mecenova.calendar.clock.now" in written
    assert "import mecenova.calendar.clock" in imports


def test_elapsed_seconds_are_the_machines_or_those_of_a_clock_that_is_told(monkeypatch):
    monkeypatch.setattr(clock, "time", SimpleNamespace(monotonic=iter([10.0, 12.5]).__next__))
    began = clock.elapsed()
    assert clock.elapsed() - began == 2.5
    with clock.frozen(NOON) as told:
        began = clock.elapsed()
        assert clock.elapsed() == began
        told.advance(timedelta(seconds=7))
        assert clock.elapsed() - began == 7
