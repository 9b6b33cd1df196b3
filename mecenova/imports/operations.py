"""A file brought by the team: kept, tried, confirmed or cancelled, written, and one day forgotten."""

import uuid
from datetime import timedelta
from typing import IO, TYPE_CHECKING, Any

from django.core.exceptions import PermissionDenied
from django.core.files import File
from django.core.files.storage import Storage
from django.db import transaction
from django.db.models import F

from mecenova.calendar import clock
from mecenova.identifiers.text import one_line
from mecenova.imports.enums import RunStatus
from mecenova.imports.models import ImportRun
from mecenova.imports.registry import kind_of
from mecenova.imports.report import Report
from mecenova.imports.telling import as_json, figures_alone
from mecenova.imports.wake import wake_on_commit
from mecenova.imports.workflow import IMPORT
from mecenova.one_by_one import one_by_one
from mecenova.team import is_staff
from mecenova.whole_files import stored_together
from mecenova.workflow import journal
from mecenova.workflow.errors import DomainError
from mecenova.workflow.machine import NEW

if TYPE_CHECKING:
    from accounts.models import User

NAME_LENGTH = 150
FILES_ARE_KEPT = timedelta(days=90)
# A pass that was cut short so many times is not begun again without a person.
MOST_ATTEMPTS = 3

CUT_SHORT = (
    f"Le traitement s’est arrêté {MOST_ATTEMPTS} fois avant la fin. Réessayez plus tard\u202f; si cela "
    "recommence, prévenez la personne qui s’occupe du serveur."
)
FILE_GONE = (
    f"Le fichier a été effacé {FILES_ARE_KEPT.days} jours après son dépôt\u00a0: déposez-le à nouveau."
)
CANCELLED = (
    "Cet import vient d’être annulé\u00a0: rien n’a été écrit. Pour le reprendre, déposez son fichier."
)
UNKNOWN_KIND = "Ce type d’import n’existe plus. Déposez le fichier à nouveau."


@transaction.atomic
def bring_file(
    *, kind: str, file: IO[bytes], name: str, size: int, as_checked: bool, by: "User | None"
) -> ImportRun:
    """Keep the file and have it tried: nothing of it is written before somebody confirms."""
    _only_the_team(by)
    if kind_of(kind) is None:
        raise DomainError(UNKNOWN_KIND)
    run = ImportRun(
        kind=kind,
        name=_shown_name(name),
        size=size,
        as_checked=as_checked,
        created_by=by,
        created_at=clock.now(),
    )
    with stored_together() as store:
        store(run.source, "fichier.csv", File(file))
        run.save(force_insert=True)
        journal.record(run, "bring", NEW, run.status, by)
    wake_on_commit()
    return run


@transaction.atomic
def confirm(*, run: ImportRun, by: "User | None") -> ImportRun:
    """Have the file written. Already confirmed: nothing more."""
    run = _locked(run, by)
    if run.is_confirmed:
        return run
    _require_file(run)
    journal.advance(
        run,
        IMPORT,
        "confirm",
        by=by,
        confirmed_at=clock.now(),
        confirmed_by=by,
        attempts=0,
        position=0,
    )
    wake_on_commit()
    return run


@transaction.atomic
def cancel(*, run: ImportRun, by: "User | None") -> ImportRun:
    """Give the file up before anything is written; it is erased at once."""
    run = _locked(run, by)
    if run.status == RunStatus.CANCELLED:
        return run
    if run.is_confirmed:
        raise DomainError("Cet import est déjà confirmé\u00a0: il ne s’annule plus.")
    journal.advance(run, IMPORT, "cancel", by=by)
    _forget_files(run)
    return run


@transaction.atomic
def resume(*, run: ImportRun, by: "User | None") -> ImportRun:
    """Take up again what had stopped. What was written stays, and is not written twice."""
    run = _locked(run, by)
    if run.is_working:
        return run
    _require_file(run)
    verb = "resume" if run.is_confirmed else "try_again"
    journal.advance(run, IMPORT, verb, by=by, attempts=0, error="", **_cut_short(run))
    wake_on_commit()
    return run


@transaction.atomic
def begin(*, pk: uuid.UUID) -> ImportRun | None:
    """The worker takes a run up, and says so before anything else: a pass that dies is counted."""
    run = ImportRun.objects.select_for_update(no_key=True).filter(pk=pk).first()
    if run is None or not run.is_working:
        return None
    if kind_of(run.kind) is None:
        _stop(run, UNKNOWN_KIND)
        return None
    if run.attempts >= MOST_ATTEMPTS:
        _stop(run, CUT_SHORT)
        return None
    changes = _cut_short(run) | {"attempts": run.attempts + 1}
    for name, value in changes.items():
        setattr(run, name, value)
    run.save(update_fields=list(changes))
    return run


