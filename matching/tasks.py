"""Rounds, woken by beat. Two at once: the second leaves the work to the first."""

import logging

from celery import shared_task

from matching.enums import RoundScope
from matching.models import RoundBatch
from matching.operations import (
    RoundInProgress,
    close_round,
    needs_batches,
    open_round,
    rank_batch,
    run_round,
)
from mecenova.mail.wake import send_quickly

logger = logging.getLogger(__name__)

# How many workers are woken for a large round; each ranks one batch, then wakes the next.
WORKERS = 4


@shared_task
def run_nightly_round() -> None:
    """The whole network, in batches when it is large; safe to run twice."""
    if not needs_batches():
        _run(RoundScope.FULL)
        return
    try:
        open_round()
    except RoundInProgress:
        logger.info("Large round not opened: another one is running")
        return
    for _ in range(WORKERS):
        send_quickly(rank_batches)


@shared_task
def rank_batches() -> None:
    """One batch of the large round, or its end; safe to run twice, and by many at once."""
    if rank_batch():
        send_quickly(rank_batches)
        return
    try:
        close_round()
    except RoundInProgress:
        logger.info("Large round not ended yet: another one is running")


@shared_task
def run_small_round() -> None:
    """What changed since the last one, then what a large round was left with; safe to run twice."""
    _run(RoundScope.CHANGED)
    if RoundBatch.objects.exists():
        send_quickly(rank_batches)


def _run(scope: RoundScope) -> None:
    try:
        run_round(scope=scope)
    except RoundInProgress:
        logger.info("Round %s skipped: another one is running", scope)
