"""Files kept whole or not at all: a full volume leaves no half of one behind."""

import os
import tempfile
from pathlib import Path
from typing import Any

from django.core.files.base import File
from django.core.files.storage import FileSystemStorage


class _Written(File):
    """A file already on the volume, under a name of its own: the storage moves it into place in one step."""

    def __init__(self, path: Path) -> None:
        super().__init__(None, name=path.name)
        self._path = path

    def temporary_file_path(self) -> str:
        return str(self._path)


class WholeFileStorage(FileSystemStorage):
    """Django's, but a file bears its name only once all of it is written."""

    def _save(self, name: str, content: Any) -> str:
        os.makedirs(self.location, exist_ok=True)
        handle, draft = tempfile.mkstemp(prefix=".incoming-", dir=self.location)
        path = Path(draft)
        try:
            with os.fdopen(handle, "wb") as file:
                for chunk in content.chunks():
                    file.write(chunk if isinstance(chunk, bytes) else chunk.encode())
            return super()._save(name, _Written(path))
        finally:
            path.unlink(missing_ok=True)
