"""Each of the team sees everybody's files: until they have a second step, they see how to make one."""

from collections.abc import Callable
from typing import Any

from allauth.mfa.models import Authenticator
from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse

from mecenova.team import is_staff
from mecenova.ui.returning import SAFE_METHODS

# Where whoever of the team has none yet may go: to make one, or away.
WAYS_TO_ONE = frozenset(
    {
        *("mfa_index", "mfa_activate_totp", "account_reauthenticate", "account_logout"),
        *("account_set_password", "account_reset_password", "account_reset_password_done"),
        *("account_reset_password_from_key", "account_reset_password_from_key_done", "pages:service"),
    }
)
NOT_SENT = "Rien n’a été envoyé\u00a0: il manque d’abord une deuxième étape à votre connexion."


class TeamSecondStepMiddleware:
    """Leads there from every other page, as long as the password alone opens the account."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_view(self, request: HttpRequest, *view: Any) -> HttpResponse | None:
        if not settings.TEAM_NEEDS_SECOND_STEP or not is_staff(request.user):
            return None
        match = request.resolver_match
        if (match and match.view_name in WAYS_TO_ONE) or _has_second_step(request.user):
            return None
        if request.method not in SAFE_METHODS:
            messages.warning(request, NOT_SENT)
        return HttpResponseRedirect(reverse("mfa_activate_totp"))


def _has_second_step(person: Any) -> bool:
    return Authenticator.objects.filter(user=person, type=Authenticator.Type.TOTP).exists()
