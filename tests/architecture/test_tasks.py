"""Whatever the clock wakes asks first whether the clock is right, and waits in the queue of its kind."""

from datetime import timedelta

import pytest
from celery import current_app
from django.utils.module_loading import import_string

from mecenova.calendar import clock
from mecenova.calendar.clock_check import TOLERANCE, ClockedTask
from mecenova.celery import EVERY_MINUTE, LONG, PROMPT, SWEEPS, app

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


def queue_of(name):
    return app.amqp.router.route({}, name)["queue"].name


def test_mails_and_follow_ups_wait_behind_no_long_work():
    app.loader.import_default_modules()
    ours = {name: task for name, task in app.tasks.items() if not name.startswith("celery.")}
    prompt = {name for name in ours if queue_of(name) == PROMPT}
    # What beat wakes each minute for mails and follow-ups; what they do at night takes none of its places.
    rooms = ("mecenova.mail.", "mecenova.agenda.")
    minute = {entry["task"] for entry in app.conf.beat_schedule.values() if entry["schedule"] == EVERY_MINUTE}
    assert prompt == {name for name in minute if name.startswith(rooms)}
    assert prompt == set(SWEEPS)
    assert {queue_of(name) for name in ours} == {PROMPT, LONG}
    # What needs more than the usual five minutes says so.
    usual = app.conf.task_soft_time_limit
    assert {queue_of(name) for name, task in ours.items() if task.soft_time_limit > usual} == {LONG}


def test_a_message_reaches_one_queue():
    """Two queues bound by one key would each receive it."""
    queues = app.amqp.queues
    assert {(queues[name].exchange.name, queues[name].routing_key) for name in (PROMPT, LONG)} == {
        (PROMPT, PROMPT),
        (LONG, LONG),
    }


def test_messages_that_nobody_reads_do_not_pile_up():
    for entry in app.conf.beat_schedule.values():
        if isinstance(entry["schedule"], float):
            expires = entry["options"]["expires"]
            # Longer than clocks may differ: a worker a little ahead would throw away every one of them.
            assert TOLERANCE.total_seconds() < expires <= entry["schedule"] + 10 * EVERY_MINUTE
