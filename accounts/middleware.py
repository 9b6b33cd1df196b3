"""Each of the team sees everybody's files: until they have a second step, they see how to make one.

A browser that came before it was made, by the password alone, comes again.
"""

from collections.abc import Callable
from typing import Any

from allauth.core import context
from allauth.mfa.models import Authenticator
from allauth.mfa.signals import authenticator_used
from django.conf import settings
from django.contrib import messages
from django.contrib.auth import logout
from django.db.models.signals import post_save
from django.dispatch import receiver
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
# Pages of what whoever has none has not.
KEPT_WITH_ONE = frozenset(
    {
        *("mfa_deactivate_totp", "mfa_view_recovery_codes"),
        *("mfa_download_recovery_codes", "mfa_generate_recovery_codes"),
    }
)
# The step by which this browser came, or that it made.
SECOND_STEP = "second_step"
PAGES_OF_IT = "mfa_"
COME_AGAIN = (
    "Votre compte a une deuxième étape, et ce navigateur était entré sans elle\u00a0: "
    "connectez-vous de nouveau."
)
NOT_SENT = "Rien n’a été envoyé\u00a0: il manque d’abord une deuxième étape à votre connexion."


class SecondStepMiddleware:
    """Whoever of the team has none is led to the page that makes it. Once it is made, neither what the team
    sees nor what keeps the step is for a browser that came without it."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_view(self, request: HttpRequest, *view: Any) -> HttpResponse | None:
        name = request.resolver_match.view_name if request.resolver_match else ""
        is_owed = settings.TEAM_NEEDS_SECOND_STEP and is_staff(request.user)
        if not is_owed and not (name.startswith(PAGES_OF_IT) and request.user.is_authenticated):
            return None
        step = second_step_of(request.user)
        if step and step != request.session.get(SECOND_STEP):
            logout(request)
            messages.warning(request, COME_AGAIN)
            return None
        if not step and is_owed and name not in WAYS_TO_ONE:
            if request.method not in SAFE_METHODS and name not in KEPT_WITH_ONE:
                messages.warning(request, NOT_SENT)
            return HttpResponseRedirect(reverse("mfa_activate_totp"))
        return _led_elsewhere(request, name, has_one=bool(step))


def _led_elsewhere(request: HttpRequest, name: str, *, has_one: bool) -> HttpResponse | None:
    """After a click too many, or from a page left open: to what is so now."""
    if has_one and name == "mfa_activate_totp":
        just_made = request.method == "POST"
        return HttpResponseRedirect(reverse("mfa_view_recovery_codes" if just_made else "mfa_index"))
    if not has_one and name in KEPT_WITH_ONE:
        return HttpResponseRedirect(reverse("mfa_index"))
    return None


def second_step_of(person: Any) -> int | None:
    steps = Authenticator.objects.filter(user=person, type=Authenticator.Type.TOTP)
    return steps.values_list("pk", flat=True).first()


@receiver(post_save, sender=Authenticator)
def remember_making_it(sender: Any, created: bool, instance: Authenticator, **kwargs: Any) -> None:
    if created and context.request:
        remember_second_step(sender, context.request, instance.user)


@receiver(authenticator_used)
def remember_second_step(sender: Any, request: HttpRequest, user: Any, **kwargs: Any) -> None:
    request.session[SECOND_STEP] = second_step_of(user)
