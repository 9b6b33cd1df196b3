"""Asking to be recognised as one of an organisation that is already in the house."""

from uuid import UUID

from allauth.decorators import rate_limit
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render

from accounts import operations, policies
from accounts.forms import ClaimForm
from accounts.models import Claim
from accounts.views.records import record_at
from mecenova.agenda.operations import next_step
from mecenova.ui.form_pages import show_form
from mecenova.ui.returning import SAFE_METHODS
from mecenova.workflow.errors import DomainError


@rate_limit(action="claim")
def claim(request: HttpRequest, pk: UUID) -> HttpResponse:
    """One page for the request and for what became of it."""
    organisation = record_at(pk)
    if organisation.pk != pk and request.method in SAFE_METHODS:
        return redirect("accounts:claim", pk=organisation.pk)
    if not policies.can_claim(request.user, organisation):
        if policies.is_member(request.user, organisation):
            return redirect("pages:dashboard")
        raise Http404
    latest = Claim.objects.of(request.user).filter(organisation=organisation).order_by("-created_at").first()
    if latest is not None and latest.is_waiting:
        return render(
            request,
            "accounts/claim_waiting.html",
            {"claim": latest, "organisation": organisation, "follow_up": next_step(latest)},
        )
    form = ClaimForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            operations.claim_organisation(
                organisation=organisation, message=form.cleaned_data["message"], by=request.user
            )
        except DomainError as refused:
            form.add_error("message", refused.message)
        else:
            messages.success(request, "Merci\u202f! Nous vous répondons par courriel.")
            return redirect("accounts:claim", pk=organisation.pk)
    context = {
        "organisation": organisation,
        "refused": latest if latest is not None and latest.is_refused else None,
        "comes_back": policies.is_member(request.user, organisation),
    }
    return show_form(request, "accounts/claim.html", form, **context)
