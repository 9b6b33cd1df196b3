"""What the worker does with deposited files: one at a time, told as it goes, taken up again when it died."""

import logging
import shutil
import uuid
from collections.abc import Iterable, Iterator
from pathlib import Path

from celery.exceptions import SoftTimeLimitExceeded

from infotheque.models import Deposit, DepositedFile
from infotheque.operations.deposits import (
    LOST,
    begin_deposit,
    keep_deposited,
    keep_version,
    leave_pass_uncounted,
    refuse_deposited,
)
from infotheque.reading.reader import Reader
from infotheque.reading.result import ReadFile, Unreadable
from mecenova.imports.places import temporary_folder
from mecenova.locks import alone
from mecenova.whole_files import is_without_room

logger = logging.getLogger(__name__)

ONE_WORKER = "infotheque.deposits"


def read_waiting() -> int:
    """Read every deposited file that waits; returns how many deposits came to their end."""
    met: set[uuid.UUID] = set()
    ended = 0
    if not Deposit.objects.to_read().exists():
        return ended
    with alone(ONE_WORKER) as mine, Reader() as reader:
        while mine:
            deposit = Deposit.objects.to_read().exclude(pk__in=met).first()
            if deposit is None:
                break
            met.add(deposit.pk)
            ended += _carry_out(deposit.pk, reader)
    return ended


def _carry_out(pk: uuid.UUID, reader: Reader) -> bool:
    """One deposit. What breaks is logged and begun again later: it does not stop the others."""
    deposit = begin_deposit(pk=pk)
    if deposit is None:
        return False
    try:
        with temporary_folder("mecenova-deposit-") as folder:
            if deposit.document_id is None:
                _keep_each(deposit, reader, folder)
            else:
                _keep_together(deposit, reader, folder)
    except SoftTimeLimitExceeded:
        # This worker is about to be stopped: it begins no other deposit.
        raise
    except Exception as error:
        logger.exception("Deposit %s: pass %s broken off", deposit.pk, deposit.attempts)
        if is_without_room(error):
            leave_pass_uncounted(deposit=deposit)
        return False
    return True


def _keep_each(deposit: Deposit, reader: Reader, folder: Path) -> None:
    """A document for each file; the space that a file took here is given back once it is kept.

    After a pass broken off, none is read ahead: the first file that waits is the one that breaks the next.
    """
    waiting = list(deposit.files.waiting())
    together = [waiting] if deposit.attempts == 1 else [[file] for file in waiting]
    for files in together:
        for file, read in _reads(files, reader, folder):
            keep_deposited(file=file, read=read)
            read.path.unlink(missing_ok=True)


def _keep_together(deposit: Deposit, reader: Reader, folder: Path) -> None:
    """All the files of one version: read first, kept once all of them can be."""
    reads = {file.pk: read for file, read in _reads(deposit.files.waiting(), reader, folder)}
    keep_version(deposit=deposit, reads=reads)


def _reads(
    files: Iterable[DepositedFile], reader: Reader, folder: Path
) -> Iterator[tuple[DepositedFile, ReadFile]]:
    """What each file is and says; those that cannot be kept are refused, and left out.

    The process that reads is at the next file while the caller keeps this one.
    """
    waiting = iter(files)
    asked = _ask_next(waiting, reader, folder)
    while asked is not None:
        file, read = asked, _answer(asked, reader, folder)
        asked = _ask_next(waiting, reader, folder)
        if read is not None:
            yield file, read


def _ask_next(waiting: Iterator[DepositedFile], reader: Reader, folder: Path) -> DepositedFile | None:
    """The next file that is still in the storage, given to be read."""
    for file in waiting:
        path = folder / str(file.pk)
        try:
            with file.source.open("rb") as stored, path.open("wb") as copy:
                shutil.copyfileobj(stored, copy)
        except FileNotFoundError:
            refuse_deposited(file=file, reason=LOST)
        else:
            reader.ask(path, file.name)
            return file
    return None


def _answer(file: DepositedFile, reader: Reader, folder: Path) -> ReadFile | None:
    try:
        return reader.answer()
    except Unreadable as refusal:
        (folder / str(file.pk)).unlink(missing_ok=True)
        refuse_deposited(file=file, reason=refusal.message)
        return None
