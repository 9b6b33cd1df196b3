"""Woken by beat every minute and by new mails; everything is decided by the rows."""

import logging
from collections.abc import Callable

from celery import shared_task

from mecenova.mail.composition import compose_due
from mecenova.mail.delivery import deliver_due
from mecenova.mail.retention import forget_old_troubles, forget_old_words
from mecenova.one_by_one import one_by_one

logger = logging.getLogger(__name__)


@shared_task
def deliver_mail() -> None:
    """Drain the outbox for a while; safe to run twice, and at the same time as itself."""
    delivered = deliver_due()
    if delivered:
        logger.info("Mails: %s", dict(delivered))


@shared_task
def compose_digests() -> None:
    """Write the weekly digests that are due; safe to run twice, and at the same time as itself."""
    composed = compose_due()
    if composed:
        logger.info("Weekly digests composed: %d", composed)


@shared_task
def forget_old_mails() -> None:
    """Erase the words that are kept no longer; run twice, it finds nothing the second time."""
    one_by_one(_forget, (forget_old_words, forget_old_troubles), what="work")


def _forget(work: Callable[[], int]) -> None:
    logger.info("%s: %d", work.__name__, work())
