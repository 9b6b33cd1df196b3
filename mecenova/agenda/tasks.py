"""Woken by beat; everything is decided by the rows."""

import logging

from celery import shared_task

from mecenova.agenda.operations import (
    check_silence,
    escalate_overdue_steps,
    owe_dates_again,
    run_due,
    share_staff_steps,
)
from mecenova.one_by_one import work_through

logger = logging.getLogger(__name__)


@shared_task
def run_due_follow_ups() -> None:
    """Run what is due; safe to run twice, and at the same time as itself."""
    ran = run_due()
    if ran:
        logger.info("Follow-ups run: %s", dict(ran))


@shared_task
def share_the_teams_steps() -> None:
    """Each hour: dates are owed again, what nobody present holds is given, what is late goes to a lead.

    Safe to run twice.
    """
    work_through(owe_dates_again, share_staff_steps, escalate_overdue_steps)


@shared_task
def check_the_silence() -> None:
    """Each night: whatever is alive has a next step, or gets one. Safe to run twice."""
    check = check_silence()
    if check is None:
        logger.error("Silence check: it could not ask everybody, and is no check")
        return
    level = logging.ERROR if check.violations or check.restarted else logging.INFO
    said = "Silence check: %s of %s without a step, %s lost beside it"
    logger.log(level, said, check.violations, check.subjects, check.restarted)
