"""Woken by a new file and by beat every minute; the rows say what there is to do."""

from celery import shared_task

from mecenova.imports.operations import remove_old_files
from mecenova.imports.working import carry_out_waiting

# A file of twenty megabytes takes longer than the other tasks; a pass that is cut begins again.
LONGEST = 45 * 60


@shared_task(soft_time_limit=LONGEST, time_limit=LONGEST + 60)
def carry_out_imports() -> None:
    """Try or write what waits, one file at a time; a second worker leaves the first alone."""
    carry_out_waiting()


@shared_task
def remove_old_import_files() -> None:
    remove_old_files()
