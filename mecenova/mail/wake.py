"""Telling a worker that the outbox has news. Nothing depends on it: beat sweeps every minute."""

import logging

from django.db import transaction

logger = logging.getLogger(__name__)


def wake_on_commit() -> None:
    """Once per transaction, however many mails it wrote."""
    connection = transaction.get_connection()
    if not any(entry[1] is wake for entry in connection.run_on_commit):
        transaction.on_commit(wake, robust=True)


def wake() -> None:
    """Send one short message; a broker that is away costs a second and a log line, never the request."""
    from mecenova.mail.tasks import deliver_mail

    try:
        deliver_mail.apply_async(retry=False, ignore_result=True)
    except Exception as error:
        logger.warning("Worker not woken (%s): mails leave with the next sweep", type(error).__name__)
