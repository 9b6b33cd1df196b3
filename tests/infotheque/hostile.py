"""Files as strangers send them, made here byte by byte."""

import base64
import ctypes
import io
import zipfile
import zlib
from collections.abc import Callable

import docx
import pypdfium2 as pdfium
import pypdfium2.raw as pdfium_c

Bytes = Callable[[bytes], bytes]
TYPES = b"<Types xmlns='http://schemas.openxmlformats.org/package/2006/content-types'/>"


def pdf_of(*texts: str) -> bytes:
    """A whole PDF with one page for each text, drawn by PDFium."""
    document = pdfium.PdfDocument.new()
    font = pdfium_c.FPDFText_LoadStandardFont(document.raw, b"Helvetica")
    for text in texts:
        page = document.new_page(595, 842)
        if not text:
            continue
        written = pdfium_c.FPDFPageObj_CreateTextObj(document.raw, font, 12)
        letters = (text + "\0").encode("utf-16-le")
        buffer = ctypes.create_string_buffer(letters)
        pdfium_c.FPDFText_SetText(written, ctypes.cast(buffer, ctypes.POINTER(ctypes.c_ushort)))
        pdfium_c.FPDFPageObj_Transform(written, 1, 0, 0, 1, 60, 760)
        pdfium_c.FPDFPage_InsertObject(page.raw, written)
        pdfium_c.FPDFPage_GenerateContent(page.raw)
    content = io.BytesIO()
    document.save(content)
    document.close()
    return content.getvalue()


def docx_of(*paragraphs: str, title: str = "") -> bytes:
    document = docx.Document()
    document.core_properties.title = title
    for paragraph in paragraphs:
        document.add_paragraph(paragraph)
    content = io.BytesIO()
    document.save(content)
    return content.getvalue()


def office(types: bytes = TYPES, **entries: bytes) -> bytes:
    """A zip of these entries; « __ » in a name stands for a slash, « _dot_ » for a dot."""
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("[Content_Types].xml", types)
        for name, entry in entries.items():
            archive.writestr(name.replace("__", "/").replace("_dot_", "."), entry)
    return content.getvalue()


def word(xml: bytes) -> bytes:
    return office(word__document_dot_xml=xml)


def open_text(*others: str) -> bytes:
    """A text of LibreOffice, with these entries too."""
    entries = {"content.xml": b"<x><p>Bonjour</p></x>", "META-INF/manifest.xml": b"<m/>"}
    return office(**entries, **dict.fromkeys(others, b"<x/>"))


def bomb() -> bytes:
    """It announces two gigabytes."""
    small = word(b"<d>" + b" " * 70_000 + b"</d>")
    return small.replace((70_007).to_bytes(4, "little"), (2**31 - 1).to_bytes(4, "little"))


def lying_bomb() -> bytes:
    """It announces a few bytes, and unpacks to many: the header is not to be believed."""
    honest = word(b"<d>" + b" " * 20_000_000 + b"</d>")
    announced = (20_000_007).to_bytes(4, "little")
    assert honest.count(announced) == 2
    return honest.replace(announced, (100).to_bytes(4, "little"))


def silent_bomb() -> bytes:
    """Under what an archive may announce, over what its words may weigh, and without a word."""
    return word(b"<d>" + b" " * 63_500_000 + b"</d>")


BILLION_LAUGHS = word(
    b'<?xml version="1.0"?><!DOCTYPE lolz [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;&a;">]>'
    b"<w:document xmlns:w='w'><w:t>&b;</w:t></w:document>"
)
OUTSIDE_ENTITY = word(
    b'<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a SYSTEM "file:///etc/passwd">]>'
    b"<w:document xmlns:w='w'><w:t>&a;</w:t></w:document>"
)
_TYPE_OF_MACROS = "application/vnd.ms-office.vbaProject"
_TYPES = f"<Types><Override PartName='/word/rien.bin' ContentType='{_TYPE_OF_MACROS}'/></Types>"
MACROS = {
    "Word": office(word__document_dot_xml=b"<x/>", word__vbaProject_dot_bin=b"\0"),
    "Word, in capitals": office(word__document_dot_xml=b"<x/>", word__VBAPROJECT_dot_BIN=b"\0"),
    "Word, under another name": office(
        types=_TYPES.encode("utf-16"), word__document_dot_xml=b"<x/>", word__rien_dot_bin=b"\0"
    ),
    "Excel 4": office(xl__workbook_dot_xml=b"<x/>", xl__macrosheets__sheet1_dot_xml=b"<x/>"),
    "LibreOffice Basic": open_text("Basic/Standard/Module1.xml"),
    "LibreOffice Python": open_text("Scripts/python/ouvre.py"),
}
# What LibreOffice writes of a library where there is nothing.
WITHOUT_MACROS = open_text("Basic/script-lc.xml", "Basic/Standard/script-lb.xml", "Scripts/")
OLD_WORD = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 2000
LOCKED_WORD = OLD_WORD + "EncryptedPackage".encode("utf-16-le") + b"\0" * 100
LOCKED_ODT = office(
    content_dot_xml=b"\x8f\x11", **{"META-INF__manifest_dot_xml": b"<m><encryption-data/></m>"}
)
SCRIPT_IN_CLEAR = pdf_of("x") + b"\n9 0 obj <</S /J#61vaScript /JS (app.alert\\(1\\))>> endobj\n%%EOF"


