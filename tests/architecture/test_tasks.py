"""Whatever the clock wakes asks first whether the clock is right."""

from datetime import timedelta

import pytest
from celery import current_app
from django.utils.module_loading import import_string

from mecenova.calendar import clock
from mecenova.calendar.clock_check import ClockedTask
from mecenova.celery import app

SCHEDULED = sorted({entry["task"] for entry in app.conf.beat_schedule.values()})


def test_every_task_of_the_house_is_made_alike():
    app.loader.import_default_modules()
    ours = {name: task for name, task in app.tasks.items() if not name.startswith("celery.")}
    assert set(SCHEDULED) <= ours.keys()
    assert [name for name, task in ours.items() if not isinstance(task, ClockedTask)] == []
    assert current_app.Task is app.Task


@pytest.mark.django_db
@pytest.mark.parametrize("years", [4, -1])
@pytest.mark.parametrize("name", SCHEDULED)
def test_with_a_wrong_clock_it_does_nothing(name, years, monkeypatch, caplog):
    """Years ahead, a worker would forget for good what is to be kept."""
    task = import_string(name)

    def run():
        pytest.fail(f"{name} has run")

    monkeypatch.setattr(task, "run", run)
    with clock.frozen(clock.now() + timedelta(days=365 * years)):
        assert task() is None
        assert task.apply().successful()
    assert caplog.text.count("Sweep refused") == 2


@pytest.mark.django_db
def test_with_a_right_clock_it_runs(monkeypatch):
    ran = []
    task = import_string(SCHEDULED[0])
    monkeypatch.setattr(task, "run", lambda: ran.append(True))
    task()
    task.apply()
    assert ran == [True, True]
