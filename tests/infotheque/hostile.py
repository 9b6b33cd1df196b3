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
_RELATION = "http://schemas.openxmlformats.org/officeDocument/2006/relationships/"


def related(
    kind: str, target: str, *, part: str = "word/_rels/settings.xml.rels", mode: str = "External"
) -> bytes:
    """A text or a sheet with a link of this kind."""
    told = f"<Relationships><r:Relationship xmlns:r='r' Id='a' Type='{_RELATION}{kind}' Target='{target}'"
    whole = "word/document.xml" if part.startswith("word") else "xl/workbook.xml"
    return office(**{whole: b"<x/>", part: f"{told} TargetMode='{mode}'/></Relationships>".encode()})


def open_text_with(content: str = "<p>Bonjour</p>", meta: str = "") -> bytes:
    """A text of LibreOffice, of this content."""
    spaces = "xmlns:xlink='http://www.w3.org/1999/xlink' xmlns:draw='d' xmlns:text='t' xmlns:meta='m'"
    return office(
        **{
            "content.xml": f"<x {spaces}>{content}</x>".encode(),
            "meta.xml": f"<x {spaces}>{meta}</x>".encode(),
            "META-INF/manifest.xml": b"<m/>",
        }
    )


_SHEET = "xl/externalLinks/_rels/externalLink1.xml.rels"
FETCHING = {
    "a template of the web": related("attachedTemplate", "https://loin.example/modele.dotm"),
    "a template of a server": related("attachedTemplate", r"file:///\\loin.example\partage\modele.dotm"),
    "a template of a server, escaped": related("attachedTemplate", "file:%5c%5Cloin.example/modele.dotm"),
    "a template of a server, without a word": related("attachedTemplate", "//loin.example/modele.dotm"),
    "a template of a server, by its address": related("attachedTemplate", "file://192.0.2.1/modele.dotm"),
    "a template that says it is inside": related("attachedTemplate", "HTTP://loin.example/", mode="Internal"),
    "an object": related("oleObject", "mhtml:http://loin.example/a!x-usc:http://loin.example/a"),
    "an object, in capitals": related(
        "oleObject", "http://loin.example/", part="word/_RELS/document.xml.RELS"
    ),
    "a frame": related("frame", " \nhttp://loin.example/"),
    "a picture of a server": related("image", r"\\loin.example\partage\a.png"),
    "the sheet of the web": related("externalLinkPath", "https://loin.example/budget.xlsx", part=_SHEET),
    "the sheet of a server": related("externalLinkPath", r"\\loin\partage\budget.xlsx", part=_SHEET),
    "LibreOffice, an object": open_text_with("<draw:object-ole xlink:href='http://loin.example/a'/>"),
    "LibreOffice, a section": open_text_with("<text:section-source xlink:href='file://loin.example/a.odt'/>"),
    "LibreOffice, a template": open_text_with(
        meta="<meta:template xlink:href='https://loin.example/a.ott'/>"
    ),
}
# What everyday files hold: pages to go to, films to watch, a template or a sheet of their writer's disk.
AT_HOME = {
    "a link": related("hyperlink", "https://www.service-public.fr/", part="word/_rels/document.xml.rels"),
    "a link to a colleague": related("hyperlink", "mailto:a@b.fr", part="word/_rels/document.xml.rels"),
    "a link to the server of the office": related("hyperlink", r"file:///\\bureau\partage\a.docx"),
    "a film": related("video", "https://www.youtube.com/embed/x"),
    "a template of Windows": related("attachedTemplate", r"file:///C:\Users\Zo%C3%A9\Templates\asso.dotx"),
    "a template of Windows, with two slashes": related("attachedTemplate", "file://C:/Users/Zo/asso.dotx"),
    "a template of a Mac": related("attachedTemplate", "file://localhost/Users/zoe/asso.dotx"),
    "a template of an old Mac": related("attachedTemplate", "file:///Macintosh%20HD:Users:zoe:asso.dotx"),
    "a template alone": related("attachedTemplate", "Normal.dotm"),
    "the sheet beside": related("externalLinkPath", "Budget%202026.xlsx", part=_SHEET),
    "a part": related("oleObject", "/word/embeddings/a.bin", mode="Internal"),
    "LibreOffice": open_text_with(
        "<text:a xlink:href='https://www.adie.org/'>Oui</text:a><draw:object xlink:href='./Object 1'/>",
        "<meta:template xlink:href='../Templates/asso.ott'/>",
    ),
}
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


