"""French typography: apostrophes, quotation marks and the spaces that must not break.

Only the text is touched, never what stands inside a tag, so the same function serves plain text and HTML.
"""

import re

NARROW_SPACE = "\u202f"
NO_BREAK_SPACE = "\u00a0"

# All that separates words, line breaks too, but the spaces that must not break.
_BREAKABLE = re.compile(rf"[^\S{NO_BREAK_SPACE}{NARROW_SPACE}]+")
_TAG = re.compile(r"(<[^>]*>)")
_TEMPLATE_CODE = r"{%.*?%}|{{.*?}}|{#.*?#}"
_TEMPLATE_PIECE = re.compile(
    rf"({{%\s*comment.*?endcomment\s*%}}|{_TEMPLATE_CODE}|<(?:{_TEMPLATE_CODE}|[^>])*>)", re.DOTALL
)
_VERBATIM_OPENS = re.compile(r"<(script|style|code|pre|textarea|kbd)\b", re.IGNORECASE)
_VERBATIM_CLOSES = re.compile(r"</(script|style|code|pre|textarea|kbd)\b", re.IGNORECASE)
_RULES = (
    (re.compile(r"(?<=[^\W\d_])(?:'|&#x27;|&#39;)(?=[^\W\d_])"), "\u2019"),
    (re.compile(r"\.\.\."), "\u2026"),
    (re.compile(r"[ \u00a0\u202f]+([;!?»])"), NARROW_SPACE + r"\1"),
    (re.compile(r"«[ \u00a0\u202f]*(?=\S)"), "«" + NARROW_SPACE),
    (re.compile(r"(?<=[^\s«])»"), NARROW_SPACE + "»"),
    (re.compile(r"[ \u202f]+:(?=\s|$)"), NO_BREAK_SPACE + ":"),
    # At the start of a piece, the number is what the template's code writes before it.
    (re.compile(r"(?:^|(?<=\d))[ \u202f]+(?=[€%])"), NO_BREAK_SPACE),
    (re.compile(r"\u202f{2,}"), NARROW_SPACE),
)


def french_text(text: str) -> str:
    """Plain text with French apostrophes and no-break spaces. Running it again changes nothing."""
    for pattern, replacement in _RULES:
        text = pattern.sub(replacement, text)
    return text


def one_line(text: str) -> str:
    """The text on one line, one space where there were several or a line break; « 14 h 30 » stays whole."""
    return _BREAKABLE.sub(" ", text).strip()


def french_html(html: str) -> str:
    """The same for HTML: tags, scripts and code samples are left as they are."""
    return _french_between(_TAG, html)


def french_template(source: str) -> str:
    """The same for the source of a template, whose own code is left as it is."""
    return _french_between(_TEMPLATE_PIECE, source)


def _french_between(left_alone: re.Pattern[str], text: str) -> str:
    pieces: list[str] = []
    verbatim = False
    for place, piece in enumerate(left_alone.split(text)):
        if place % 2:
            if _VERBATIM_OPENS.match(piece):
                verbatim = True
            elif _VERBATIM_CLOSES.match(piece):
                verbatim = False
            pieces.append(piece)
        else:
            pieces.append(piece if verbatim else french_text(piece))
    return "".join(pieces)
