"""Rounds, woken by beat. A small one leaves its work to another that is running; a full one waits for it."""

import logging
from datetime import timedelta

from celery import Task, shared_task
from django.conf import settings

from matching.enums import RoundScope
from matching.models import Round, RoundBatch
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
# How long a full round waits for a small one to end: the rest of a task's time is for the round itself.
PATIENCE = timedelta(minutes=2)


@shared_task
def run_nightly_round() -> None:
    """The whole network, in batches when it is large; safe to run twice."""
    try:
        if not needs_batches():
            run_round(patience=PATIENCE)
            return
        open_round(patience=PATIENCE)
    except RoundInProgress:
        logger.warning("Full round not run: another one was running all along. A small round will start it.")
        return
    for _ in range(WORKERS):
        _wake(rank_batches)


@shared_task
def rank_batches() -> None:
    """One batch of the large round, or its end; safe to run twice, and by many at once."""
    if rank_batch():
        _wake(rank_batches)
        return
    try:
        close_round()
    except RoundInProgress:
        logger.info("Large round not ended yet: another one is running")


@shared_task
def run_small_round() -> None:
    """What changed since the last one; then what a large round was left with, or the full round that a night
    went without. Safe to run twice."""
    try:
        run_round(scope=RoundScope.CHANGED)
    except RoundInProgress:
        logger.info("Small round skipped: another one is running")
    if RoundBatch.objects.exists():
        _wake(rank_batches)
    elif Round.objects.all().is_full_one_missing():
        logger.error("No full round has ended since yesterday's: one is started")
        _wake(run_nightly_round)


def _wake(task: Task) -> None:
    """On a virtual clock there is no worker to wake: the work is done at that moment."""
    if settings.VIRTUAL_CLOCK:
        task()
    else:
        send_quickly(task)
