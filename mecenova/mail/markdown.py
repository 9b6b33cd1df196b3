"""One Markdown source, two readings: safe HTML, and a text that reads well without it."""

import re
import string
from collections.abc import Sequence
from typing import Any

import nh3
from markdown_it import MarkdownIt
from markdown_it.token import Token

from mecenova.ui.typography import NARROW_SPACE, NO_BREAK_SPACE, french_text, one_line

# Indented code is off, so that template tags may be indented as usual.
_markdown = MarkdownIt("commonmark", {"html": False})
_markdown.disable(["code", "fence", "image", "html_inline", "html_block"])

_TAGS = {"a", "blockquote", "br", "code", "em", "h2", "h3", "hr", "li", "ol", "p", "strong", "ul"}
_ATTRIBUTES = {"a": {"href", "class"}, "p": {"class"}, "ol": {"start"}}
_SCHEMES = {"http", "https", "mailto", "tel"}

_PUNCTUATION = re.compile(f"([{re.escape(string.punctuation)}])")
_BREAKS = re.compile(r"\s*\n\s*")
_HEADING = re.compile(r"^##(?= )", re.MULTILINE)
_UNDER_TITLES = {"h1": "=", "h2": "-", "h3": "·"}
_GREETING = "Bonjour"
LONGEST_PREHEADER = 140
# What would stand oddly before the dots of what is cut.
_BEFORE_DOTS = f" {NO_BREAK_SPACE}{NARROW_SPACE},;:«"


def escaped(text: str) -> str:
    """The text as Markdown that means only itself; its line breaks stay inside one paragraph."""
    lines = text.strip().replace("\r\n", "\n").replace("\r", "\n")
    return _BREAKS.sub("\\\\\n", _PUNCTUATION.sub(r"\\\1", lines))


def plain_line(source: str) -> str:
    """One line of Markdown as plain text (a mail's subject)."""
    (inline,) = _markdown.parseInline(source)
    return one_line(_inline_text(inline.children or []))


def without_greeting(body: str) -> str:
    """A whole mail's Markdown as a part of another, which greets already."""
    first, _, rest = body.strip().partition("\n\n")
    greets = first.startswith(_GREETING) and first.rstrip().endswith(",")
    return (rest if greets else body).strip()


def as_section(title: str, body: str) -> str:
    """The same, one section among others: under its title, its own titles a level lower."""
    return f"## {escaped(title)}\n\n{_HEADING.sub('###', without_greeting(body))}"


def parse(source: str, *, buttons: bool = True) -> list[Token]:
    """The tokens of a body, its typography French. A link alone in its paragraph is marked as a button; one
    among the items of a list is not."""
    tokens = _markdown.parse(source)
    for position, token in enumerate(tokens):
        if token.type != "inline":
            continue
        children = token.children or []
        for child in children:
            if child.type == "text":
                child.content = french_text(child.content)
        opening = tokens[position - 1]
        if buttons and opening.type == "paragraph_open" and not opening.level and _is_link_alone(children):
            opening.attrSet("class", "action")
            children[0].attrSet("class", "button")
    return tokens


def to_html(tokens: Sequence[Token]) -> str:
    return clean(_markdown.renderer.render(tokens, _markdown.options, {}))


def clean(html: str) -> str:
    """Nothing but what Markdown writes: no style, no script, no other address."""
    return nh3.clean(html, tags=_TAGS, attributes=_ATTRIBUTES, url_schemes=_SCHEMES, link_rel=None)


def to_text(tokens: Sequence[Token]) -> str:
    """Paragraphs, dashes for lists, addresses written out after their label."""
    return "\n\n".join(_blocks(tokens)).strip() + "\n"


def preheader(tokens: Sequence[Token]) -> str:
    """What a mailbox shows beside the subject: how the first paragraph after the greeting begins."""
    for position, token in enumerate(tokens):
        if token.type != "inline" or tokens[position - 1].type != "paragraph_open":
            continue
        text = one_line(_inline_text(token.children or []))
        if not text or text.endswith(",") or tokens[position - 1].attrGet("class"):
            continue
        return cut(text)
    return ""


def cut(text: str) -> str:
    """As a preheader: whole words, and no more of them than mailboxes show."""
    if len(text) <= LONGEST_PREHEADER:
        return text
    words, _, _ = text[:LONGEST_PREHEADER].rpartition(" ")
    return (words or text[: LONGEST_PREHEADER - 1]).rstrip(_BEFORE_DOTS) + "…"


def _is_link_alone(children: Sequence[Token]) -> bool:
    return (
        len(children) >= 3
        and children[0].type == "link_open"
        and children[-1].type == "link_close"
        and sum(child.type == "link_open" for child in children) == 1
    )


def _inline_text(children: Sequence[Token], *, button: bool = False) -> str:
    written: list[str] = []
    href = ""
    label_from = 0
    for child in children:
        if child.type in {"text", "code_inline"}:
            written.append(child.content)
        elif child.type == "softbreak":
            written.append(" ")
        elif child.type == "hardbreak":
            written.append("\n")
        elif child.type == "link_open":
            href, label_from = str(child.attrGet("href") or ""), len(written)
        elif child.type == "link_close":
            label = "".join(written[label_from:])
            if button:
                written.append(f"{NO_BREAK_SPACE}: {href}")
            elif href.removeprefix("mailto:") != label:
                written.append(f" ({href})")
    return "".join(written)


def _blocks(tokens: Sequence[Token]) -> list[str]:
    """The text blocks of a run of tokens; containers indent or prefix what they hold."""
    blocks: list[str] = []
    position = 0
    while position < len(tokens):
        token = tokens[position]
        end = _closing(tokens, position)
        inside = tokens[position + 1 : end]
        if token.type == "paragraph_open":
            button = bool(token.attrGet("class"))
            blocks.append(_inline_text(inside[0].children or [], button=button))
        elif token.type == "heading_open":
            title = _inline_text(inside[0].children or [])
            blocks.append(f"{title}\n{_UNDER_TITLES[token.tag] * len(title)}")
        elif token.type in {"bullet_list_open", "ordered_list_open"}:
            blocks.append(_list(token, inside))
        elif token.type == "blockquote_open":
            quoted = "\n\n".join(_blocks(inside))
            blocks.append("\n".join(f"> {line}".rstrip() for line in quoted.split("\n")))
        elif token.type == "hr":
            blocks.append("—")
        position = end + 1
    return blocks


def _list(opening: Token, inside: Sequence[Token]) -> str:
    lines: list[str] = []
    number = int(opening.attrGet("start") or 1)
    position = 0
    while position < len(inside):
        end = _closing(inside, position)
        bullet = f"{number}. " if opening.type == "ordered_list_open" else "- "
        item = "\n".join(_blocks(inside[position + 1 : end]))
        lines.append(bullet + item.replace("\n", "\n" + " " * len(bullet)))
        number += 1
        position = end + 1
    return "\n".join(lines)


def _closing(tokens: Sequence[Any], position: int) -> int:
    """Where the block opened at `position` closes (itself, when it holds nothing)."""
    depth = 0
    for index in range(position, len(tokens)):
        depth += tokens[index].nesting
        if depth <= 0:
            return index
    return len(tokens) - 1
