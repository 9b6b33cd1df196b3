"""The team of IMS: who belongs to it, and the pages made for it alone."""

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse

View = Callable[..., HttpResponse]


def is_staff(user: Any) -> bool:
    """Whether this person works for IMS today; a visitor, nobody and a closed account do not."""
    return bool(user and user.is_authenticated and user.is_active and user.is_staff)


def for_the_team(view: View) -> View:
    """For the team; to anybody else the page does not exist."""

    @wraps(view)
    def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if not is_staff(request.user):
            raise Http404
        return view(request, *args, **kwargs)

    return guarded
