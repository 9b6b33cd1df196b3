"""The lines of a file as text, one at a time, whatever its size, its encoding and its line endings."""

import codecs
import io
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import IO

from mecenova.imports.errors import ImportRefused

CHUNK = 1 << 18
# No line of a register is so long: beyond, the file is broken there, and memory stays bounded.
LONGEST_LINE = 1 << 20
SHOWN_OF_A_CUT_LINE = 2000
# Text copied from elsewhere carries a few control characters; a binary file is full of them.
STRAY_MARKS = 32

_SIGNATURES = (
    (b"PK\x03\x04", "un classeur ou une archive (xlsx, ods, zip)"),
    (b"PK\x05\x06", "une archive vide"),
    (b"\xd0\xcf\x11\xe0", "un ancien document Office (xls, doc)"),
    (b"%PDF", "un PDF"),
    (b"\x1f\x8b", "une archive gzip"),
    (b"7z\xbc\xaf", "une archive 7z"),
    (b"\x89PNG", "une image"),
    (b"\xff\xd8\xff", "une image"),
    (b"GIF8", "une image"),
    (b"SQLite format 3", "une base de données"),
)
_CONTROL = re.compile(rb"[\x01-\x08\x0e-\x1a\x1c-\x1f\x7f]")
_BYTES_WINDOWS_LEAVES_OUT = {code: chr(code) for code in (0x81, 0x8D, 0x8F, 0x90, 0x9D)}

UTF_8, UTF_16 = "UTF-8", "UTF-16"
# How old spreadsheets write French, and what they call it: « CSV », « CSV (Macintosh) », « CSV (MS-DOS) ».
CODE_PAGES = {"cp1252": "Windows-1252 (Latin-1)", "mac_roman": "Macintosh", "cp850": "MS-DOS (850)"}
# Letters that stand as French writes them: no small one among capitals, no capital in the middle of a word.
_ACCENTED = re.compile("(?<![A-Z])[àâçèéêëîïôùûœ](?![A-Z])")
_ACCENTED_CAPITAL = re.compile("(?<![a-z])[ÀÂÇÈÉÊËÎÏÔÙÛŒ]")


@dataclass(frozen=True, slots=True)
class Line:
    """`cut` when the line is longer than what is kept of it."""

    number: int
    text: str
    cut: bool = False


