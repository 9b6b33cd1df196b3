"""A form cut on its way, by a phone that lost the network or a page that was left, is no form.

Servers end its body where it was cut, and Django reads what came as if it were all: a name without its end,
boxes that nobody unticked, one file of the two.
"""

from collections.abc import Iterable
from wsgiref.types import InputStream, StartResponse, WSGIApplication, WSGIEnvironment

from django.core.exceptions import BadRequest


class WholeRequests:
    """Gives the site bodies that raise BadRequest where they end before what was announced of them."""

    def __init__(self, application: WSGIApplication) -> None:
        self._application = application

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        environ["wsgi.input"] = _Body(environ["wsgi.input"], _announced(environ))
        return self._application(environ, start_response)


class _Body:
    def __init__(self, body: InputStream, announced: int) -> None:
        self._body, self._left = body, announced

    def read(self, size: int = -1) -> bytes:
        wanted = min(size, self._left) if size >= 0 else self._left
        return self._counted(self._body.read(wanted), at_least=wanted)

    def readline(self, size: int = -1) -> bytes:
        wanted = min(size, self._left) if size >= 0 else self._left
        return self._counted(self._body.readline(wanted), at_least=min(1, wanted))

    def _counted(self, part: bytes, *, at_least: int) -> bytes:
        self._left -= len(part)
        if len(part) < at_least:
            raise BadRequest("The body was cut on its way")
        return part


def _announced(environ: WSGIEnvironment) -> int:
    """As Django reads it: a body of unknown length is empty."""
    try:
        return max(0, int(environ.get("CONTENT_LENGTH") or 0))
    except ValueError:
        return 0
