"""What of an office document would run a program, or bring one, whatever the entry that holds it is."""

import io
import lzma
import re
import struct
import zipfile
import zlib
from contextlib import suppress
from typing import IO

from infotheque.reading import outside
from infotheque.reading.parsing import BOMB, Budget, NotXml, local, parse
from infotheque.reading.result import Unreadable
from infotheque.reading.types import LOCKED, MACRO_PART, MACROS, MOST_ENTRIES, TOO_MANY_PARTS

# What zipfile raises on a damaged or a crafted archive depends on where it is damaged, and how it is packed.
DAMAGED = (
    *(zipfile.BadZipFile, NotImplementedError, ValueError, OSError, KeyError, EOFError),
    *(struct.error, zlib.error, lzma.LZMAError),
)
# A document in a document, in a document: a letter with a sheet, which has a chart, which has its figures.
MOST_NESTED = 3
LARGEST_NESTED = 40 * 1024 * 1024

PROGRAM = (
    "Ce fichier peut lancer un programme chez qui l’ouvre ({}). Enregistrez-le en PDF, ou retirez ce qui le "
    "lance, puis déposez-le à nouveau."
)
ATTACHED = (
    "Ce document contient des fichiers joints, qui peuvent nuire à qui les ouvre. Retirez-les, ou "
    "enregistrez-le en PDF, puis déposez-le à nouveau. Ce qui était joint se dépose à part."
)
UNCONVERTED = (
    "Ce fichier contient un autre document, qu’un logiciel y a glissé sans le convertir. Ouvrez-le dans un "
    "traitement de texte, enregistrez-le sous un autre nom, puis déposez celui-ci."
)
DDE, CONTROL, BUTTON = "liaison DDE", "contrôle ActiveX", "bouton qui lance un programme"

_OLD_CONTAINER = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_ZIP = b"PK\x03\x04"
# Names of streams in an old container: a file put there by the Packager, a project of macros.
_HELD = {"\1Ole10Native".encode("utf-16-le"): ATTACHED, "_VBA_PROJECT".encode("utf-16-le"): MACROS}
_LONGEST_NAME = max(map(len, _HELD))
# What a part is, whatever it is called; what this list leaves out is not run.
_TYPES_OF_PARTS = re.compile("(vbaProject|macrosheet)|activeX", re.IGNORECASE)
# Of Excel's links to others, and of LibreOffice's.
_DDE_LINKS = frozenset({"ddeLink", "dde-source", "dde-connection-decl", "dde-link"})
_CLICKED = frozenset({"hlinkClick", "hlinkHover", "hlinkMouseOver"})
_FIELDS = frozenset({"instrText", "delInstrText"})
_FORMULAS = frozenset({"f", "formula", "formula1", "formula2", "definedName"})

# What a field does is its first word, which Word also takes from fields inside, written or not in quotes.
_DDE_FIELD = re.compile(r'[\s"]*DDE(AUTO)?\b', re.IGNORECASE)
_FILLED_FIELD = re.compile(
    r"\s*(LINK|INCLUDETEXT|INCLUDE|INCLUDEPICTURE|IMPORT)\b(.*)", re.IGNORECASE | re.DOTALL
)
_ARGUMENT = re.compile(r'"([^"]*)"?|(\S+)')
_LONGEST_FIELD = 4_000
# No operator of Excel: between a program and what is asked of it. LibreOffice has a function.
_QUOTED = re.compile(r"\"[^\"]*\"|'[^']*'|\[[^\]]*\]")
_DDE_FORMULA = re.compile(r"\||\bDDE\s*\(", re.IGNORECASE)


def refuse_what_acts(archive: zipfile.ZipFile, budget: Budget, *, depth: int = 0) -> None:
    """Raises Unreadable at the first entry that acts; documents inside are looked through like the others."""
    for entry in archive.infolist():
        with archive.open(entry) as file:
            head = file.read(len(_OLD_CONTAINER))
        with archive.open(entry) as file:
            if head.startswith(_OLD_CONTAINER):
                _refuse_what_is_held(file, budget)
            elif head.startswith(_ZIP):
                _refuse_inside(file, budget, depth=depth + 1)
            elif _is_xml(head):
                # Images of the web have a DTD, and are drawn without it.
                with suppress(NotXml):
                    parse(file, NothingActs(), budget)


def _is_xml(head: bytes) -> bool:
    """Blank so far, it may still be."""
    begun = head.lstrip(b"\xef\xbb\xbf\xff\xfe\0 \t\r\n")
    return not begun or begun.startswith(b"<")


