"""From a mail's template and its values to a subject, a text and an HTML part.

A mail is one file: `# Subject` on the first line, under it its preheader (what mailboxes show beside the
subject) where the first words would only repeat the subject, a blank line, then a Markdown body. Values are
escaped as Markdown when they are printed, so that a name or a note can bring neither a link nor a title into
somebody's mail.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache, lru_cache
from html import unescape
from pathlib import Path
from typing import Any, NamedTuple

from css_inline import CSSInliner
from django.conf import settings
from django.template import Context, Template, TemplateSyntaxError, engines
from django.template.base import Origin, VariableNode, render_value_in_context
from django.template.defaulttags import CycleNode, FirstOfNode
from django.template.loader import get_template
from django.template.loader_tags import ExtendsNode, IncludeNode
from django.urls import reverse
from django.utils.html import strip_tags
from django.utils.safestring import SafeString

from mecenova.mail import markdown
from mecenova.mail.addresses import absolute_url
from mecenova.mail.groups import group_named
from mecenova.mail.unsubscribe import unsubscribe_url

LAYOUT = "mail/layout.html"
TEXT_LAYOUT = "mail/layout.txt"
STYLES = Path(__file__).with_name("mail.css")
# What the layout puts around the words of every mail; they hold no table of their own.
_BODY = re.compile(r'<td class="body"[^>]*>\s*<h1[^>]*>.*?</h1>(.*?)</td>', re.DOTALL)


@dataclass(frozen=True)
class Written:
    """A mail as its reader gets it."""

    subject: str
    text: str
    html: str


class Source(NamedTuple):
    """A template filled in for its reader: what mailboxes show as plain text, the body still in Markdown."""

    subject: str
    preheader: str
    body: str


class MarkdownVariable(VariableNode):
    """`{{ value }}` in a mail: whatever the value holds, it is only text."""

    def render(self, context: Context) -> str:
        value = self.filter_expression.resolve(context)
        if hasattr(value, "__html__"):
            # A filter that writes for pages: its words are kept, not its tags.
            return markdown.escaped(unescape(strip_tags(str(value))))
        printed = render_value_in_context(value, Context(autoescape=False, use_l10n=context.use_l10n))
        return markdown.escaped(printed)


def render(
    template_name: str,
    values: Mapping[str, Any],
    *,
    groups: Sequence[str] = (),
    confidential: bool = False,
) -> Written:
    """The whole mail, from `templates/<template_name>`; `groups` are those it can be declined by."""
    source = render_source(template_name, values)
    return lay_out(
        source.subject,
        source.body,
        preheader=source.preheader,
        reader=values.get("recipient"),
        groups=groups,
        confidential=confidential,
    )


def render_source(template_name: str, values: Mapping[str, Any]) -> Source:
    """A whole mail, or a section of another."""
    source = get_template(template_name).template  # type: ignore[attr-defined]
    subject, preheader, body = _compiled(template_name, source.source, source.origin.name)
    context = Context({"site_url": settings.SITE_URL, **values})
    return Source(_plain(subject, context), _plain(preheader, context), body.render(context))


def _plain(template: Template, context: Context) -> str:
    return markdown.french_text(markdown.plain_line(template.render(context)))


def lay_out(
    subject: str,
    body: str,
    *,
    preheader: str = "",
    reader: Any = None,
    groups: Sequence[str] = (),
    buttons: bool = True,
    confidential: bool = False,
) -> Written:
    """A subject and a Markdown body, dressed as a mail. An address without an account has no mailbox here,
    and what is confidential is not read there again.

    `preheader` is what mailboxes show beside the subject; without one, they show how the body begins.
    """
    tokens = markdown.parse(body, buttons=buttons)
    around = {
        "subject": subject,
        "preheader": markdown.cut(preheader) or markdown.preheader(tokens),
        "site_url": absolute_url("/"),
        "mailbox_url": absolute_url(reverse("mail:mailbox")) if reader and not confidential else "",
        "preferences_url": absolute_url(reverse("mail:preferences")) if reader else "",
        "declined_by": [(group_named(slug), unsubscribe_url(reader.pk, [slug])) for slug in groups]
        if reader
        else [],
    }
    page = get_template(LAYOUT).render({**around, "body": markdown.to_html(tokens)})
    text = get_template(TEXT_LAYOUT).render({**around, "body": markdown.to_text(tokens).strip()})
    return Written(subject=subject, text=text.strip() + "\n", html=_inliner().inline(page))


def body_of(html: str) -> SafeString:
    """The words of a mail that we have laid out, to be read on a page: without its title, dress and foot.

    Nothing for a mail that was not laid out here.
    """
    found = _BODY.search(html)
    return SafeString(markdown.clean(found[1])) if found else SafeString()


@lru_cache(maxsize=512)
def _compiled(name: str, source: str, path: str) -> tuple[Template, ...]:
    head, _, body = source.partition("\n\n")
    subject, _, preheader = head.partition("\n")
    if not subject.startswith("# ") or not body.strip():
        raise TemplateSyntaxError(f"{name}: a mail starts with « # Subject », then its body")
    origin = Origin(path, template_name=name)
    pieces = subject.removeprefix("# "), preheader, body
    return tuple(_template(name, piece, origin) for piece in pieces)


def _template(name: str, source: str, origin: Origin) -> Template:
    template = Template(source, origin, name, engines["django"].engine)  # type: ignore[attr-defined]
    for refused in (ExtendsNode, IncludeNode, FirstOfNode, CycleNode):
        if template.nodelist.get_nodes_by_type(refused):
            raise TemplateSyntaxError(f"{name}: {refused.__name__} would print values that are not escaped")
    for node in template.nodelist.get_nodes_by_type(VariableNode):
        node.__class__ = MarkdownVariable
    return template


@cache
def _inliner() -> CSSInliner:
    """Styles go into the tags, as mailboxes want them. Nothing is fetched from anywhere."""
    return CSSInliner(
        extra_css=STYLES.read_text(),
        load_remote_stylesheets=False,
        resolve_css_variables=True,
        keep_style_tags=False,
    )
