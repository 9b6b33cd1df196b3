"""The schedule on a moved clock: fixed hours in Paris, sweeps when something is due, nothing otherwise."""

from collections.abc import Iterator
from datetime import datetime, timedelta

import pytest
from celery.schedules import crontab

from mecenova.calendar import clock
from mecenova.celery import app
from mecenova.rehearsal import virtual_time
from mecenova.rehearsal.virtual_time import DueForEver, VirtualTime

DAY = datetime(2027, 3, 27, 0, 0, tzinfo=clock.PARIS)


@pytest.fixture
def lived(monkeypatch) -> Iterator[list[tuple[str, str]]]:
    """What is called, and when in Paris; the rows are those of `due`."""
    found: list[tuple[str, str]] = []
    monkeypatch.setattr(
        virtual_time, "_run", lambda task: found.append((f"{clock.paris(clock.now()):%d %H:%M}", task))
    )
    former = app.conf.beat_schedule
    app.conf.beat_schedule = {
        "sweep": {"task": "sweep", "schedule": 60.0},
        "slow": {"task": "slow", "schedule": 600.0},
        "night": {"task": "night", "schedule": crontab(hour="2", minute="30")},
        "hourly": {"task": "hourly", "schedule": crontab(minute="5")},
        "monday": {"task": "monday", "schedule": crontab(hour="9", minute="0", day_of_week="1")},
    }
    yield found
    app.conf.beat_schedule = former


def live(days: int, due: list[datetime] | None = None, **how: timedelta) -> None:
    rows = sorted(due or [])
    time = VirtualTime(DAY, **how)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(virtual_time, "_next_due", lambda: next((at for at in rows if at > time._swept), None))
        clock.set_clock(time.clock)
        try:
            time.live_until(DAY + timedelta(days=days))
        finally:
            clock.set_clock(None)


def test_fixed_hours_are_those_of_paris_on_the_day_clocks_change_too(lived):
    live(3)
    assert [at for at, task in lived if task == "night"] == ["27 02:30", "28 03:30", "29 02:30"]
    assert [at for at, task in lived if task == "monday"] == ["29 09:00"]


def test_sweeps_wake_for_what_is_due_and_only_then(lived):
    live(1, due=[DAY + timedelta(hours=9), DAY + timedelta(hours=15, seconds=20)])
    assert [at for at, task in lived if task == "sweep"] == ["27 09:00", "27 15:01"]


def test_what_looks_from_time_to_time_looks_after_something_happened(lived):
    live(1, due=[DAY + timedelta(hours=9, minutes=3)])
    assert ("27 09:10", "slow") in lived
    assert ("27 09:20", "slow") not in lived


def test_a_long_life_is_lived_with_patience(lived):
    live(
        2, due=[DAY + timedelta(hours=9, minutes=3)], grain=timedelta(minutes=20), patience=timedelta(days=1)
    )
    assert [at for at, task in lived if task == "hourly"] == ["27 00:05", "28 00:05"]
    assert [at for at, task in lived if task == "sweep"] == ["27 09:20"]


def test_what_comes_due_is_asked_once_something_was_done_and_not_before(lived, monkeypatch):
    asked: list[datetime] = []
    monkeypatch.setattr(virtual_time, "_next_due", lambda: asked.append(clock.now()))
    time = VirtualTime(DAY, patience=timedelta(days=1))
    clock.set_clock(time.clock)
    time.live_until(DAY + timedelta(days=1))
    time.live_until(DAY + timedelta(days=1, minutes=1))
    assert len(asked) == 1 + len(lived)
    time.stir()
    time.live_until(DAY + timedelta(days=1, minutes=2))
    assert len(asked) == 2 + len(lived)


def test_whoever_has_no_time_left_is_given_back_the_clock_where_it_stands(lived, monkeypatch):
    monkeypatch.setattr(virtual_time, "_next_due", lambda: None)
    time = VirtualTime(DAY, patience=timedelta(days=1))
    clock.set_clock(time.clock)
    time.live_until(DAY + timedelta(days=3), enough=lambda: len(lived) >= 3)
    assert 3 <= len(lived) < 10
    assert f"{clock.paris(time.now):%d %H:%M}" == lived[-1][0]


def test_what_is_due_for_ever_is_said(lived, monkeypatch):
    monkeypatch.setattr(virtual_time, "_next_due", lambda: DAY)
    monkeypatch.setattr(virtual_time, "MOST_SWEEPS_IN_A_ROW", 20)
    time = VirtualTime(DAY + timedelta(hours=1))
    with pytest.raises(DueForEver):
        time.live_until(DAY + timedelta(days=1))
