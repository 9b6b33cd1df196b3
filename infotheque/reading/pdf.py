"""What a PDF says and looks like, read by PDFium, which runs no script here."""

import ctypes
import io
import re
import time
from pathlib import Path

import pypdfium2 as pdfium
import pypdfium2.raw as pdfium_c

from infotheque.reading import pictures
from infotheque.reading.result import LONGEST_TEXT, Content, Unreadable
from infotheque.reading.types import BROKEN, LOCKED

# Beyond these, the text is cut and said to be: a book is found by its first chapters.
MOST_PAGES_READ = 400
MOST_SECONDS = 8.0

PROGRAM = (
    "Ce PDF contient un programme (JavaScript ou lancement de commande). Exportez-le à nouveau en PDF "
    "ordinaire, puis déposez-le à nouveau."
)
FORM_PROGRAM = (
    "Ce PDF est un formulaire Adobe (XFA) qui contient des programmes. Ouvrez-le, imprimez-le en PDF ou "
    "enregistrez-le en PDF ordinaire, puis déposez-le à nouveau."
)
ATTACHED = (
    "Ce PDF contient des fichiers joints, qui peuvent nuire à qui les ouvre. Enregistrez-le en PDF sans "
    "pièce jointe, puis déposez-le à nouveau. Ce qui était joint se dépose à part."
)
FETCHES = (
    "Ce PDF va chercher un fichier sur un autre ordinateur dès qu’on l’ouvre. Exportez-le à nouveau en PDF "
    "ordinaire, puis déposez-le à nouveau."
)
NO_PAGE = "Ce PDF n’a aucune page. Reprenez l’original, puis déposez-le à nouveau."

_ESCAPED_NAME = re.compile(rb"#([0-9a-fA-F]{2})")
# Long enough names to be met by chance in no compressed picture. After a letter, it is the end of an address.
_PROGRAM = re.compile(rb"(?:/S|[\s\0<>()\[\]{}])/(?:JavaScript|Launch)(?![A-Za-z0-9])")
# What makes a file of a stream, whoever points to it: a page, the whole, or nobody any more.
_ATTACHED = re.compile(rb"/EF(?:\s*<<|\s+\d+\s+\d+\s+R)|/EmbeddedFile(?![A-Za-z])")
# An element, whatever its prefix; letters on two bytes are read without their zeros.
_SCRIPT = re.compile(rb"<(?:[^\s<>/]{1,100}:)?script[\s/>]")
# An action done without a click; and where a file is said to be, in letters or in numbers of letters.
_BY_ITSELF = re.compile(rb"/(?:AA|OpenAction)\s*(?:<<|\d+\s+\d+\s+R)")
_PLACE = re.compile(rb"/U?F\s*(?:\(((?:\\.|[^\\)]){0,200})|<([0-9A-Fa-f\s]{0,800})>)", re.DOTALL)
_ESCAPED_LETTER = re.compile(rb"\\(.)", re.DOTALL)
_SERVER = (b"\\\\", b"//", b"smb:", b"file://")
# PDFium marks so a word cut at the end of a line.
_CUT_WORD = re.compile("[\x02\ufffe]\\s*")


def read_pdf(path: Path) -> Content:
    """Raises Unreadable on a password, on a damaged file and on one that holds a program or other files."""
    _refuse_programs(_plain_names(path.read_bytes()))
    try:
        document = pdfium.PdfDocument(path)
    except pdfium.PdfiumError as error:
        locked = error.err_code == pdfium_c.FPDF_ERR_PASSWORD
        raise Unreadable(LOCKED if locked else BROKEN) from None
    try:
        return _content(document)
    except pdfium.PdfiumError:
        raise Unreadable(BROKEN) from None
    finally:
        document.close()


def _content(document: pdfium.PdfDocument) -> Content:
    pages = len(document)
    if not pages:
        raise Unreadable(NO_PAGE)
    in_clear = _plain_names(_in_clear(document))
    _refuse_programs(in_clear)
    if pdfium_c.FPDFDoc_GetJavaScriptActionCount(document.raw) > 0:
        raise Unreadable(PROGRAM)
    if _SCRIPT.search(_adobe_form(document).replace(b"\0", b"")):
        raise Unreadable(FORM_PROGRAM)
    if _ATTACHED.search(in_clear):
        raise Unreadable(ATTACHED)
    if _BY_ITSELF.search(in_clear) and any(map(_is_of_a_server, _PLACE.finditer(in_clear))):
        raise Unreadable(FETCHES)
    text, is_whole = _text(document, pages)
    title = document.get_metadata_value("Title")
    return Content(pages=pages, text=text, is_text_whole=is_whole, picture=_first_page(document), title=title)


def _text(document: pdfium.PdfDocument, pages: int) -> tuple[str, bool]:
    until = time.monotonic() + MOST_SECONDS
    said: list[str] = []
    length = 0
    for number in range(pages):
        if number >= MOST_PAGES_READ or length >= LONGEST_TEXT or time.monotonic() > until:
            return "\n".join(said), False
        page = document[number]
        written = page.get_textpage()
        said.append(_CUT_WORD.sub("", written.get_text_range()))
        length += len(said[-1])
        written.close()
        page.close()
    return "\n".join(said), True


def _first_page(document: pdfium.PdfDocument) -> bytes:
    page = document[0]
    width, height = page.get_size()
    if width < 1 or height < 1:
        return b""
    scale = min(pictures.WIDTH / width, pictures.HEIGHT / height)
    if min(width, height) * scale < 1:
        return b""
    return pictures.as_png(page.render(scale=scale, may_draw_forms=False).to_pil())


def _refuse_programs(part: bytes) -> None:
    """By the names of programs. What is found is refused rather than cleaned."""
    if _PROGRAM.search(part):
        raise Unreadable(PROGRAM)


def _is_of_a_server(place: re.Match[bytes]) -> bool:
    """« \\\\serveur\\partage »: to open it tells that server who one is."""
    letters, numbers = place.groups()
    if numbers is None:
        said = _ESCAPED_LETTER.sub(rb"\1", letters)
    else:
        digits = b"".join(numbers.split()).decode()
        said = bytes.fromhex(digits[: len(digits) // 2 * 2])
    return said.replace(b"\0", b"").removeprefix(b"\xfe\xff").lstrip().lower().startswith(_SERVER)


def _plain_names(part: bytes) -> bytes:
    """A name may be written by the numbers of its letters."""
    return _ESCAPED_NAME.sub(_unescaped, part) if b"#" in part else part


def _adobe_form(document: pdfium.PdfDocument) -> bytes:
    """The form in XML, unpacked and in one piece, that Adobe's software shows in place of the pages."""
    pieces = []
    for number in range(pdfium_c.FPDF_GetXFAPacketCount(document.raw)):
        size = ctypes.c_ulong()
        pdfium_c.FPDF_GetXFAPacketContent(document.raw, number, None, 0, size)
        piece = ctypes.create_string_buffer(size.value)
        pdfium_c.FPDF_GetXFAPacketContent(document.raw, number, piece, size.value, size)
        pieces.append(piece.raw)
    return b"".join(pieces)


def _in_clear(document: pdfium.PdfDocument) -> bytes:
    """As PDFium writes it again: each object that is reached, however it was packed or locked, by itself."""
    written = io.BytesIO()
    document.save(written)
    return written.getvalue()


def _unescaped(found: re.Match[bytes]) -> bytes:
    return bytes([int(found.group(1), 16)])
