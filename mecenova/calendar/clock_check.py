"""A worker whose clock is wrong must not act: it would send tomorrow's mails, or forget what is kept."""

import logging
from contextlib import suppress
from datetime import timedelta
from typing import Any

from celery import Task
from django.conf import settings
from django.db import connection
from redis.exceptions import RedisError

from mecenova.calendar import clock
from mecenova.calendar.heartbeat import note_work

logger = logging.getLogger(__name__)

TOLERANCE = timedelta(minutes=5)


class ClockedTask(Task):
    """What every task of the site is made of (`mecenova.celery`): it runs if the clock can be believed.

    Once it has ended well, its queue is known to be served (`mecenova.calendar.heartbeat`).
    """

    abstract = True

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        if not clock_agrees_with_database():
            return None
        given = super().__call__(*args, **kwargs)
        if queue := (self.request.delivery_info or {}).get("routing_key"):
            with suppress(RedisError):
                note_work(queue)
        return given


def clock_agrees_with_database() -> bool:
    """Whether this process and the database live at the same time; asked once by each task, before it acts.

    A life apart (mecenova.rehearsal) has a clock of its own and a database that nobody else uses.
    """
    if settings.VIRTUAL_CLOCK:
        return True
    difference = difference_with_database()
    if difference > TOLERANCE:
        logger.error("Sweep refused: this clock and the database's differ by %s", difference)
        return False
    return True


def difference_with_database() -> timedelta:
    """Between this process's clock and the database's, whichever is ahead."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT clock_timestamp()")
        (database_time,) = cursor.fetchone()
    return abs(clock.now() - database_time)
