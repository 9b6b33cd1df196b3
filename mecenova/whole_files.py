"""Files kept whole or not at all: neither a full volume nor a transaction undone leaves any behind."""

import errno
import os
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from django.core.files.base import File
from django.core.files.storage import FileSystemStorage
from django.db.models.fields.files import FieldFile

# No room left for a file, by the volume's size, a quota or a limit, or a volume that a fault of its disk made
# read-only: for whoever keeps the server to mend.
NO_ROOM = {errno.ENOSPC, errno.EDQUOT, errno.EFBIG, errno.EROFS}

Store = Callable[[FieldFile, str, "File[Any]"], None]


def is_without_room(error: BaseException) -> bool:
    """Whether a file could not be written for want of room: it can be once there is some."""
    return isinstance(error, OSError) and error.errno in NO_ROOM


class WholeFileStorage(FileSystemStorage):
    """Django's, but a file bears its name only once all of it is written, and never another's."""

    def _save(self, name: str, content: Any) -> str:
        os.makedirs(self.location, exist_ok=True)
        handle, draft = tempfile.mkstemp(prefix=".incoming-", dir=self.location)
        path = Path(draft)
        try:
            with os.fdopen(handle, "wb") as file:
                for chunk in content.chunks():
                    file.write(chunk if isinstance(chunk, bytes) else chunk.encode())
            if self.file_permissions_mode is not None:
                path.chmod(self.file_permissions_mode)
            return self._named(path, name)
        finally:
            path.unlink()

    def _named(self, draft: Path, name: str) -> str:
        """Linked, not moved: a name taken meanwhile refuses a link, where a move would replace its file."""
        while True:
            place = Path(self.path(name))
            place.parent.mkdir(parents=True, exist_ok=True)
            try:
                place.hardlink_to(draft)
            except FileExistsError:
                name = self.get_available_name(name)
            else:
                return name


@contextmanager
def stored_together() -> Iterator[Store]:
    """Gives what stores a file in the field of a row that is still to be written.

    When what is done inside raises, the writing of the rows included, those already stored are taken away
    again: a transaction that is undone does not know of them.
    """
    stored: list[FieldFile] = []

    def store(field: FieldFile, name: str, content: "File[Any]") -> None:
        field.save(name, content, save=False)
        stored.append(field)

    try:
        yield store
    except BaseException:
        for field in stored:
            field.storage.delete(field.name or "")
        raise
