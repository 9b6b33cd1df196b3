"""Texts written here: Markdown in, safe HTML out, with tables and French typography."""

import nh3
from django.utils.safestring import SafeString
from markdown_it import MarkdownIt

from mecenova.ui.typography import french_html

_markdown = MarkdownIt("commonmark", {"html": False}).enable("table")
_markdown.disable(["image", "html_inline", "html_block"])

_TAGS = {
    *("a", "blockquote", "br", "code", "em", "h2", "h3", "h4", "hr", "li", "ol", "p", "pre", "strong", "ul"),
    *("table", "thead", "tbody", "tr", "th", "td"),
}
_ATTRIBUTES = {"a": {"href"}, "ol": {"start"}}
_SCHEMES = {"http", "https", "mailto"}


def to_html(source: str) -> SafeString:
    """No script, no picture, no style, whatever the source holds: only tags of the list come out."""
    html = nh3.clean(
        _markdown.render(source),
        tags=_TAGS,
        attributes=_ATTRIBUTES,
        url_schemes=_SCHEMES,
        link_rel="noopener",
    )
    return SafeString(french_html(html))