class Lines:
    """Iterates over the lines; tells afterwards (or meanwhile) which encodings were met and how far it is.

    Each line is UTF-8 when it can be, else in the code page that the beginning of the file speaks French in
    (Windows-1252 unless another does better): a file glued together from both is read right, and `mixed` says
    so.
    """

    def __init__(self, file: IO[bytes]) -> None:
        self.number = 0
        self.position = 0
        self.code_page = "cp1252"
        self.code_page_lines = 0
        self.first_code_page_line = 0
        self.utf_8_lines = 0
        self.is_utf_16 = False
        self._file = file
        self._pieces = self._read()

    def __iter__(self) -> Iterator[Line]:
        return self

    def __next__(self) -> Line:
        raw, cut = next(self._pieces)
        self.number += 1
        if cut:
            return Line(self.number, raw[:SHOWN_OF_A_CUT_LINE].decode("utf-8", errors="replace"), cut=True)
        return Line(self.number, self._decoded(raw.replace(b"\0", b"")))

    @property
    def encoding(self) -> str:
        if self.is_utf_16:
            return UTF_16
        old = CODE_PAGES[self.code_page]
        if self.mixed:
            return f"{UTF_8} et {old}"
        return old if self.code_page_lines else UTF_8

    @property
    def mixed(self) -> bool:
        return bool(self.code_page_lines and self.utf_8_lines)

    def _decoded(self, raw: bytes) -> str:
        if raw.isascii():
            return raw.decode("ascii")
        try:
            text = raw.decode("utf-8")
        except UnicodeDecodeError:
            self.code_page_lines += 1
            self.first_code_page_line = self.first_code_page_line or self.number
            return _read_as(self.code_page, raw)
        self.utf_8_lines += 1
        return text

    def _read(self) -> Iterator[tuple[bytes, bool]]:
        """Lines with their ends; of one too long, its beginning."""
        rest, skipping = b"", False
        for chunk in self._chunks():
            pieces = (rest + chunk).splitlines(keepends=True)
            # A last piece without « \n » may go on in the next chunk (« \r » may be half of an end).
            rest = pieces.pop() if pieces and not pieces[-1].endswith(b"\n") else b""
            for piece in pieces:
                if skipping:
                    skipping = False
                else:
                    yield piece, False
            if len(rest) > LONGEST_LINE:
                if not skipping:
                    yield rest[:LONGEST_LINE], True
                rest, skipping = rest[-1:], True
        if rest and not skipping:
            yield rest, False

    def _chunks(self) -> Iterator[bytes]:
        first = self._take()
        _refuse_what_is_no_text(first)
        if first.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
            self.is_utf_16 = True
            decoder = codecs.getincrementaldecoder("utf-16")(errors="replace")
            chunk = first
            while chunk:
                yield decoder.decode(chunk).encode("utf-8", errors="replace")
                chunk = self._take()
            return
        self.code_page = _code_page_of(first)
        yield first.removeprefix(codecs.BOM_UTF8)
        while chunk := self._take():
            yield chunk

    def _take(self) -> bytes:
        try:
            chunk = self._file.read(CHUNK)
        except (OSError, io.UnsupportedOperation) as error:
            raise ImportRefused(
                "Le fichier ne se lit plus\u00a0: vérifiez le disque ou le réseau, puis recommencez."
            ) from error
        self.position += len(chunk)
        return chunk


def _refuse_what_is_no_text(sample: bytes) -> None:
    if not sample.strip(b"\0 \t\r\n\xef\xbb\xbf"):
        raise ImportRefused(
            "Ce fichier est vide. Choisissez un fichier CSV dont la première ligne nomme les colonnes."
        )
    for signature, what in _SIGNATURES:
        if sample.startswith(signature):
            raise ImportRefused(
                f"Ce fichier est {what}, pas un CSV. Dans un tableur, choisissez "
                "«\u202fEnregistrer sous\u202f», puis «\u202fCSV UTF-8\u202f»."
            )
    if sample.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return
    strange, nuls = len(_CONTROL.findall(sample)), sample.count(0)
    if (strange > STRAY_MARKS and strange * 50 > len(sample)) or nuls * 3 > len(sample):
        raise ImportRefused("Ce fichier n’est pas du texte. Enregistrez-le en CSV (UTF-8), puis recommencez.")


def _code_page_of(sample: bytes) -> str:
    """The one in which the lines that are not UTF-8 say most French letters; small ones count for more."""
    old = b"\n".join(line for line in sample.splitlines() if not _is_utf_8(line))

    def french_in(code_page: str) -> int:
        text = _read_as(code_page, old)
        return 2 * len(_ACCENTED.findall(text)) + len(_ACCENTED_CAPITAL.findall(text))

    return max(CODE_PAGES, key=french_in)


def _is_utf_8(line: bytes) -> bool:
    try:
        line.decode("utf-8")
    except UnicodeDecodeError:
        return False
    return True


def _read_as(code_page: str, raw: bytes) -> str:
    return raw.decode(code_page, errors="windows_or_latin")


def _windows_or_latin(error: UnicodeError) -> tuple[str, int]:
    """The five bytes that Windows-1252 leaves out stand for themselves, as in Latin-1."""
    if not isinstance(error, UnicodeDecodeError):
        raise error
    return "".join(
        _BYTES_WINDOWS_LEAVES_OUT.get(code, "\ufffd") for code in error.object[error.start : error.end]
    ), error.end


codecs.register_error("windows_or_latin", _windows_or_latin)