def _refuse_what_is_held(file: IO[bytes], budget: Budget) -> None:
    before = b""
    for chunk in budget.chunks(file):
        seen = before + chunk
        for name, refusal in _HELD.items():
            if name in seen:
                raise Unreadable(refusal)
        before = seen[-_LONGEST_NAME:]


def _refuse_inside(file: IO[bytes], budget: Budget, *, depth: int) -> None:
    content = file.read(LARGEST_NESTED + 1)
    if depth > MOST_NESTED or len(content) > LARGEST_NESTED:
        raise Unreadable(BOMB)
    # Damaged, it opens for nobody.
    with suppress(*DAMAGED), zipfile.ZipFile(io.BytesIO(content)) as archive:
        entries = archive.infolist()
        if len(entries) > MOST_ENTRIES:
            raise Unreadable(TOO_MANY_PARTS)
        if any(entry.flag_bits & 0x1 for entry in entries):
            raise Unreadable(LOCKED)
        if sum(entry.file_size for entry in entries) > budget.left:
            raise Unreadable(BOMB)
        if any(MACRO_PART.search(entry.filename) for entry in entries):
            raise Unreadable(MACROS)
        refuse_what_acts(archive, budget, depth=depth)


class NothingActs:
    """Hears the elements of any part. Raises Unreadable at the first that acts by itself, or at a click."""

    is_full = False

    def __init__(self) -> None:
        # Codes of fields, one inside the other; the first is of none.
        self._fields = [""]
        self._said: list[str] | None = None

    def start(self, name: str, attributes: dict[str, str]) -> None:
        element = local(name)
        if element in _DDE_LINKS:
            raise Unreadable(PROGRAM.format(DDE))
        if element in {"Default", "Override"}:
            _refuse_type(attributes.get("ContentType", ""))
        elif element in _FIELDS or element in _FORMULAS:
            self._said = []
        elif element in {"fldChar", "fldSimple"}:
            self._meet_field(element, {local(key): value for key, value in attributes.items()})
        elif element in _CLICKED:
            _refuse_button(attributes.get("action", "").strip().lower())
        elif element == "event-listener":
            raise Unreadable(MACROS)
        elif element == "altChunk":
            raise Unreadable(UNCONVERTED)
        elif element == "connection" and attributes.get("refreshOnLoad") in {"1", "true"}:
            raise Unreadable(outside.FETCHED)

    def end(self, name: str) -> None:
        element = local(name)
        if self._said is None or not (element in _FIELDS or element in _FORMULAS):
            return
        text, self._said = "".join(self._said), None
        if element in _FIELDS:
            self._fields[-1] = (self._fields[-1] + text)[:_LONGEST_FIELD]
            _refuse_dde(self._fields[-1])
        elif _DDE_FORMULA.search(_QUOTED.sub("", text)):
            raise Unreadable(PROGRAM.format(DDE))

    def say(self, text: str) -> None:
        if self._said is not None:
            self._said.append(text)

    def _meet_field(self, element: str, attributes: dict[str, str]) -> None:
        turn = attributes.get("fldCharType", "begin")
        if turn == "begin" and len(self._fields) > 1 and not self._fields[-1].strip(' "'):
            # Its first word would be what another field gives: no writer does so, but to hide it.
            raise Unreadable(PROGRAM.format(DDE))
        if element == "fldSimple":
            code = attributes.get("instr", "")
            _refuse_dde(code)
            _refuse_fetching(code)
        elif turn == "begin":
            self._fields.append("")
        else:
            _refuse_fetching(self._fields[-1])
            if turn == "end" and len(self._fields) > 1:
                self._fields.pop()


def _refuse_type(told: str) -> None:
    found = _TYPES_OF_PARTS.search(told)
    if found:
        raise Unreadable(MACROS if found[1] else PROGRAM.format(CONTROL))


def _refuse_button(action: str) -> None:
    if action.startswith("ppaction://macro"):
        raise Unreadable(MACROS)
    if action.startswith("ppaction://program"):
        raise Unreadable(PROGRAM.format(BUTTON))


def _refuse_dde(code: str) -> None:
    if _DDE_FIELD.match(code):
        raise Unreadable(PROGRAM.format(DDE))


def _refuse_fetching(code: str) -> None:
    """A picture of the web is shown, as any other: it is everywhere in what was copied from a page."""
    field = _FILLED_FIELD.match(code)
    if field is None:
        return
    kind = "image" if field[1].upper() == "INCLUDEPICTURE" else "frame"
    for quoted, bare in _ARGUMENT.findall(field[2]):
        if outside.fetches("Relationship", {"Type": f"/{kind}", "Target": quoted or bare}):
            raise Unreadable(outside.FETCHED)
