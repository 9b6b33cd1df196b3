"""The journey from a visitor to a person of an organisation: three screens at most."""

from typing import Any
from urllib.parse import urlsplit

from allauth.account.views import SignupView
from django.contrib.auth.decorators import login_not_required
from django.db import transaction
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import Resolver404, resolve, reverse
from django.views.decorators.http import require_safe

from accounts.forms import SignUpForm
from accounts.models import Invitation
from mecenova.reference.forms import CaseForm


class SignUp(SignupView):
    """allauth's own flow (rate limits, no telling who has an account) at our address, in our words."""

    template_name = "accounts/sign_up.html"

    def get_form_kwargs(self) -> dict[str, Any]:
        return {**super().get_form_kwargs(), "invited": self.invitation is not None}

    def get_initial(self) -> dict[str, Any]:
        initial = super().get_initial()
        return {**initial, "email": self.invitation.email} if self.invitation else initial

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        case = None if self.invitation else CaseForm()
        return super().get_context_data(invitation=self.invitation, case=case, **kwargs)

    @transaction.atomic
    def form_valid(self, form: SignUpForm) -> HttpResponse:
        """The account and the mail that carries its code are written together, or not at all."""
        return super().form_valid(form)

    @property
    def invitation(self) -> Invitation | None:
        """The invitation whose page sent the visitor here, read from the address to return to."""
        if not hasattr(self, "_invitation"):
            self._invitation = _invitation_at(self.get_next_url() or "")
        return self._invitation


def _invitation_at(address: str) -> Invitation | None:
    try:
        match = resolve(urlsplit(address).path)
    except (Resolver404, ValueError):
        return None
    if match.view_name != "accounts:invitation":
        return None
    found = Invitation.objects.with_token(match.kwargs["token"])
    return found if found and found.is_waiting and not found.has_expired else None


@login_not_required
def single_way(request: HttpRequest) -> HttpResponse:
    """allauth's own sign-up address leads to ours, so that there is one form and one set of limits."""
    query = request.GET.urlencode()
    return HttpResponseRedirect(reverse("accounts:sign_up") + (f"?{query}" if query else ""))


@require_safe
def choose_kind(request: HttpRequest) -> HttpResponse:
    """For somebody signed in who belongs to no organisation: register one, or be invited to a team."""
    return render(request, "accounts/choose_kind.html")
