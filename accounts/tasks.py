"""What the clock asks of this room."""

from importlib import import_module

from celery import shared_task
from django.conf import settings

from accounts.operations import find_duplicates


@shared_task
def look_for_duplicates() -> None:
    """Every night; twice in a row finds the same pairs."""
    find_duplicates()


@shared_task
def forget_ended_sessions() -> None:
    """Every night: a session that has ended opens nothing, and what it kept for its owner goes with it."""
    import_module(settings.SESSION_ENGINE).SessionStore.clear_expired()
