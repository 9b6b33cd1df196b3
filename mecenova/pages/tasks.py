"""Woken by beat."""

from celery import shared_task
from django.conf import settings

from mecenova.pages.observatory.remembered import compute_ahead
from mecenova.pages.register import keep_register


@shared_task
def register_baskets() -> None:
    """Write who entered and left each basket; safe to run twice."""
    keep_register()


@shared_task
def compute_observatory() -> None:
    """Each hour, for whoever reads it until the next; run twice, it says the same. Nobody reads it on days
    lived ahead of time."""
    if not settings.VIRTUAL_CLOCK:
        compute_ahead()
