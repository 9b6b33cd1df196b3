"""The components of the site: a builtin library, so templates use it without `{% load %}`. See mecenova/ui/README.md."""

from collections.abc import Iterable
from functools import lru_cache
from typing import Any

import lucide
from django import forms, template
from django.forms.boundfield import BoundField
from django.template import Context
from django.utils.html import conditional_escape, format_html
from django.utils.safestring import SafeString, mark_safe
from django.utils.text import slugify

from mecenova.ui import figures, navigation
from mecenova.ui.typography import french_html, french_text

register = template.Library()

TONES = ("neutral", "waiting", "good", "bad", "info")
NOTICE_ICONS = {
    "info": "info",
    "success": "circle-check",
    "warning": "triangle-alert",
    "error": "octagon-alert",
}
NOTICE_NAMES = {"info": "Information", "success": "C’est fait", "warning": "Attention", "error": "Erreur"}
MESSAGE_KINDS = {
    "debug": "info",
    "info": "info",
    "success": "success",
    "warning": "warning",
    "error": "error",
}


def _draw(context: Context, name: str, values: dict[str, Any]) -> SafeString:
    """Render a component's template with its own values only: a component never reads the page's variables."""
    found = context.template.engine.get_template(f"ui/{name}.html")
    own = Context({**values, "csrf_token": context.get("csrf_token", "")})
    return SafeString(found.render(own))


def _pairs(values: tuple[Any, ...]) -> list[tuple[Any, Any]]:
    return list(zip(values[::2], (*values[1::2], ""), strict=False))


# Words and figures


@register.filter
def typographe(value: Any) -> SafeString:
    """French apostrophes and no-break spaces. HTML marked safe stays HTML; anything else is escaped."""
    if hasattr(value, "__html__"):
        return SafeString(french_html(str(value)))
    return conditional_escape(french_text(str(value)))


@register.filter
def euros(value: Any) -> SafeString:
    return figures.euros(value)


@register.filter
def ou_non_renseigne(value: Any) -> SafeString:
    return figures.or_missing(value)


@register.filter
def date_longue(value: Any) -> SafeString:
    return figures.long_date(value)


@register.filter
def date_courte(value: Any) -> SafeString:
    return figures.short_date(value)


@register.filter
def jours(value: Any) -> SafeString:
    return figures.days(value)


@register.filter
def nombre(value: int | None) -> SafeString:
    return figures.missing() if value is None else SafeString(figures.integer(value))


@lru_cache(maxsize=256)
def _icon(name: str, size: int) -> str:
    return lucide._render_icon(name, size, **{"class": "icon", "aria_hidden": "true", "focusable": "false"})


@register.simple_tag
def icon(name: str, size: int = 20) -> SafeString:
    """A lucide icon, inline and hidden from screen readers: the words beside it say the same."""
    return mark_safe(_icon(str(name), size))


# The page


@register.inclusion_tag("ui/header.html", takes_context=True)
def site_header(context: Context) -> dict[str, Any]:
    return navigation.header(context.get("request"))


@register.inclusion_tag("ui/messages.html", takes_context=True)
def site_messages(context: Context) -> dict[str, Any]:
    """What the last action had to say. Errors are announced at once, the rest politely."""
    return {
        "messages": [
            {"kind": MESSAGE_KINDS.get(message.level_tag, "info"), "text": message.message}
            for message in context.get("messages") or ()
        ]
    }


@register.inclusion_tag("ui/breadcrumbs.html")
def breadcrumbs(*labels_and_urls: Any) -> dict[str, Any]:
    """`{% breadcrumbs "Associations" list_url association.name %}`: the last label is the page itself."""
    return {"crumbs": _pairs(labels_and_urls)}


@register.simple_block_tag(takes_context=True)
def page_header(context: Context, content: str, title: str, lead: str = "", kicker: str = "") -> SafeString:
    """The page's one `<h1>`, a sentence under it, and the actions written between the tags."""
    values = {"title": title, "lead": lead, "kicker": kicker, "actions": SafeString(content.strip())}
    return _draw(context, "page_header", values)


@register.inclusion_tag("ui/tabs.html", takes_context=True)
def tabs(context: Context, *labels_and_urls: Any, label: str = "Vues de cette page") -> dict[str, Any]:
    """Links side by side to neighbouring pages; the one being read is marked current."""
    request = context.get("request")
    here = request.get_full_path() if request else ""
    found = _pairs(labels_and_urls)
    exact = any(url == here for _, url in found)
    path = here.partition("?")[0]
    return {
        "label": label,
        "tabs": [
            (text, url, (url == here) if exact else (url.partition("?")[0] == path)) for text, url in found
        ],
    }


