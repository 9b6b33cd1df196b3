"""What an office document says: entries of a zip, each read as a stream, never more than its bounds."""

import zipfile
from collections.abc import Iterable
from pathlib import Path

from infotheque.enums import FileType
from infotheque.reading import acting, outside, pictures
from infotheque.reading.acting import DAMAGED
from infotheque.reading.parsing import BOMB, Budget, local, parse
from infotheque.reading.result import LONGEST_TEXT, Content, Unreadable
from infotheque.reading.types import BROKEN, LOCKED

# Together, once unpacked: a report full of pictures stays under; a bomb does not.
MOST_UNPACKED = 300 * 1024 * 1024
MOST_XML = 60 * 1024 * 1024
MOST_PICTURE = 4 * 1024 * 1024

# The elements that hold words in each format, and those that end a line; prefixes differ between writers.
_TEXT_ELEMENTS = {
    FileType.DOCX: ({"t"}, {"p", "br", "tab"}),
    FileType.PPTX: ({"t"}, {"p", "br"}),
    FileType.XLSX: ({"t"}, {"si", "is"}),
    FileType.ODT: ({"p", "h"}, {"p", "h", "line-break", "tab"}),
}
_PICTURES = ("docProps/thumbnail.jpeg", "docProps/thumbnail.png", "Thumbnails/thumbnail.png")
_PROPERTIES = ("docProps/core.xml", "meta.xml")
# Where a document of Office says what it is linked to, and where one of LibreOffice does.
_LINKS_OF_PARTS = ".rels"
_LINKING_PARTS = frozenset({"content.xml", "styles.xml", "meta.xml"})


def read_office(path: Path, type: FileType) -> Content:
    """Raises Unreadable on a password, damage, macros, a DTD, what unpacks without end or is fetched."""
    try:
        with zipfile.ZipFile(path) as archive:
            _refuse_the_abnormal(archive)
            text, is_whole = _text(archive, type)
            return Content(
                pages=_pages(archive, type),
                text=text,
                is_text_whole=is_whole,
                picture=_picture(archive),
                title=_title(archive),
            )
    except DAMAGED:
        # What zipfile raises on a damaged or a crafted archive depends on where it is damaged.
        raise Unreadable(BROKEN) from None


def _refuse_the_abnormal(archive: zipfile.ZipFile) -> None:
    """By what the archive announces; what it does not say is bounded as it is read."""
    entries = archive.infolist()
    if any(entry.flag_bits & 0x1 for entry in entries):
        raise Unreadable(LOCKED)
    if sum(entry.file_size for entry in entries) > MOST_UNPACKED:
        raise Unreadable(BOMB)
    manifest = "META-INF/manifest.xml"
    if manifest in archive.namelist():
        with archive.open(manifest) as file:
            if b"encryption-data" in file.read(MOST_PICTURE):
                raise Unreadable(LOCKED)
    budget = Budget(MOST_XML)
    for entry in entries:
        if entry.filename.lower().endswith(_LINKS_OF_PARTS) or entry.filename in _LINKING_PARTS:
            with archive.open(entry) as file:
                parse(file, _NothingFetched(set(), set(), most=1), budget)
    acting.refuse_what_acts(archive, Budget(MOST_UNPACKED))


def _text(archive: zipfile.ZipFile, type: FileType) -> tuple[str, bool]:
    words, ends = _TEXT_ELEMENTS[type]
    budget = Budget(MOST_XML)
    reader = _Words(words, ends, most=LONGEST_TEXT)
    for name in _parts(archive, type):
        with archive.open(name) as file:
            if not parse(file, reader, budget):
                return reader.text, False
    return reader.text, True


def _parts(archive: zipfile.ZipFile, type: FileType) -> list[str]:
    """The entries that hold words, in the order a reader meets them."""
    names = archive.namelist()
    if type == FileType.DOCX:
        return ["word/document.xml", *_numbered(names, "word/footnotes", "word/endnotes")]
    if type == FileType.PPTX:
        return _numbered(names, "ppt/slides/slide")
    if type == FileType.XLSX:
        return [*_numbered(names, "xl/sharedStrings"), *_numbered(names, "xl/worksheets/sheet")]
    return ["content.xml"]


def _numbered(names: Iterable[str], *starts: str) -> list[str]:
    """« slide2.xml » before « slide10.xml »."""
    found = [name for name in set(names) if name.startswith(starts) and name.endswith(".xml")]
    return sorted(found, key=lambda name: (len(name), name))


class _Words:
    """The characters inside some elements, up to a bound."""

    def __init__(self, words: set[str], ends: set[str], *, most: int) -> None:
        self._words, self._ends, self._most = words, ends, most
        self._said: list[str] = []
        self._length = 0
        self._inside = 0

    @property
    def text(self) -> str:
        return "".join(self._said)[: self._most].strip()

    @property
    def is_full(self) -> bool:
        return self._length >= self._most

    def start(self, name: str, attributes: dict[str, str]) -> None:
        self._inside += local(name) in self._words

    def end(self, name: str) -> None:
        self._inside -= local(name) in self._words
        if local(name) in self._ends:
            self._said.append("\n")

    def say(self, text: str) -> None:
        if self._inside and not self.is_full:
            self._said.append(text)
            self._length += len(text)


class _NothingFetched(_Words):
    """Raises Unreadable at the first link that opening the document would follow to another machine."""

    def start(self, name: str, attributes: dict[str, str]) -> None:
        if outside.fetches(local(name), attributes):
            raise Unreadable(outside.FETCHED)


def _said_by(archive: zipfile.ZipFile, name: str, element: str) -> str:
    """The first words of one element of a small entry, when there is one."""
    if name not in archive.namelist():
        return ""
    reader = _Words({element}, set(), most=300)
    with archive.open(name) as file:
        parse(file, reader, Budget(MOST_PICTURE))
    return reader.text


def _title(archive: zipfile.ZipFile) -> str:
    return next(filter(None, (_said_by(archive, name, "title") for name in _PROPERTIES)), "")


def _pages(archive: zipfile.ZipFile, type: FileType) -> int | None:
    if type == FileType.PPTX:
        return len(_parts(archive, type)) or None
    told = _said_by(archive, "docProps/app.xml", "Pages")
    return int(told) if type == FileType.DOCX and told.isascii() and told.isdigit() else None


def _picture(archive: zipfile.ZipFile) -> bytes:
    for name in _PICTURES:
        if name in archive.namelist():
            with archive.open(name) as file:
                picture = file.read(MOST_PICTURE + 1)
            return pictures.redrawn(picture) if len(picture) <= MOST_PICTURE else b""
    return b""
