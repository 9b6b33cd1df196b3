"""What every page owes its reader: none broken by an address, none left behind, a word when all is away."""

import logging
from collections.abc import Callable
from typing import Any

from django.conf import settings
from django.contrib.auth.signals import user_logged_out
from django.core.exceptions import BadRequest
from django.dispatch import receiver
from django.http import HttpRequest, HttpResponse

from mecenova.logs import kind_of
from mecenova.ui.errors import is_outage, unavailable

logger = logging.getLogger(__name__)

TEXT_TO_WRITE = b"<textarea"
# How the names of the views begin that let somebody into an account.
WAYS_IN = ("account_", "mfa_")
# What an address holds when it opens something by itself: one person's own way in.
SECRETS_IN_ADDRESSES = frozenset({"token", "key", "uidb36"})


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
        logger.error("Database, Redis or room for files away in %s: %s", view, kind_of(exception))
        return unavailable(request)


class ReadableAddressMiddleware:
    """Answers 400 to a NUL in the query: PostgreSQL cannot compare with it, and the admin hands it over."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        for name, values in request.GET.lists():
            if any("\0" in text for text in (name, *values)):
                raise BadRequest("NUL in the query string")
        return self.get_response(request)


class SharedComputerMiddleware:
    """No page of whoever is signed in, or that a secret link opens, is kept on the way or in the browser.

    Signing out clears what was.

    A page with a text to write is kept by that browser alone: going back finds what was being written.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        if getattr(request, "signed_out", False):
            response["Clear-Site-Data"] = '"cache"'
        elif not response.has_header("Cache-Control") and _is_private(request, response):
            is_being_written = not response.streaming and TEXT_TO_WRITE in response.content
            response["Cache-Control"] = "private, no-cache" if is_being_written else "private, no-store"
        return response


def _is_private(request: HttpRequest, response: HttpResponse) -> bool:
    """Behind a secret link, or one of the ways into an account; or seen by one who is signed in.

    Then any page is, and whatever is not public (the library's files are).
    """
    match = request.resolver_match
    if match and (SECRETS_IN_ADDRESSES & match.kwargs.keys() or match.view_name.startswith(WAYS_IN)):
        return True
    if settings.SESSION_COOKIE_NAME not in request.COOKIES or not request.user.is_authenticated:
        return False
    view = match.func if match else None
    is_page = response.get("Content-Type", "").startswith("text/html")
    return is_page or getattr(view, "login_required", True)


@receiver(user_logged_out)
def remember_signing_out(request: Any, **kwargs: Any) -> None:
    if request is not None:
        request.signed_out = True
