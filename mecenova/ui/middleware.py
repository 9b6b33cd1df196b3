"""Turns a database or Redis that is away into a page that says so, whatever DEBUG is."""

import logging
from collections.abc import Callable

from django.http import HttpRequest, HttpResponse

from mecenova.ui.errors import is_outage, unavailable

logger = logging.getLogger(__name__)


class OutageMiddleware:
    """Answers 503 when a view finds the database or Redis away; `handler500` does it for the middlewares."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponse | None:
        if not is_outage(exception):
            return None
        view = request.resolver_match.view_name if request.resolver_match else "no view"
        logger.error("Database or Redis away in %s: %s", view, type(exception).__name__)
        return unavailable(request)
