"""Woken by beat every minute and by new mails; everything is decided by the rows."""

import logging

from celery import shared_task

from mecenova.mail.composition import compose_due
from mecenova.mail.delivery import deliver_due
from mecenova.mail.retention import forget_old_news, forget_old_troubles, forget_old_words
from mecenova.one_by_one import work_through

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
    """Erase the words kept no longer, and what providers told; run twice, it finds nothing to erase."""
    work_through(forget_old_words, forget_old_troubles, forget_old_news)
