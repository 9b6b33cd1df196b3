"""What the clock asks of the library."""

from celery import shared_task

from infotheque import operations


@shared_task
def recount_words() -> None:
    """Every night; twice in a row counts the same words."""
    operations.recount_words()