def acting_pdf(action: bytes, *, filters: bytes, pack: Bytes, kind: bytes = b"/ObjStm") -> bytes:
    """A whole PDF that does something when it is opened, as an object packed in another one tells."""
    packed = pack(b"4 0 " + action)
    stream = b"<</Type%s/N 1/First 4/Filter%s/Length %d>>stream\n%s\nendstream"
    objects = {
        1: b"<</Type/Catalog/Pages 2 0 R/OpenAction 4 0 R>>",
        2: b"<</Type/Pages/Kids[3 0 R]/Count 1>>",
        3: b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 9 9]>>",
        5: stream % (kind, filters, len(packed), packed),
    }
    written, places = b"%PDF-1.7\n", {}
    for number, body in objects.items():
        places[number] = len(written)
        written += b"%d 0 obj\n%s\nendobj\n" % (number, body)
    places[6] = len(written)
    # Of each object, whether it is packed (2), then where.
    rows = [(0, 0), *[(1, places[n]) if n in places else (2, 5) for n in range(1, 7)]]
    table = b"".join(bytes([packing]) + place.to_bytes(4) for packing, place in rows)
    last = b"6 0 obj<</Type/XRef/Size 7/W[1 4 0]/Root 1 0 R/Length %d>>stream\n%s\nendstream endobj\n"
    return written + last % (len(table), table) + b"startxref\n%d\n%%%%EOF" % places[6]


SCRIPT, LAUNCH = b"<</S/JavaScript/JS(app.alert\\(1\\))>>", b"<</S/Launch/F(cmd.exe)>>"
# Packed as most writers do, then otherwise: every reader of PDF unpacks it all the same.
ACTING_PDFS = {
    "as usual": acting_pdf(LAUNCH, filters=b"/FlateDecode", pack=zlib.compress),
    "hexadecimal": acting_pdf(LAUNCH, filters=b"/ASCIIHexDecode", pack=lambda it: it.hex().encode() + b">"),
    "twice packed": acting_pdf(
        SCRIPT,
        filters=b"[/ASCII85Decode/FlateDecode]",
        pack=lambda it: base64.a85encode(zlib.compress(it)) + b"~>",
    ),
    "far from its name": acting_pdf(SCRIPT, filters=b"/FlateDecode/X(%s)" % (b"x" * 500), pack=zlib.compress),
    "under a name escaped": acting_pdf(
        SCRIPT, filters=b"/FlateDecode", pack=zlib.compress, kind=b"/Obj#53tm"
    ),
}
LINKING_PDF = acting_pdf(
    b"<</S/URI/URI(https://fr.wikipedia.org/wiki/JavaScript)>>", filters=b"/FlateDecode", pack=zlib.compress
)
# RC4 40 bits, user password not empty: what /Encrypt needs to say for a reader to ask.
LOCKED_PDF = (
    b"%PDF-1.4\n1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj\n"
    b"2 0 obj<</Type/Pages/Kids[3 0 R]/Count 1>>endobj\n"
    b"3 0 obj<</Type/Page/Parent 2 0 R/MediaBox[0 0 9 9]>>endobj\n"
    b"4 0 obj<</Filter/Standard/V 1/R 2/P -4/O<" + b"41" * 32 + b">/U<" + b"42" * 32 + b">>>endobj\n"
    b"trailer<</Root 1 0 R/Encrypt 4 0 R/ID[<" + b"43" * 16 + b"><" + b"43" * 16 + b">]>>\n%%EOF"
)
HTML = b"<!DOCTYPE html><html><body><script>alert(document.cookie)</script></body></html>"
SVG = b"<?xml version='1.0'?><svg xmlns='http://www.w3.org/2000/svg'><script>alert(1)</script></svg>"
