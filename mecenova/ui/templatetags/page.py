"""The frame of a page: header, messages, breadcrumbs, title, tabs."""

from typing import Any

from django import template
from django.conf import settings
from django.template import Context
from django.templatetags.static import static
from django.utils.safestring import SafeString

from mecenova.ui import navigation, opening
from mecenova.ui.drawing import draw, pairs
from mecenova.ui.middleware import SECRETS_IN_ADDRESSES

register = template.Library()
MESSAGE_KINDS = {
    "debug": "info",
    "info": "info",
    "success": "success",
    "warning": "warning",
    "error": "error",
}
# What a refused form leaves on the page: the list of what is to correct, why it can no longer be sent, or
# what somebody else wrote meanwhile.
# What people wrote cannot imitate it: its quotes are escaped.
REFUSALS = ('error-summary"', 'class="notice notice-error" role="alert"', '<dl id="overtaken"')


register.filter("page_for", opening.page_for)


@register.simple_block_tag
def drawn_first(content: str) -> SafeString:
    """`{% drawn_first as main %}`: kept to be written further down; what precedes it can speak of it."""
    return SafeString(content)


@register.inclusion_tag("ui/for_engines.html", takes_context=True)
def for_engines(context: Context, title: str, description: str) -> dict[str, Any]:
    """A public page's one address, whatever its query, and how it is told; the others are left unread."""
    request = context.get("request")
    match = getattr(request, "resolver_match", None)
    is_public = (
        match is not None
        and not getattr(match.func, "login_required", True)
        and not match.kwargs.keys() & SECRETS_IN_ADDRESSES
    )
    site = settings.SITE_URL.rstrip("/")
    return {
        "is_public": is_public,
        "title": title,
        "description": description,
        "address": f"{site}{request.path}" if request else "",
        "image": f"{site}{static('img/partage.png')}",
    }


@register.filter
def shows_refusal(content: str) -> bool:
    """Whether a form was refused, whichever of the page's forms it was: its title then says so (RGAA 8.6)."""
    return any(mark in content for mark in REFUSALS)


@register.inclusion_tag("ui/header.html", takes_context=True)
def site_header(context: Context) -> dict[str, Any]:
    return navigation.header(context.get("request"))


@register.inclusion_tag("ui/footer_links.html", takes_context=True)
def footer_links(context: Context) -> dict[str, Any]:
    return navigation.footer(context.get("request"))


@register.inclusion_tag("ui/messages.html", takes_context=True)
def site_messages(context: Context) -> dict[str, Any]:
    """What the last action had to say. Errors are announced at once, the rest politely."""
    told = [
        (MESSAGE_KINDS.get(message.level_tag, "info"), message.message)
        for message in context.get("messages") or ()
    ]
    return {
        "messages": [
            {"kind": kind, "text": text, "role": "alert" if kind == "error" else ""} for kind, text in told
        ]
    }


@register.inclusion_tag("ui/breadcrumbs.html")
def breadcrumbs(*labels_and_urls: Any) -> dict[str, Any]:
    """`{% breadcrumbs "Associations" list_url association.name %}`: the last label is the page itself."""
    return {"crumbs": pairs(labels_and_urls)}


@register.simple_block_tag(takes_context=True)
def page_header(context: Context, content: str, title: str, lead: str = "", kicker: str = "") -> SafeString:
    """The page's one `<h1>`, a sentence under it, and the actions written between the tags."""
    values = {"title": title, "lead": lead, "kicker": kicker, "actions": SafeString(content.strip())}
    return draw(context, "ui/page_header.html", values)


@register.inclusion_tag("ui/tabs.html", takes_context=True)
def tabs(context: Context, *labels_and_urls: Any, label: str = "Vues de cette page") -> dict[str, Any]:
    """Links side by side to neighbouring pages; the one being read is marked current."""
    request = context.get("request")
    here = request.get_full_path() if request else ""
    found = pairs(labels_and_urls)
    read = _nearest([url for _, url in found], here)
    return {"label": label, "tabs": [(text, url, url == read) for text, url in found]}


def _nearest(urls: list[str], here: str) -> str | None:
    """The tab being read: this very address, else this path with the most of its query; one at most."""
    path, _, query = here.partition("?")
    asked = set(query.split("&"))

    def likeness(url: str) -> tuple[bool, bool, int]:
        wanted = set(filter(None, url.partition("?")[2].split("&")))
        return url == here, wanted <= asked, len(wanted & asked)

    return max((url for url in urls if url.partition("?")[0] == path), key=likeness, default=None)
