"""Woken by beat every minute; everything is decided by the rows."""

import logging

from celery import shared_task

from mecenova.agenda.operations import run_due
from mecenova.mail.clock_check import clock_agrees_with_database

logger = logging.getLogger(__name__)


@shared_task
def run_due_follow_ups() -> None:
    """Run what is due; safe to run twice, and at the same time as itself."""
    if clock_agrees_with_database():
        ran = run_due()
        if ran:
            logger.info("Follow-ups run: %s", dict(ran))
