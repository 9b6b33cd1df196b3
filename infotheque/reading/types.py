"""The type of a file, judged by its content; its name is not believed."""

import struct
import zipfile
from typing import IO

from infotheque.enums import FileType

_PDF = b"%PDF-"
# Enough to tell one from another.
_FIRST_BYTES = 1024
# An office document is a zip that says its own type in one of these entries.
_ENTRIES = {
    FileType.DOCX: "word/document.xml",
    FileType.PPTX: "ppt/presentation.xml",
    FileType.XLSX: "xl/workbook.xml",
    FileType.ODT: "content.xml",
}


def type_of(file: IO[bytes]) -> FileType | None:
    """The type that its content deserves, or None when it is of no accepted type."""
    file.seek(0)
    head = file.read(_FIRST_BYTES)
    file.seek(0)
    if head.startswith(_PDF):
        return FileType.PDF
    if not head.startswith(b"PK"):
        return None
    try:
        names = set(zipfile.ZipFile(file).namelist())
    except (zipfile.BadZipFile, NotImplementedError, ValueError, OSError, struct.error):
        # What zipfile raises on a damaged or a crafted archive depends on where it is damaged.
        return None
    finally:
        file.seek(0)
    known = [type for type, entry in _ENTRIES.items() if entry in names]
    return known[0] if known else None
