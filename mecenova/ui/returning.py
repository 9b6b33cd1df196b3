"""Where a person is led when an address only takes forms: to the page that the form is on.

A session that ended while somebody wrote, a page reloaded by a phone, an address copied: none is a dead end.
"""

from typing import Any
from urllib.parse import urlsplit, urlunsplit

from django.conf import settings
from django.contrib import messages
from django.contrib.auth.middleware import LoginRequiredMiddleware
from django.contrib.auth.signals import user_logged_in
from django.contrib.auth.views import redirect_to_login
from django.dispatch import receiver
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import Resolver404, resolve, reverse
from django.utils.cache import patch_vary_headers
from django.utils.http import url_has_allowed_host_and_scheme

from mecenova.ui.errors import what_was_typed

SAFE_METHODS = ("GET", "HEAD", "OPTIONS", "TRACE")
# What was written when the session had ended, and by whom, until that person is back.
UNSENT = "unsent_by"
# Who logged in last with this browser: an identifier, signed, that outlives the session to say whose it was.
LAST_PERSON = "last_person"
LAST_PERSON_FOR = 2 * settings.SESSION_COOKIE_AGE
# A short word alone is a choice or a button: quicker done again than read. The longest text fits.
SHORT, LONGEST_KEPT = 20, 64_000
# What a form carries for itself, besides the keys of its rows: nobody wrote it.
CARRIED = {"csrfmiddlewaretoken", "id", "as_shown"}
NOT_SENT = "Votre session a pris fin\u00a0: rien n’a été envoyé."
KEPT = "Ce que vous aviez écrit est gardé\u00a0: connectez-vous, nous vous le rendons."


class LogInAndComeBackMiddleware(LoginRequiredMiddleware):
    """Logging in after a form was refused leads to the page it was on, with what was written in it."""

    def handle_no_permission(self, request: HttpRequest, view_func: Any) -> HttpResponseRedirect:
        if request.method in SAFE_METHODS:
            return super().handle_no_permission(request, view_func)
        if is_read_by_a_person(request):
            kept = keep_what_was_written(request)
            messages.warning(request, f"{NOT_SENT} {KEPT if kept else 'Connectez-vous, puis recommencez.'}")
        return redirect_to_login(page_of_form(request), self.get_login_url(view_func))

    def process_response(self, request: HttpRequest, response: HttpResponse) -> HttpResponse:
        if person := getattr(request, "person_logged_in", ""):
            response.set_signed_cookie(
                LAST_PERSON,
                person,
                salt=LAST_PERSON,
                max_age=LAST_PERSON_FOR,
                httponly=True,
                secure=settings.SESSION_COOKIE_SECURE,
                samesite="Lax",
            )
        return response


class RefusedMethodMiddleware:
    """A person who opens an address that only takes forms is led to the page above; a program is told 405.

    The query comes along: that of a list went with its buttons.
    """

    def __init__(self, get_response: Any) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response: HttpResponse = self.get_response(request)
        if response.status_code != 405 or not is_read_by_a_person(request):
            return response
        if request.method == "GET":
            query = request.GET.urlencode()
            response = HttpResponseRedirect(f"{page_above(request.path)}{'?' if query else ''}{query}")
        else:
            allowed = response.headers["Allow"]
            response = render(request, "405.html", status=405)
            response["Allow"] = allowed
        patch_vary_headers(response, ["Accept"])
        return response


def is_read_by_a_person(request: HttpRequest) -> bool:
    """Whether a browser asked for a whole page: it names HTML, a program or htmx does not."""
    return "text/html" in request.headers.get("Accept", "") and "HX-Request" not in request.headers


def back_to_list(request: HttpRequest, name: str, *args: object) -> HttpResponse:
    """The list whose line was acted on, at the same page with the same filters: the button sent its query."""
    return HttpResponseRedirect(reverse(name, args=args, query=request.GET))


def page_of_form(request: HttpRequest) -> str:
    """The page of our own site that the form was sent from; the page above when the browser does not say."""
    came_from = request.headers.get("Referer", "")
    ours = url_has_allowed_host_and_scheme(came_from, {request.get_host()}, require_https=request.is_secure())
    if not came_from or not ours:
        return page_above(request.path)
    parts = urlsplit(came_from)
    return urlunsplit(("", "", parts.path or "/", parts.query, ""))


def page_above(path: str) -> str:
    """The nearest address above this one that leads somewhere: the page of what it acts on, or its list."""
    while path != "/":
        path = path.rstrip("/").rpartition("/")[0] + "/"
        try:
            resolve(path)
        except Resolver404:
            continue
        break
    return path


def last_person_of(request: HttpRequest) -> str:
    """The identifier of whoever logged in last with this browser, as we signed it; empty when not known."""
    person = request.get_signed_cookie(LAST_PERSON, default="", salt=LAST_PERSON, max_age=LAST_PERSON_FOR)
    return str(person)


def keep_what_was_written(request: HttpRequest) -> bool:
    """In the visitor's own session, without passwords nor files, to be given back to whoever wrote it; False
    when there is nothing to give back.

    A form holds the token of the last log-in (Django draws another at each), so that its writer is the last
    person who logged in with this browser. When that is not known, nothing is kept: no row for a stranger.
    """
    person = last_person_of(request)
    if not person:
        return False
    typed = what_was_typed(request) or ()
    written = [value.strip() for name, value in typed if name not in CARRIED and not name.endswith("_id")]
    text = "\n".join(text for text in written if len(text) >= SHORT or " " in text)[:LONGEST_KEPT]
    request.session[UNSENT] = [person, text]
    return bool(text)


@receiver(user_logged_in)
def give_back_what_was_written(request: Any, user: Any, **kwargs: Any) -> None:
    """To its writer; to somebody else who logs in there, not a word, and it is gone."""
    if request is None:
        return
    person = request.person_logged_in = str(user.pk)
    writer, written = getattr(request, "session", {}).pop(UNSENT, ("", ""))
    if writer != person:
        return
    said = "Votre session avait pris fin\u00a0: rien n’a été envoyé. Recommencez depuis cette page."
    kept = f" Vous aviez écrit, à copier\u00a0: «\u202f{written}\u202f»"
    messages.warning(request, said + (kept if written else ""))
