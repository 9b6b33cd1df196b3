"""Filtered lists: one address answers the whole page and, to htmx, its results alone."""

from typing import Any

from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse

from mecenova.ui.parts import show_part

PER_PAGE = 20


def show_results(request: HttpRequest, template: str, found: Any, **context: Any) -> HttpResponse:
    """A page of what a FilterSet found, as `filter` and `page_obj`; its block `part` holds the results."""
    page_obj = Paginator(found.qs, PER_PAGE).get_page(request.GET.get("page"))
    return show_part(request, template, filter=found, page_obj=page_obj, **context)