# Blocks of content


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
    badge_tone: str = "neutral",
    meta: str = "",
) -> SafeString:
    """A block with a heading; with `href` the heading is the one link of the card."""
    values = {
        "title": title,
        "href": href,
        "level": level,
        "tone": tone,
        "badge": badge,
        "badge_tone": badge_tone,
        "meta": meta,
        "content": content,
    }
    return _draw(context, "card", values)


@register.simple_block_tag(takes_context=True)
def row(
    context: Context,
    content: str,
    title: str,
    *,
    href: str = "",
    meta: str = "",
    badge: str = "",
    badge_tone: str = "neutral",
    level: int = 3,
) -> SafeString:
    """One line of `<ul class="rows">`: a title (a link with `href`), a line of facts, what is written between."""
    values = {
        "title": title,
        "href": href,
        "meta": meta,
        "badge": badge,
        "badge_tone": badge_tone,
        "level": level,
        "content": content,
    }
    return _draw(context, "row", values)


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
    return _draw(context, "notice", values)


@register.simple_tag
def badge(text: str, tone: str = "neutral") -> SafeString:
    if tone not in TONES:
        raise template.TemplateSyntaxError(f"badge tone {tone!r}, must be one of {', '.join(TONES)}")
    return format_html('<span class="badge badge-{}">{}</span>', tone, text)


@register.simple_block_tag(takes_context=True)
def facts(context: Context, content: str) -> SafeString:
    """A definition list; write `{% fact "Siège" association.city %}` lines inside."""
    return _draw(context, "facts", {"content": content})


@register.simple_tag
def fact(label: str, value: Any) -> SafeString:
    """One line of `{% facts %}`. Nothing known is written « non renseigné »."""
    return format_html('<div class="fact"><dt>{}</dt><dd>{}</dd></div>', label, figures.or_missing(value))


@register.simple_block_tag(takes_context=True)
def empty(context: Context, content: str, title: str, icon_name: str = "inbox") -> SafeString:
    """Nothing here yet: say why and, between the tags, what to do next."""
    return _draw(context, "empty", {"title": title, "icon_name": icon_name, "content": content})


@register.inclusion_tag("ui/stat.html")
def stat(value: Any, label: str, note: str = "") -> dict[str, Any]:
    """A figure that counts, with its words under it."""
    shown = figures.integer(value) if isinstance(value, int) and not isinstance(value, bool) else value
    return {"value": figures.or_missing(shown), "label": label, "note": note}


@register.simple_block_tag(takes_context=True)
def table(context: Context, content: str, caption: str) -> SafeString:
    """Write `<thead>` and `<tbody>` inside: on phones it scrolls in its own frame, never the page."""
    return _draw(
        context, "table", {"caption": caption, "content": content, "id": f"table-{slugify(caption)}"}
    )


# Whose turn it is


@register.inclusion_tag("ui/next_step.html", takes_context=True)
def next_step(
    context: Context, follow_up: Any, *, mine: bool = False, who: str = "", level: int = 2
) -> dict[str, Any]:
    """What happens next, who owes it, by when. `mine` when the reader owes it, `who` to name the other party.

    No follow-up at all is an anomaly: the reader is told that the team sees it, staff are told to act.
    """
    user = getattr(context.get("request"), "user", None)
    staff = bool(user is not None and user.is_authenticated and user.is_staff)
    values = {
        "follow_up": follow_up,
        "mine": mine,
        "level": level,
        "staff": staff,
        "who": "",
        "deadline": None,
    }
    if follow_up is not None:
        values["who"] = "vous" if mine else who or follow_up.get_owner_display()
        values["deadline"] = follow_up.deadline
    return values


@register.inclusion_tag("ui/step_tracker.html")
def step_tracker(*labels_and_dates: Any, label: str = "Avancement") -> dict[str, Any]:
    """`{% step_tracker "Envoyée" sent_at "Vue" seen_at "Répondue" answered_at %}`: a step with a date is done."""
    steps = []
    current_found = False
    for name, moment in _pairs(labels_and_dates):
        state = "done" if moment else "todo" if current_found else "current"
        current_found = current_found or state == "current"
        steps.append({"label": name, "moment": moment or None, "state": state})
    return {"steps": steps, "label": label}


