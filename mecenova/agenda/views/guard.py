"""Pages of the team."""

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse

from mecenova.agenda.policies import is_staff

View = Callable[..., HttpResponse]


def for_the_team(view: View) -> View:
    """For IMS staff; to anybody else the page does not exist."""

    @wraps(view)
    def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if not is_staff(request.user):
            raise Http404
        return view(request, *args, **kwargs)

    return guarded
