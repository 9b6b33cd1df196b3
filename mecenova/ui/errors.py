"""Pages shown when the site cannot answer: they use neither the database nor the cache nor the session."""

import sys

import psycopg
from django.db import InterfaceError, OperationalError
from django.http import HttpRequest, HttpResponse
from django.http.request import RawPostDataException
from django.template.loader import get_template
from redis import exceptions as redis_errors

from mecenova.ui.uploads import NoFileUploadHandler
from mecenova.whole_files import is_without_room

OUTAGES = (
    *(OperationalError, InterfaceError, redis_errors.ConnectionError, redis_errors.TimeoutError),
    # They answer and write nothing: disk or memory almost full, or another server takes their place.
    psycopg.errors.ReadOnlySqlTransaction,
    *(redis_errors.ReadOnlyError, redis_errors.OutOfMemoryError),
    # It has hung up on a page that was slow to ask more, as some hosts have it do.
    *(psycopg.errors.IdleInTransactionSessionTimeout, psycopg.errors.TransactionTimeout),
)
# The same, of Redis, by a word for which its library has no class: it cannot be saved on its disk.
UNSAVED = "MISCONF"
RETRY_AFTER_SECONDS = 60


def is_outage(error: BaseException | None) -> bool:
    """Whether the database or Redis is away or takes nothing, or a file was not kept, here or underneath."""
    while error is not None:
        if isinstance(error, OUTAGES) or is_without_room(error) or _is_unsaved(error):
            return True
        error = error.__cause__
    return False


def _is_unsaved(error: BaseException) -> bool:
    return isinstance(error, redis_errors.ResponseError) and str(error).startswith(UNSAVED)


def what_was_typed(request: HttpRequest) -> list[tuple[str, str]] | None:
    """The fields of the form being sent, to be sent again from the page; None when they cannot be kept.

    A password is never written into a page, so a form that holds one goes back instead.
    """
    if request.method != "POST":
        return None
    try:
        fields = [(name, value) for name, values in request.POST.lists() for value in values]
        files = bool(request.FILES) or any(
            isinstance(handler, NoFileUploadHandler) and handler.has_refused
            for handler in request.upload_handlers
        )
    except (RawPostDataException, OSError):
        return None
    if files or any("password" in name for name, _ in fields):
        return None
    return fields


def unavailable(request: HttpRequest) -> HttpResponse:
    """503: what happened, what to do, and the form that was being sent, ready to be sent again."""
    values = {
        "address": request.get_full_path(),
        "posted": request.method == "POST",
        "typed": what_was_typed(request),
    }
    response = HttpResponse(get_template("503.html").render(values), status=503)
    response["Retry-After"] = str(RETRY_AFTER_SECONDS)
    response["Cache-Control"] = "no-store"
    return response


def server_error(request: HttpRequest) -> HttpResponse:
    """`handler500`: also sees what was raised outside views, such as a session that cannot be read."""
    if is_outage(sys.exc_info()[1]):
        return unavailable(request)
    return HttpResponse(get_template("500.html").render(), status=500)