@register.inclusion_tag("ui/meter.html")
def meter(
    done: int, total: int, missing: Iterable[Any] = (), label: str = "Fiche complétée"
) -> dict[str, Any]:
    """How complete something is, with the missing parts named: texts, or (text, address) pairs."""
    percent = round(100 * done / total) if total else 0
    parts = [(part, "") if isinstance(part, str) else tuple(part) for part in missing]
    return {"done": done, "total": total, "percent": percent, "parts": parts, "label": label}


# Lists, filters and pages


@register.inclusion_tag("ui/filter_panel.html", takes_context=True)
def filter_panel(
    context: Context, form: forms.Form, target: str = "resultats", label: str = "Filtrer", button: str = ""
) -> dict[str, Any]:
    """A GET form beside a list. Works by itself; with a script only `#target` is replaced, and the address follows."""
    request = context.get("request")
    names = [field.html_name for field in form]
    active = sum(1 for name in names if request and any(request.GET.getlist(name)))
    return {
        "form": form,
        "target": target,
        "label": label,
        "button": button or "Afficher les résultats",
        "action": request.path if request else "",
        "active": active,
    }


@register.simple_tag
def result_count(number: int, singular: str, plural: str) -> SafeString:
    """« 12 besoins »; site.js reads it out when the list changes without a new page."""
    words = (
        f"{figures.integer(number)}\u00a0{singular if number < 2 else plural}"
        if number
        else f"Aucun {singular}"
    )
    return format_html('<p class="result-count" data-result-count>{}</p>', words)


@register.inclusion_tag("ui/pagination.html", takes_context=True)
def pagination(
    context: Context, page_obj: Any, param: str = "page", target: str = "resultats"
) -> dict[str, Any]:
    """Previous, a few numbers, next; the rest of the query string is kept. One page shows nothing."""
    request = context.get("request")
    query = request.GET.copy() if request else None
    if query is not None:
        query.pop(param, None)
    kept = query.urlencode() if query else ""
    paginator = page_obj.paginator
    return {
        "page_obj": page_obj,
        "numbers": [
            (number, number == paginator.ELLIPSIS)
            for number in paginator.get_elided_page_range(page_obj.number, on_each_side=1, on_ends=1)
        ],
        "prefix": f"?{kept}&{param}=" if kept else f"?{param}=",
        "target": target,
    }


# Forms


@register.inclusion_tag("ui/error_summary.html")
def error_summary(form: forms.BaseForm) -> dict[str, Any]:
    """The list of what is still to correct, with links to the fields. Empty while the form has no error."""
    found = [(field.label, field_anchor(field), error) for field in form for error in field.errors]
    return {
        "general": form.non_field_errors(),
        "fields": found,
        "total": len(found) + len(form.non_field_errors()),
    }


@register.filter
def field_anchor(field: BoundField) -> str:
    """The id that a link to this field should point at: in a list of choices, the first of them."""
    if field.use_fieldset and isinstance(
        field.field.widget, forms.RadioSelect | forms.CheckboxSelectMultiple
    ):
        return f"{field.auto_id}_0"
    return field.id_for_label or field.auto_id


@register.filter
def is_single_checkbox(field: BoundField) -> bool:
    return isinstance(field.field.widget, forms.CheckboxInput)


@register.filter
def says_optional(field: BoundField) -> bool:
    """Whether the label says « facultatif »: not in a filter form, where nothing is required."""
    return not field.field.required and any(other.required for other in field.form.fields.values())


@register.inclusion_tag("ui/fields.html")
def fields(form: forms.BaseForm, *names: str, legend: str = "", help_text: str = "") -> dict[str, Any]:
    """Some of a form's fields, in a fieldset when `legend` is given."""
    return {"fields": [form[name] for name in names], "legend": legend, "help_text": help_text}


@register.simple_block_tag(takes_context=True)
def post_button(
    context: Context,
    content: str,
    action: str,
    *,
    style: str = "button",
    confirm: str = "",
    name: str = "",
    value: str = "",
) -> SafeString:
    """A form of one button, for what changes a state. `confirm` asks first, in a folded panel that needs no script."""
    values = {
        "action": action,
        "style": style,
        "confirm": confirm,
        "name": name,
        "value": value,
        "content": content.strip(),
    }
    return _draw(context, "post_button", values)
