"""One preview, computed: rows copied aside, days lived there by a child process, its lines brought back."""

import json
import logging
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from typing import Any

from celery.exceptions import SoftTimeLimitExceeded
from django.db import transaction

from mecenova.calendar import clock
from mecenova.locks import NUMBER_OF_NAME
from mecenova.rehearsal import scratch
from mecenova.rehearsal.copying import copy_rows, empty
from mecenova.rehearsal.enums import PreviewStatus
from mecenova.rehearsal.models import Preview, PreviewLine

logger = logging.getLogger(__name__)

PREVIEW = "rehearsal.preview"
SECONDS = 1200
# A life that is longer is stopped before its process is, and tells the days that it has.
LIVED_SECONDS = 1000
SCRATCH = "rehearsal"
KEPT = 12
# A worker may be stopped under a preview, by an update of the site: it is begun again. Not for longer than
# this after it was asked for: it may be what stops the worker.
BEGUN_AGAIN_FOR = timedelta(hours=2)
INTERRUPTED = "Le calcul s’est interrompu avant la fin. Demandez-en un autre."
BROKEN = (
    "Une erreur du site a arrêté le calcul. Demandez-en un autre\u202f; si cela recommence, prévenez la "
    "personne qui tient le serveur\u00a0: la raison est dans les journaux, "
    "à «\u202fPreview {preview} failed\u202f»."
)


def make_waiting() -> int:
    """Compute the previews that wait, one after the other; zero when another process is at it."""
    made = 0
    if not Preview.objects.unfinished().exists():
        return made
    with _alone() as alone:
        if not alone:
            return made
        _take_up_interrupted()
        while (preview := Preview.objects.waiting().first()) is not None:
            _make(preview)
            made += 1
    _forget_old()
    return made


def _make(preview: Preview) -> None:
    begins_at = clock.now()
    _settle(preview, PreviewStatus.RUNNING, begins_at=begins_at)
    try:
        stopped_at, lines = _rehearse(begins_at, preview.days)
        with transaction.atomic():
            # Forgotten meanwhile, it is not written.
            if _settle(preview, PreviewStatus.DONE, finished_at=clock.now(), stopped_at=stopped_at):
                PreviewLine.objects.bulk_create(_line(preview, found) for found in lines)
    except scratch.CannotMakeDatabase as refusal:
        logger.error("Preview %s: the role may not create a database", preview.pk)
        _settle(preview, PreviewStatus.FAILED, finished_at=clock.now(), error=str(refusal))
    except SoftTimeLimitExceeded:
        # The time of this worker, maybe spent on others: it is about to be stopped, and begins nothing else.
        _begin_again(preview)
        raise
    except Exception:
        # Its words are for who keeps the server: they may be a traceback.
        logger.exception("Preview %s failed", preview.pk)
        said = BROKEN.format(preview=preview.pk)
        _settle(preview, PreviewStatus.FAILED, finished_at=clock.now(), error=said)


def _rehearse(begins_at: datetime, days: int) -> tuple[datetime | None, list[dict[str, Any]]]:
    """Where it had to stop, if it had to, and the lines until then."""
    name = scratch.with_schema(scratch.name_beside(SCRATCH))
    try:
        copy_rows(name)
        words = ("rehearse", "--days", str(days), "--since", begins_at.isoformat())
        told = scratch.run_manage(name, *words, "--seconds", str(LIVED_SECONDS), seconds=SECONDS).splitlines()
        stopped_at = json.loads(told[0])["stopped_at"]
        return stopped_at and datetime.fromisoformat(stopped_at), [json.loads(line) for line in told[1:]]
    finally:
        empty(name)


def _settle(preview: Preview, status: PreviewStatus, **values: Any) -> int:
    return Preview.objects.filter(pk=preview.pk).update(status=status, **values)


def _line(preview: Preview, found: dict[str, Any]) -> PreviewLine:
    return PreviewLine(preview=preview, **{**found, "at": datetime.fromisoformat(found["at"])})


def _take_up_interrupted() -> None:
    """We are alone, so whatever still says it runs was killed on the way, its copied rows left behind."""
    left = Preview.objects.filter(status=PreviewStatus.RUNNING)
    if not left.exists():
        return
    # With the child that may still live there.
    scratch.drop(scratch.name_beside(SCRATCH))
    for preview in left:
        _begin_again(preview)


def _begin_again(preview: Preview) -> None:
    """Interrupted, it waits as before, unless it was tried for too long or is asked for anew meanwhile."""
    is_asked_anew = Preview.objects.waiting().filter(days=preview.days).exists()
    if not is_asked_anew and clock.now() < preview.asked_at + BEGUN_AGAIN_FOR:
        logger.warning("Preview %s was interrupted: it is begun again", preview.pk)
        _settle(preview, PreviewStatus.WAITING, begins_at=None)
    else:
        logger.error("Preview %s was interrupted", preview.pk)
        _settle(preview, PreviewStatus.FAILED, finished_at=clock.now(), error=INTERRUPTED)


def _forget_old() -> None:
    kept = Preview.objects.order_by("-asked_at", "-id").values("pk")[:KEPT]
    Preview.objects.exclude(pk__in=list(kept.values_list("pk", flat=True))).delete()


@contextmanager
def _alone() -> Iterator[bool]:
    """Held by a connection of our own: it goes away with this process, however that ends."""
    with scratch.connected(autocommit=True) as holder:
        row = holder.execute(f"SELECT pg_try_advisory_lock({NUMBER_OF_NAME})", [PREVIEW]).fetchone()
        yield bool(row and row[0])
