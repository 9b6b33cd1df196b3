"""Rounds, woken by beat. Two at once: the second leaves the work to the first."""

import logging

from celery import shared_task

from matching.enums import RoundScope
from matching.operations import RoundInProgress, run_round

logger = logging.getLogger(__name__)


@shared_task
def run_nightly_round() -> None:
    """The whole network; safe to run twice."""
    _run(RoundScope.FULL)


@shared_task
def run_small_round() -> None:
    """What changed since the last one; safe to run twice."""
    _run(RoundScope.CHANGED)


def _run(scope: RoundScope) -> None:
    try:
        run_round(scope=scope)
    except RoundInProgress:
        logger.info("Round %s skipped: another one is running", scope)
