"""Telling a worker that the outbox has news. Nothing depends on it: beat sweeps every minute."""

import logging
from typing import Any

from celery import Task, current_app
from celery.exceptions import SoftTimeLimitExceeded
from django.conf import settings
from django.db import transaction

from mecenova.celery import WAKES_FOR

logger = logging.getLogger(__name__)

# One try, answered within a second or given up: somebody is waiting for a page.
QUICK: dict[str, Any] = {
    "max_retries": 0,
    "interval_start": 0,
    "interval_step": 0,
    "interval_max": 0,
    "retry_on_timeout": False,
    "socket_connect_timeout": 1,
    "socket_timeout": 1,
}


def wake_on_commit() -> None:
    """Once per transaction, however many mails it wrote. On a virtual clock there is no worker to wake."""
    if settings.VIRTUAL_CLOCK:
        return
    connection = transaction.get_connection()
    if not any(entry[1] is wake for entry in connection.run_on_commit):
        transaction.on_commit(wake)


def wake() -> None:
    """Send one short message; a broker that is away costs a moment and a log line, never the request."""
    from mecenova.mail.tasks import deliver_mail

    send_quickly(deliver_mail)


def send_quickly(task: Task) -> None:
    """Whatever the broker's trouble: the rows are written, and beat's next sweep finds them.

    Only the end of the worker's time is raised: what follows a commit is not `robust`, which would hide it.
    """
    try:
        with current_app.connection_for_write(transport_options=QUICK) as connection:
            task.apply_async(  # type: ignore[call-arg]  # the stubs forget `connection`
                connection=connection, retry=False, ignore_result=True, expires=WAKES_FOR
            )
    except SoftTimeLimitExceeded:
        # This worker is about to be stopped: it begins nothing else.
        raise
    except Exception as error:
        logger.warning("Worker not woken (%s): %s waits for the next sweep", type(error).__name__, task.name)
