"""A form that one click too many sends twice: the second time it is answered as the first, and does nothing.

Without a script a browser keeps only its last answer. Of the first one it has nothing, not even the session,
where the code that was sent is remembered.
"""

from collections.abc import Callable
from datetime import timedelta
from functools import wraps
from importlib import import_module
from typing import Any

from django.conf import settings
from django.core.cache import cache
from django.db import transaction
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.utils.crypto import salted_hmac

from mecenova.locks import hold_within

View = Callable[..., HttpResponse]

JUST_NOW = timedelta(seconds=10)


def once(view: View) -> View:
    """What leads elsewhere leads there again, for a few seconds, when the same browser sends the same again.

    By the secret of its forms it shows that it is the same.
    """

    @wraps(view)
    def answer(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        secret = request.META.get("CSRF_COOKIE")
        if request.method != "POST" or not secret:
            return view(request, *args, **kwargs)
        sent = _trace(request, secret)
        with transaction.atomic():
            hold_within(f"accounts.click:{sent}", JUST_NOW)
            if told := cache.get(sent):
                return _again(request, *told)
            response = view(request, *args, **kwargs)
            if isinstance(response, HttpResponseRedirect):
                request.session.save()
                cache.set(sent, (response.url, request.session.session_key), JUST_NOW.seconds)
        return response

    return answer


def _trace(request: HttpRequest, secret: str) -> str:
    """Of what was sent, and by which browser: nothing can be read in it."""
    told = f"{secret}:{request.path}:{request.POST.urlencode()}"
    return salted_hmac("accounts.views.clicks", told, algorithm="sha256").hexdigest()


def _again(request: HttpRequest, url: str, session: str) -> HttpResponse:
    if request.session.session_key != session:
        request.session = import_module(settings.SESSION_ENGINE).SessionStore(session)
        request.session.modified = True
    return HttpResponseRedirect(url)
