"""The type of a file, judged by its content; its name is not believed."""

import re
import struct
import zipfile
from typing import IO

import puremagic

from infotheque.enums import FileType
from infotheque.reading.result import Unreadable

_PDF = b"%PDF-"
_ZIP = b"PK"
# The container of .doc, .xls and .ppt, and of every office document that asks for a password.
_OLD_CONTAINER = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_LOCK_MARK = "EncryptedPackage".encode("utf-16-le")
_HEAD = 4096
# An office document is a zip that says its own type in one of these entries.
_ENTRIES = {
    FileType.DOCX: "word/document.xml",
    FileType.PPTX: "ppt/presentation.xml",
    FileType.XLSX: "xl/workbook.xml",
    FileType.ODT: "content.xml",
}
MOST_ENTRIES = 5_000
# Of Office, of the first Excel, of LibreOffice, whose empty libraries have lists of macros all the same.
MACRO_PART = re.compile(
    r"vbaProject\.bin$|/macrosheets/|^Scripts/.*[^/]$|^Basic/.*(?<!script-l[bc]\.xml)(?<!/)$", re.IGNORECASE
)

NOT_KEPT = (
    "Ce fichier n’est ni un PDF, ni un document DOCX, ODT, PPTX ou XLSX. "
    "Enregistrez-le dans l’un de ces formats, puis déposez-le à nouveau."
)
EMPTY = "Ce fichier est vide. Vérifiez qu’il s’ouvre sur votre ordinateur, puis déposez-le à nouveau."
LOCKED = "Ce fichier est protégé par un mot de passe. Retirez la protection, puis déposez-le à nouveau."
OLD_FORMAT = (
    "Ce fichier est d’un ancien format (.doc, .xls ou .ppt). Enregistrez-le en DOCX, XLSX, PPTX ou PDF, "
    "puis déposez-le à nouveau."
)
BROKEN = (
    "Ce fichier est abîmé ou incomplet\u00a0: il ne s’ouvre pas. Reprenez l’original, vérifiez qu’il "
    "s’ouvre, puis déposez-le à nouveau."
)
MACROS = (
    "Ce fichier contient des macros, qui peuvent nuire à qui l’ouvre. Enregistrez-le sans macros, "
    "puis déposez-le à nouveau."
)
TOO_MANY_PARTS = (
    "Ce fichier contient un nombre anormal de parties. Enregistrez-le en PDF, puis déposez-le à nouveau."
)


def type_of(file: IO[bytes]) -> FileType:
    """The type that its content deserves. Raises Unreadable, which names what it is when that helps."""
    file.seek(0)
    head = file.read(_HEAD)
    if head.startswith(_PDF):
        return FileType.PDF
    if head.startswith(_ZIP):
        return _office_type(file)
    raise Unreadable(_why_not(head, file))


def _office_type(file: IO[bytes]) -> FileType:
    file.seek(0)
    try:
        with zipfile.ZipFile(file) as archive:
            names = {entry.filename for entry in archive.infolist()}
    except (zipfile.BadZipFile, NotImplementedError, ValueError, OSError, struct.error):
        # What zipfile raises on a damaged or a crafted archive depends on where it is damaged.
        raise Unreadable(BROKEN) from None
    if len(names) > MOST_ENTRIES:
        raise Unreadable(TOO_MANY_PARTS)
    known = [type for type, entry in _ENTRIES.items() if entry in names]
    if not known or _is_other_open_document(names, known):
        raise Unreadable(NOT_KEPT)
    if any(MACRO_PART.search(name) for name in names):
        raise Unreadable(MACROS)
    return known[0]


def _is_other_open_document(names: set[str], known: list[FileType]) -> bool:
    """A content.xml without its manifest is no text."""
    return known == [FileType.ODT] and "META-INF/manifest.xml" not in names


def _why_not(head: bytes, file: IO[bytes]) -> str:
    start = head.lstrip(b"\xef\xbb\xbf \t\r\n\x00").lower()
    if not start:
        return EMPTY
    if head.startswith(_OLD_CONTAINER):
        file.seek(0)
        return LOCKED if _LOCK_MARK in file.read() else OLD_FORMAT
    if b"<svg" in start:
        return f"Ce fichier est une image SVG. {NOT_KEPT}"
    if start.startswith((b"<!doctype html", b"<html")) or b"<html" in start or b"<script" in start:
        return f"Ce fichier est une page web, quel que soit son nom. {NOT_KEPT}"
    return f"{_recognised(head)}{NOT_KEPT}"


def _recognised(head: bytes) -> str:
    """« On y reconnaît du .png. », when something is recognised."""
    try:
        found = puremagic.from_string(head)
    except (puremagic.PureError, ValueError):
        return ""
    return f"On y reconnaît un fichier {found}. " if found else ""
