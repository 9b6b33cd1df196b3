"""Model agreements as DOCX, made from plain texts: real headings, real lists, blanks that are seen.

A text is a little Markdown: « # » the title, « ## » an article, « - » a line of a list, « > » a note to
whoever fills it in, `**words**` in bold, and [what to fill in] between brackets. The rest are paragraphs.
"""

import re
from collections.abc import Iterator
from datetime import UTC, datetime
from io import BytesIO
from pathlib import Path

from docx import Document as new_document
from docx.document import Document as Docx
from docx.enum.style import WD_STYLE_TYPE
from docx.enum.text import WD_COLOR_INDEX
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.shared import Cm, Pt
from docx.text.paragraph import Paragraph

TEXTS = Path(__file__).with_name("agreements")
FONT = "Arial"
BLANK = "À remplir"
AUTHOR = "Mecenova"
# When the models were written.
WRITTEN_AT = datetime(2026, 11, 28, tzinfo=UTC)

_PIECES = re.compile(r"(\*\*[^*]+\*\*|\[[^\]]+\])")
_STYLES = (("# ", "Title"), ("## ", "Heading 1"), ("- ", "List Bullet"), ("> ", "Intense Quote"))


def model_agreement(name: str) -> bytes:
    """The DOCX of this model. Raises LookupError when there is no such text."""
    path = TEXTS / f"{name}.md"
    if not path.is_file():
        raise LookupError(f"No model agreement is called {name}")
    made = new_document()
    _set_up(made)
    for block in _blocks(path.read_text(encoding="utf-8")):
        _write(made, block)
    output = BytesIO()
    made.save(output)
    return output.getvalue()


def _blocks(text: str) -> Iterator[str]:
    """One by one: the lines of a list, and whatever stands between two blank lines."""
    for block in re.split(r"\n\s*\n", text.strip()):
        yield from block.split("\n") if block.startswith("- ") else [" ".join(block.split("\n"))]


def _write(made: Docx, block: str) -> None:
    mark, style = next(((mark, style) for mark, style in _STYLES if block.startswith(mark)), ("", "Normal"))
    paragraph = made.add_paragraph(style=style)
    text = block.removeprefix(mark)
    if style == "Title":
        made.core_properties.title = text
    _add_pieces(paragraph, text)


def _add_pieces(paragraph: Paragraph, text: str) -> None:
    for piece in filter(None, _PIECES.split(text)):
        if piece.startswith("**"):
            paragraph.add_run(piece.strip("*")).bold = True
        elif piece.startswith("["):
            paragraph.add_run(piece, style=BLANK)
        else:
            paragraph.add_run(piece)


def _set_up(made: Docx) -> None:
    """A4, French, a font that every office program has, and a style for what is to be filled in."""
    section = made.sections[0]
    section.page_width, section.page_height = Cm(21), Cm(29.7)
    section.left_margin = section.right_margin = Cm(2.5)
    made.styles["Normal"].font.name = FONT
    made.styles["Normal"].font.size = Pt(11)
    blank = made.styles.add_style(BLANK, WD_STYLE_TYPE.CHARACTER)
    blank.font.highlight_color = WD_COLOR_INDEX.YELLOW
    _speak_french(made)
    properties = made.core_properties
    properties.author, properties.language = AUTHOR, "fr-FR"
    properties.created = properties.modified = WRITTEN_AT
    properties.comments = "Modèle à remplir. Ni conseil fiscal, ni conseil juridique."


def _speak_french(made: Docx) -> None:
    """Screen readers and spelling take the language from the document's defaults."""
    defaults = made.styles.element.find(qn("w:docDefaults")).find(qn("w:rPrDefault")).find(qn("w:rPr"))
    language = defaults.find(qn("w:lang"))
    if language is None:
        language = OxmlElement("w:lang")
        defaults.append(language)
    language.set(qn("w:val"), "fr-FR")
