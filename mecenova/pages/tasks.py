"""Woken by beat."""

from celery import shared_task

from mecenova.pages.register import keep_register


@shared_task
def register_baskets() -> None:
    """Write who entered and left each basket; safe to run twice."""
    keep_register()
