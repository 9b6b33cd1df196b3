"""Filtered lists: one address answers the whole page and, to htmx, its results alone."""

from typing import Any

from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.cache import patch_vary_headers

PER_PAGE = 20


def show_results(request: HttpRequest, template: str, found: Any, **context: Any) -> HttpResponse:
    """A page of what a FilterSet found, as `filter` and `page_obj`; its partial is named `results`."""
    page_obj = Paginator(found.qs, PER_PAGE).get_page(request.GET.get("page"))
    fragment = request.htmx and not request.htmx.history_restore_request
    name = f"{template}#results" if fragment else template
    response = render(request, name, {"filter": found, "page_obj": page_obj, **context})
    patch_vary_headers(response, ["HX-Request"])
    return response