def pdf_with(catalog: bytes, *objects: bytes, page: bytes = b"") -> bytes:
    """A whole PDF in clear: with these in its catalog and its page, and these objects from the fourth on."""
    bodies = (
        b"<</Type/Catalog/Pages 2 0 R%s>>" % catalog,
        b"<</Type/Pages/Kids[3 0 R]/Count 1>>",
        b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 9 9]%s>>" % page,
        *objects,
    )
    written, places = b"%PDF-1.7\n", []
    for number, body in enumerate(bodies, 1):
        places.append(len(written))
        written += b"%d 0 obj\n%s\nendobj\n" % (number, body)
    table = b"".join(b"%010d 00000 n \n" % place for place in places)
    size = len(bodies) + 1
    last = b"xref\n0 %d\n0000000000 65535 f \n%strailer<</Size %d/Root 1 0 R>>\nstartxref\n%d\n%%%%EOF"
    return written + last % (size, table, size, len(written))


def _stream(content: bytes, *, entries: bytes = b"") -> bytes:
    packed = zlib.compress(content)
    return b"<</Filter/FlateDecode%s/Length %d>>stream\n%s\nendstream" % (entries, len(packed), packed)


def _xfa(template: str, *, encoding: str = "utf-8") -> bytes:
    parts = ("<xdp:xdp xmlns:xdp='x'>", f"<template>{template}</template>", "</xdp:xdp>")
    form = b"/AcroForm<</Fields[]/XFA[(preamble)4 0 R(template)5 0 R(postamble)6 0 R]>>"
    return pdf_with(form, *(_stream(part.encode(encoding)) for part in parts))


_FILE = b"<</Type/Filespec/F(a.exe)/EF<</F 5 0 R>>>>"
_HELD = _stream(b"MZ", entries=b"/Type/EmbeddedFile")
_PIN = b"/Annots[<</Type/Annot/Subtype/FileAttachment/Rect[0 0 9 9]/FS 4 0 R>>]"
# Each with a word of what its refusal says.
CARRYING_PDFS = {
    "a form of Adobe with a script": (_xfa("<event><script>xfa.host.gotoURL('x')</script></event>"), "XFA"),
    "the same, under a prefix": (_xfa("<f:script contentType='application/x-javascript'/>"), "XFA"),
    "the same, in another alphabet": (_xfa("<script\n/>", encoding="utf-16"), "XFA"),
    "the same, in one piece": (
        pdf_with(
            b"/AcroForm<</Fields[]/XFA 4 0 R>>", _stream(b"<x><template><script>x</script></template></x>")
        ),
        "XFA",
    ),
    "a file of the whole": (
        pdf_with(b"/Names<</EmbeddedFiles<</Names[(a)4 0 R]>>>>", _FILE, _HELD),
        "joints",
    ),
    "a file pinned to a page": (pdf_with(b"", _FILE, _HELD, page=_PIN), "joints"),
    "a file that goes with the whole": (pdf_with(b"/AF[4 0 R]", _FILE, _HELD), "joints"),
}
_FIELD = b"<</FT/Tx/T(nom)/Type/Annot/Subtype/Widget/Rect[0 0 9 9]>>"
PLAIN_PDFS = {
    "a form to fill in": pdf_with(b"/AcroForm<</Fields[4 0 R]>>", _FIELD, page=b"/Annots[4 0 R]"),
    "a form of Adobe without a script": _xfa("<field name='description'><value>manuscript</value></field>"),
    "a link to another file": pdf_with(
        b"", page=b"/Annots[<</Subtype/Link/Rect[0 0 9 9]/A<</S/GoToR/F(autre.pdf)/D[0/Fit]>>>>]"
    ),
}
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
