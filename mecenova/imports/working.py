"""What the worker does with a file: one at a time, told as it goes, taken up again when a worker died.

A session lock of PostgreSQL says that a worker is alive: killed, it loses the lock with its connection, at
once and without a delay to wait for; the next minute's sweep finds the run and begins its pass again.
"""

import logging
import shutil
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from celery.exceptions import SoftTimeLimitExceeded
from django.db import connection

from mecenova.imports.enums import RunStatus
from mecenova.imports.errors import ImportRefused
from mecenova.imports.models import ImportRun
from mecenova.imports.operations import begin, end, leave_pass_uncounted, refuse
from mecenova.imports.places import temporary_folder
from mecenova.imports.registry import ImportKind, kind_of
from mecenova.imports.report import Report
from mecenova.imports.running import Progress, run_import
from mecenova.imports.telling import counts
from mecenova.locks import alone
from mecenova.whole_files import is_without_room

logger = logging.getLogger(__name__)

ONE_WORKER = "imports.worker"
UNREADABLE = (
    "Le fichier déposé n’est plus dans le stockage du site. Déposez-le à nouveau\u202f; si cela recommence, "
    "prévenez la personne qui s’occupe du serveur."
)


def carry_out_waiting() -> int:
    """Try or write every file that waits; returns how many passes came to their end."""
    met: set[uuid.UUID] = set()
    ended = 0
    if not ImportRun.objects.to_work_on().exists():
        # Asked each minute: no lock is taken to find that nobody sent a file.
        return ended
    with alone(ONE_WORKER) as mine:
        while mine:
            run = ImportRun.objects.to_work_on().exclude(pk__in=met).first()
            if run is None:
                break
            met.add(run.pk)
            ended += _carry_out(run.pk)
    return ended


def _carry_out(pk: uuid.UUID) -> bool:
    """One pass. What breaks is logged and begun again later: it does not stop the other files."""
    run = begin(pk=pk)
    kind = kind_of(run.kind) if run else None
    if run is None or kind is None:
        return False
    try:
        with temporary_folder("mecenova-import-") as folder:
            _pass_over(run, kind, folder)
    except ImportRefused as refusal:
        refuse(run=run, reason=refusal.message)
    except FileNotFoundError:
        refuse(run=run, reason=UNREADABLE)
    except SoftTimeLimitExceeded:
        # This worker is about to be stopped: it begins no other file.
        raise
    except Exception as error:
        logger.exception("Import %s: pass %s broken off", run.pk, run.attempts)
        if is_without_room(error):
            leave_pass_uncounted(run=run)
        return False
    return True


def _pass_over(run: ImportRun, kind: ImportKind, folder: Path) -> None:
    writing = run.status == RunStatus.WRITING
    path, rejects = folder / "fichier.csv", folder / "rejets.csv"
    with run.source.open("rb") as stored, path.open("wb") as copy:
        shutil.copyfileobj(stored, copy)
    importer = kind.make(as_checked=run.as_checked)
    report = Report(what=importer.what, source=run.name, commit=writing)
    with _telling(run, writing) as tell:
        run_import(path, importer, commit=writing, rejects=rejects, report=report, tell=tell)
    if report.rejects is None:
        end(run=run, report=report, rejects=None)
    else:
        with rejects.open("rb") as file:
            end(run=run, report=report, rejects=file)


@contextmanager
def _telling(run: ImportRun, writing: bool) -> Iterator[Callable[[Progress], None]]:
    """Write how far the pass is. A trial is one transaction that is rolled back: it tells from beside."""
    if writing:
        yield lambda progress: _tell(run, progress)
        return
    beside = connection.copy()

    def tell(progress: Progress) -> None:
        with beside.cursor() as cursor:
            cursor.execute(
                "UPDATE imports_importrun SET position = %s WHERE id = %s", [progress.position, run.pk]
            )

    try:
        yield tell
    finally:
        beside.close()


def _tell(run: ImportRun, progress: Progress) -> None:
    ImportRun.objects.filter(pk=run.pk).update(position=progress.position, progress=counts(progress.report))
