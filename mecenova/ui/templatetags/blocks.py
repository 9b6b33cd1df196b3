"""What pages are made of: card, row, notice, badge, facts, empty state, figure, table."""

from typing import Any

from django import template
from django.template import Context
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.text import slugify

from mecenova.ui import figures
from mecenova.ui.drawing import draw

register = template.Library()

TONES = ("neutral", "waiting", "good", "bad", "info")
NOTICE_ICONS = {
    "info": "info",
    "success": "circle-check",
    "warning": "triangle-alert",
    "error": "octagon-alert",
}
NOTICE_NAMES = {"info": "Information", "success": "C’est fait", "warning": "Attention", "error": "Erreur"}


@register.simple_block_tag(takes_context=True)
def card(
    context: Context,
    content: str,
    title: str = "",
    *,
    href: str = "",
    level: int = 2,
    tone: str = "",
    badge: str = "",
    meta: str = "",
) -> SafeString:
    """A block with a heading; with `href` the heading is the one link of the card."""
    values = {
        "title": title,
        "href": href,
        "level": level,
        "tone": tone,
        "badge": badge,
        "meta": meta,
        "content": content,
    }
    return draw(context, "ui/card.html", values)


@register.simple_block_tag(takes_context=True)
def row(
    context: Context,
    content: str,
    title: str,
    *,
    href: str = "",
    said: str = "",
    meta: str = "",
    badge: str = "",
    badge_tone: str = "neutral",
    level: int = 3,
) -> SafeString:
    """One line of `<ul class="rows">`: a title (a link with `href`), its facts, your content.

    `said` is read aloud after a title that several lines share, of which sight tells which.
    """
    values = {
        "title": title,
        "said": said,
        "href": href,
        "meta": meta,
        "badge": badge,
        "badge_tone": badge_tone,
        "level": level,
        "content": content,
    }
    return draw(context, "ui/row.html", values)


@register.simple_block_tag(takes_context=True)
def notice(
    context: Context, content: str, kind: str = "info", title: str = "", *, role: str = ""
) -> SafeString:
    """A boxed remark: info, success, warning or error. Give `role="alert"` only to what has just happened."""
    values = {
        "kind": kind,
        "title": title,
        "name": NOTICE_NAMES[kind],
        "icon_name": NOTICE_ICONS[kind],
        "role": role,
        "content": content,
    }
    return draw(context, "ui/notice.html", values)


@register.simple_tag
def badge(text: str, tone: str = "neutral") -> SafeString:
    if tone not in TONES:
        raise template.TemplateSyntaxError(f"badge tone {tone!r}, must be one of {', '.join(TONES)}")
    return format_html('<span class="badge badge-{}">{}</span>', tone, text)


@register.simple_block_tag(takes_context=True)
def facts(context: Context, content: str) -> SafeString:
    """A definition list; write `{% fact "Siège" association.city %}` lines inside."""
    return draw(context, "ui/facts.html", {"content": content})


@register.simple_tag
def fact(label: str, value: Any, *, if_known: bool = False) -> SafeString:
    """One line of `{% facts %}`. Nothing known is written « non renseigné », or nothing at all `if_known`."""
    if if_known and not figures.known(value):
        return SafeString("")
    return format_html('<div class="fact"><dt>{}</dt><dd>{}</dd></div>', label, figures.or_missing(value))


@register.simple_block_tag(takes_context=True)
def empty(context: Context, content: str, title: str, icon_name: str = "inbox") -> SafeString:
    """Nothing here yet: say why and, between the tags, what to do next."""
    return draw(context, "ui/empty.html", {"title": title, "icon_name": icon_name, "content": content})


@register.inclusion_tag("ui/stat.html")
def stat(value: Any, label: str) -> dict[str, Any]:
    """A figure that counts, with its words under it."""
    shown = figures.integer(value) if isinstance(value, int) and not isinstance(value, bool) else value
    return {"value": figures.or_missing(shown), "label": label}


@register.simple_block_tag(takes_context=True)
def table(context: Context, content: str, caption: str, *, stacks: bool = False) -> SafeString:
    """Write `<thead>` and `<tbody>` inside: on phones it scrolls in its own frame, never the page.

    With `stacks`, each row becomes a card there instead. Its cells then say their column in `data-label`, and
    every part its ARIA role: browsers forget what a table is once it is not laid out as one.
    """
    values = {"caption": caption, "content": content, "id": f"table-{slugify(caption)}", "stacks": stacks}
    return draw(context, "ui/table.html", values)
