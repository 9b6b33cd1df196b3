"""Pages of which htmx asks one part again: one address and one template answer both, under the same title."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.cache import patch_vary_headers


def asks_part(request: Any) -> bool:
    """Going back to a page that the browser no longer has, htmx asks for the whole of it."""
    return bool(request.htmx) and not request.htmx.history_restore_request


def show_part(request: HttpRequest, template: str, **context: Any) -> HttpResponse:
    """The page; to htmx its block `part` alone, after the title that the page would have."""
    response = render(request, template, {**context, "part_alone": asks_part(request)})
    patch_vary_headers(response, ["HX-Request"])
    return response
