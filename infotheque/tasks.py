"""Woken by news and by beat; the rows say what there is to do."""

from celery import shared_task
from django.conf import settings

from infotheque import operations
from infotheque.ingesting import read_waiting
from infotheque.link_checking import check_links
from infotheque.web import Web
from mecenova.one_by_one import work_through

# Fifty large files take longer than the other tasks; a pass that is cut begins again where it was.
LONGEST = 30 * 60


@shared_task(soft_time_limit=LONGEST, time_limit=LONGEST + 60)
def read_deposits() -> None:
    """Read what waits, one file at a time; a second worker leaves the first alone."""
    read_waiting()


@shared_task(soft_time_limit=LONGEST, time_limit=LONGEST + 60)
def check_library_links() -> None:
    """Every night those whose week has passed: what one night leaves, the next takes up.

    Days lived ahead of time (docs/adr/0015-days-are-lived-apart.md) knock on nobody's door.
    """
    if not settings.VIRTUAL_CLOCK:
        check_links(Web(), most_seconds=LONGEST * 0.8)


@shared_task
def forget_useful_marks() -> None:
    operations.forget_marks()


@shared_task
def forget_visitors() -> None:
    """Every night; twice in a row tells nobody twice."""
    work_through(operations.forget_visitors, operations.forget_gaps)


@shared_task
def recount_words() -> None:
    """Every night; twice in a row counts the same words."""
    operations.recount_words()
