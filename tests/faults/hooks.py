"""What the processes of this suite do that production's do not: each is asked for in their environment.

| variable | effect |
|---|---|
| FAULTS_RELEASE=old | knows neither the notification nor the rule of the new release |
| FAULTS_LONG=1 | an import lasts as long as the test |
| FAULTS_TWICE=1 | every Celery message is published twice |
| FAULTS_BREAKS=lost, twice | a delivery that does not keep its promises: the suite must see it |

A web process that finds the file `die_after_commit` in its folder kills itself between the next COMMIT that
has something to say to the worker and the saying of it.
"""

import logging
import os
import signal
import time
from pathlib import Path
from typing import Any

from celery.signals import worker_process_init
from django.apps import AppConfig
from django.conf import settings
from django.db.backends.base.base import BaseDatabaseWrapper

logger = logging.getLogger(__name__)

SWEEPS = (
    "mecenova.mail.tasks.deliver_mail",
    "mecenova.mail.tasks.compose_digests",
    "mecenova.agenda.tasks.run_due_follow_ups",
)


class Hooks(AppConfig):
    name = "tests.faults"
    label = "faults"

    def ready(self) -> None:
        _sweep_by_the_virtual_clock()
        _die_between_commit_and_its_news()
        worker_process_init.connect(_tie_child, weak=False)
        if os.environ.get("FAULTS_LONG"):
            _import_for_ever()
        if os.environ.get("FAULTS_TWICE"):
            _publish_twice()
        if kind := os.environ.get("FAULTS_BREAKS"):
            from tests.faults import broken_deliveries

            broken_deliveries.break_promise(kind)


def is_old_release() -> bool:
    return os.environ.get("FAULTS_RELEASE") == "old"


def _sweep_by_the_virtual_clock() -> None:
    """The sweeps of mails, digests and follow-ups; rounds and nightly work have other tests."""
    from mecenova.celery import app

    app.conf.beat_schedule = {
        name: {**entry, "schedule": settings.SWEEP_SECONDS}
        for name, entry in app.conf.beat_schedule.items()
        if entry["task"] in SWEEPS
    }


def _tie_child(**kwargs: Any) -> None:
    """A worker's child says who it is, and never outlives its leader."""
    from mecenova.local_services import die_with_parent

    tie = die_with_parent(signal.SIGKILL)
    if tie:
        tie()
    (Path(os.environ["FAULTS_CHILDREN"]) / str(os.getpid())).touch()


def _die_between_commit_and_its_news() -> None:
    order = settings.FOLDER / "die_after_commit"
    tell = BaseDatabaseWrapper.run_and_clear_commit_hooks

    def tell_or_die(self: BaseDatabaseWrapper) -> None:
        if self.run_on_commit and order.exists():
            order.unlink()
            os.kill(os.getpid(), signal.SIGKILL)
        tell(self)

    BaseDatabaseWrapper.run_and_clear_commit_hooks = tell_or_die  # type: ignore[method-assign]


def _import_for_ever() -> None:
    from mecenova.imports import tasks

    def carry_out() -> None:
        logger.warning("An import begins")
        time.sleep(3600)

    tasks.carry_out_waiting = carry_out


def _publish_twice() -> None:
    from kombu.messaging import Producer

    from mecenova.celery import LONG, PROMPT

    publish = Producer.publish

    def publish_twice(self: Any, body: Any, *args: Any, **kwargs: Any) -> Any:
        if kwargs.get("routing_key") in (PROMPT, LONG):
            publish(self, body, *args, **kwargs)
        return publish(self, body, *args, **kwargs)

    Producer.publish = publish_twice
