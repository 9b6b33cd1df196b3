"""Lists: of pages to open; long ones with their filters, the count of results, their pages."""

from typing import Any

from django import forms, template
from django.template import Context
from django.utils.html import format_html
from django.utils.safestring import SafeString

from mecenova.ui import figures
from mecenova.ui.drawing import pairs
from mecenova.ui.opening import page_for

register = template.Library()


@register.inclusion_tag("ui/open_pages.html", takes_context=True)
def open_pages(context: Context, *labels_and_subjects: Any) -> dict[str, Any]:
    """`{% open_pages "Lire sa fiche" association "Lire son projet" project %}`: those that answer."""
    reader = context["request"].user
    known = [(label, subject) for label, subject in pairs(labels_and_subjects) if subject]
    pages = [(label, page_for(subject, reader)) for label, subject in known]
    return {"pages": [(label, url) for label, url in pages if url]}


@register.inclusion_tag("ui/filter_panel.html", takes_context=True)
def filter_panel(context: Context, form: forms.Form, label: str = "Filtrer") -> dict[str, Any]:
    """A GET form beside a list. With a script only `#resultats` is replaced, and the address follows."""
    request = context.get("request")
    names = [field.html_name for field in form]
    active = sum(1 for name in names if request and any(request.GET.getlist(name)))
    return {
        "form": form,
        "label": label,
        "action": request.path if request else "",
        "active": active,
    }


@register.simple_tag
def result_count(number: int, singular: str, plural: str, none: str = "Aucun résultat") -> SafeString:
    """« 12 besoins »; site.js reads it out when the list changes without a new page."""
    words = f"{figures.integer(number)}\u00a0{singular if number == 1 else plural}" if number else none
    return format_html('<p class="result-count" data-result-count>{}</p>', words)


@register.inclusion_tag("ui/pagination.html", takes_context=True)
def pagination(
    context: Context, page_obj: Any, param: str = "page", at: str = "", label: str = ""
) -> dict[str, Any]:
    """Previous, a few numbers, next; the rest of the query string is kept. One page shows nothing.

    Where the list is not the page's first part, `at` is the id of its heading, to which its links lead; where
    there are several lists, `label` says of which these are the pages.
    """
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
        "anchor": f"#{at}" if at else "",
        "label": f"Pages\u00a0: {label}" if label else "Pages de résultats",
    }
