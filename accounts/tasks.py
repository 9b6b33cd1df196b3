"""What the clock asks of this room."""

import logging
from importlib import import_module

from celery import shared_task
from django.conf import settings

from accounts.operations import (
    close_dormant_accounts,
    find_duplicates,
    forget_expired_words,
    forget_unconfirmed_accounts,
    warn_dormant_people,
)
from mecenova.one_by_one import work_through

logger = logging.getLogger(__name__)


@shared_task
def look_for_duplicates() -> None:
    """Every night; twice in a row finds the same pairs."""
    find_duplicates()


@shared_task
def forget_ended_sessions() -> None:
    """Every night: a session that has ended opens nothing, and what it kept for its owner goes with it."""
    import_module(settings.SESSION_ENGINE).SessionStore.clear_expired()


@shared_task
def keep_no_longer() -> None:
    """Every night: what is kept of people for a time only. Twice in a row finds nothing the second time."""
    work_through(
        warn_dormant_people,
        close_dormant_accounts,
        forget_unconfirmed_accounts,
        forget_expired_words,
    )
