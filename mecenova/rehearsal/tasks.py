"""Woken by beat; the rows decide. In a rehearsal, none of this is rehearsed."""

from celery import shared_task
from django.conf import settings

from mecenova.rehearsal.making import SECONDS, make_waiting
from mecenova.rehearsal.operations import ask_preview

NIGHTLY_DAYS = 30


@shared_task(soft_time_limit=2 * SECONDS, time_limit=2 * SECONDS + 60)
def make_previews() -> None:
    """Compute what was asked; at the same time as itself, one of the two leaves the work to the other."""
    if not settings.VIRTUAL_CLOCK:
        make_waiting()


@shared_task
def ask_nightly_preview() -> None:
    """The month to come, ready when the team arrives."""
    if not settings.VIRTUAL_CLOCK:
        ask_preview(days=NIGHTLY_DAYS, by=None)
