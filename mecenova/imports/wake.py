"""Telling a worker that a file waits. Nothing depends on it: beat looks every minute."""

import logging

from celery import current_app
from django.db import transaction

from mecenova.mail.wake import QUICK

logger = logging.getLogger(__name__)


def wake_on_commit() -> None:
    transaction.on_commit(wake, robust=True)


def wake() -> None:
    """One short message; a broker that is away costs a second and a log line, never the page."""
    from mecenova.imports.tasks import carry_out_imports

    try:
        with current_app.connection_for_write(transport_options=QUICK) as connection:
            carry_out_imports.apply_async(  # type: ignore[call-arg]  # the stubs forget `connection`
                connection=connection, retry=False, ignore_result=True
            )
    except Exception as error:
        logger.warning("Worker not woken (%s): the file waits for the next minute", type(error).__name__)