@transaction.atomic
def leave_pass_uncounted(*, run: ImportRun) -> None:
    """It broke for want of room, which is no fault of the file: it is taken up again once there is some."""
    ImportRun.objects.filter(pk=run.pk, attempts__gt=0).update(attempts=F("attempts") - 1)


@transaction.atomic
def end(*, run: ImportRun, report: Report, rejects: IO[bytes] | None) -> None:
    """Keep what a pass found, unless somebody cancelled meanwhile."""
    found = ImportRun.objects.select_for_update(no_key=True).get(pk=run.pk)
    if found.status != run.status:
        return
    told: dict[str, Any] = {"trial" if run.status == RunStatus.TRYING else "result": as_json(report)}
    former = found.rejects.name
    with stored_together() as store:
        found.rejects = ""
        if rejects is not None:
            store(found.rejects, "rejets.csv", File(rejects))
        told["rejects"] = found.rejects.name or ""
        if run.status == RunStatus.TRYING:
            journal.advance(found, IMPORT, "present", by=None, **told)
        else:
            journal.advance(found, IMPORT, "finish", by=None, finished_at=clock.now(), **told)
    if former:
        _delete_on_commit(found.rejects.storage, former)


@transaction.atomic
def refuse(*, run: ImportRun, reason: str) -> None:
    """The file is not what it should be; found while writing, the import stops with what was written."""
    found = ImportRun.objects.select_for_update(no_key=True).get(pk=run.pk)
    if found.status == RunStatus.TRYING:
        journal.advance(found, IMPORT, "refuse", by=None, error=reason)
    elif found.status == RunStatus.WRITING:
        _stop(found, reason)


def remove_old_files() -> int:
    """Files hold what people wrote: three months later only the figures remain."""
    old = ImportRun.objects.with_old_files(clock.now() - FILES_ARE_KEPT).values_list("pk", flat=True)
    return sum(one_by_one(_remove_files, list(old), what="import"))


@transaction.atomic
def _remove_files(pk: uuid.UUID) -> int:
    run = ImportRun.objects.select_for_update(no_key=True, skip_locked=True).filter(pk=pk).first()
    if run is None or run.is_working:
        return 0
    _forget_files(run)
    return 1


def _forget_files(run: ImportRun) -> None:
    names = [file.name for file in (run.source, run.rejects) if file.name]
    storage = run.source.storage
    run.source = run.rejects = ""
    run.files_removed_at = clock.now()
    run.trial, run.result = figures_alone(run.trial), figures_alone(run.result)
    run.save(update_fields=["source", "rejects", "files_removed_at", "trial", "result"])
    _delete_on_commit(storage, *names)


def _delete_on_commit(storage: Storage, *names: str) -> None:
    """The files go once it is sure that the row has let go of them."""

    def delete() -> None:
        for name in names:
            storage.delete(name)

    transaction.on_commit(delete)


def _stop(run: ImportRun, reason: str) -> None:
    journal.advance(run, IMPORT, "stop", by=None, error=reason)


def _cut_short(run: ImportRun) -> dict[str, Any]:
    """What the pass before this one had written, kept; its counters start again.

    One that had written nothing is not told: while the volume is full, there is one a minute.
    """
    wrote = run.progress.get("created") or run.progress.get("updated")
    interrupted = [*run.interrupted, run.progress] if wrote else run.interrupted
    return {"interrupted": interrupted, "progress": {}, "position": 0}


def _locked(run: ImportRun, by: "User | None") -> ImportRun:
    _only_the_team(by)
    return ImportRun.objects.select_for_update(no_key=True).get(pk=run.pk)


def _require_file(run: ImportRun) -> None:
    if run.status == RunStatus.CANCELLED:
        raise DomainError(CANCELLED)
    if run.files_removed_at is not None:
        raise DomainError(FILE_GONE)


def _only_the_team(by: "User | None") -> None:
    if by is not None and not is_staff(by):
        raise PermissionDenied


def _shown_name(name: str) -> str:
    """The last part of the name, on one line: it is shown, and is no path."""
    last = one_line(name.replace("\\", "/").rpartition("/")[2])
    return last[:NAME_LENGTH] or "fichier.csv"
