"""What the clock asks of this room."""

from celery import shared_task

from accounts.operations import find_duplicates


@shared_task
def look_for_duplicates() -> None:
    """Every night; twice in a row finds the same pairs."""
    find_duplicates()
