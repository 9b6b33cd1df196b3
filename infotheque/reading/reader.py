"""Reading one file whole: its type, its print, what it says."""

import hashlib
from pathlib import Path

from infotheque.reading.result import ReadFile, Unreadable
from infotheque.reading.types import type_of

NOT_KEPT = (
    "Ce fichier n’est ni un PDF, ni un document DOCX, ODT, PPTX ou XLSX. "
    "Enregistrez-le dans l’un de ces formats, puis déposez-le à nouveau."
)


def read(path: Path, name: str) -> ReadFile:
    """What the file at this path is and says. Raises Unreadable."""
    with path.open("rb") as file:
        kind = type_of(file)
        if kind is None:
            raise Unreadable(NOT_KEPT)
        digest = hashlib.file_digest(file, "sha256").hexdigest()
    return ReadFile(path=path, name=name, type=kind, digest=digest, size=path.stat().st_size)
