"""Who may make a reader's browser say that a document was opened or useful: the pages of this site alone."""

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponseBase
from django.views.decorators.csrf import csrf_exempt

View = Callable[..., HttpResponseBase]


def posted_from_here(view: View) -> View:
    """A POST that needs no cookie: nothing is done in anybody's name, so that there is no token to keep.

    What is left to refuse is another site's page that would send its visitors' counts here. Browsers say
    where a POST comes from, and no script changes that: `Sec-Fetch-Site`, or `Origin` when it is older or
    the site is not in HTTPS. Neither: no browser, and nobody's hand is forced (as in Go's
    http.CrossOriginProtection).
    """

    @csrf_exempt
    @wraps(view)
    def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if not _is_from_here(request):
            raise PermissionDenied("posted from another site")
        return view(request, *args, **kwargs)

    return guarded


def _is_from_here(request: HttpRequest) -> bool:
    told = request.headers.get("Sec-Fetch-Site")
    if told is not None:
        return told in {"same-origin", "none"}
    origin = request.headers.get("Origin")
    return origin is None or origin == f"{request.scheme}://{request.get_host()}"
