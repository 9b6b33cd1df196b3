"""Folders for the files at hand, which go away with whoever uses them, however it ends.

A process that is killed cleans nothing: whoever comes next takes away what no living process holds.
"""

import fcntl
import os
import shutil
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

_LOCK = ".lock"
# A folder just made is not locked yet.
_YOUNG_SECONDS = 60


@contextmanager
def temporary_folder(prefix: str) -> Iterator[Path]:
    """An empty folder of this machine, whose name begins so, for as long as the block lasts."""
    _sweep(prefix)
    with tempfile.TemporaryDirectory(prefix=prefix) as place, (Path(place) / _LOCK).open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield Path(place)


def _sweep(prefix: str) -> None:
    """Whoever else made one may not be us: what cannot be opened or taken away is left."""
    before = time.time() - _YOUNG_SECONDS
    for folder in Path(tempfile.gettempdir()).glob(f"{prefix}*"):
        with suppress(OSError):
            found = folder.lstat()
            is_ours = folder.is_dir() and not folder.is_symlink() and found.st_uid == os.getuid()
            if is_ours and found.st_mtime < before and not _is_held(folder):
                shutil.rmtree(folder)


def _is_held(folder: Path) -> bool:
    with (folder / _LOCK).open("a") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return True
        return False
