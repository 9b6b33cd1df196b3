"""What only a person can decide: an organisation to check, a claim on a record."""

import uuid
from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.views.decorators.http import require_POST, require_safe

from accounts import operations, policies
from accounts.enums import LIVING_STATUSES, OrganisationEvent, OrganisationKind
from accounts.models import Claim, Merge, Organisation
from associations.hints import proposed_causes
from associations.models import Project
from companies.models import Need
from companies.readiness import policy_of
from matching.remarks import remarks_of
from mecenova.agenda import operations as agenda
from mecenova.agenda.models import Absence
from mecenova.calendar import clock
from mecenova.mail.departure import leaves
from mecenova.pages.forms import ClaimForm, MessageForm
from mecenova.pages.mails import mails_of
from mecenova.team import for_the_team
from mecenova.ui.form_pages import show_form
from mecenova.ui.results import PER_PAGE
from mecenova.workflow.attempts import attempt
from mecenova.workflow.errors import DomainError
from mecenova.workflow.journal import told

LAST_MAILS = 5


@require_safe
@for_the_team
def organisation(request: HttpRequest, pk: uuid.UUID) -> HttpResponse:
    """One organisation to check: all that it said, and the two possible answers.

    A record that was made part of another leads to it, from an old mail or another tab.
    """
    if kept := Merge.objects.kept_instead_of(pk):
        return redirect("pages:organisation", kept.pk, permanent=True)
    return _show_organisation(request, get_object_or_404(Organisation, pk=pk), MessageForm())


@require_POST
@for_the_team
def check(request: HttpRequest, pk: uuid.UUID) -> HttpResponse:
    found = get_object_or_404(Organisation, pk=pk)
    done = f"{found.name} est vérifiée\u202f; le courriel à ses responsables {leaves()}."
    attempt(request, done, operations.check_organisation, organisation=found)
    return _back_to_check(found)


@require_POST
@for_the_team
def ask_for_changes(request: HttpRequest, pk: uuid.UUID) -> HttpResponse:
    found = get_object_or_404(Organisation, pk=pk)
    form = MessageForm(request.POST)
    if not form.is_valid():
        return _show_organisation(request, found, form)
    try:
        operations.ask_for_changes(organisation=found, message=form.cleaned_data["message"], by=request.user)
    except DomainError as error:
        form.add_error(None, error.message)
        return _show_organisation(request, found, form)
    messages.success(
        request,
        f"Votre demande de précision est enregistrée\u202f; le courriel {leaves()}. "
        "La fiche revient ici une fois corrigée.",
    )
    return _back_to_check(found)


@require_safe
@for_the_team
def claim(request: HttpRequest, pk: uuid.UUID) -> HttpResponse:
    found = get_object_or_404(Claim.objects.select_related("organisation", "user"), pk=pk)
    return _show_claim(request, found, ClaimForm())


@require_POST
@for_the_team
def decide_claim(request: HttpRequest, pk: uuid.UUID) -> HttpResponse:
    found = get_object_or_404(Claim.objects.select_related("organisation", "user"), pk=pk)
    form = ClaimForm(request.POST)
    if not form.is_valid():
        return _show_claim(request, found, form)
    decide = operations.accept_claim if form.cleaned_data["decision"] == "accept" else operations.refuse_claim
    try:
        decide(claim=found, answer=form.cleaned_data["answer"], by=request.user)
    except DomainError as error:
        form.add_error(None, error.message)
        return _show_claim(request, found, form)
    messages.success(request, f"La décision est enregistrée\u202f; le courriel qui l’annonce {leaves()}.")
    return redirect("pages:basket", slug="revendications")


def _back_to_check(found: Organisation) -> HttpResponse:
    return redirect("pages:basket", slug=_basket_of(found))


def _basket_of(found: Organisation) -> str:
    side = "entreprises" if found.kind == OrganisationKind.COMPANY else "associations"
    return f"{side}-a-verifier"


def _show_organisation(request: HttpRequest, found: Organisation, form: MessageForm) -> HttpResponse:
    context = {
        "organisation": found,
        "members": found.memberships.select_related("user"),
        "lookalikes": operations.lookalikes(found),
        "step": agenda.next_step(found),
        "absence": Absence.objects.of(found.pk, None).from_day(clock.today()).first(),
        "is_living": found.status in LIVING_STATUSES,
        "may_check": policies.can_check(request.user, found),
        "mails": mails_of(found)[:LAST_MAILS],
        "history": told(found, dict(OrganisationEvent.choices)),
        "remarks": remarks_of(found.pk),
        "basket": _basket_of(found),
        **_its_record(request, found),
    }
    return show_form(request, "pages/organisation.html", form, **context)


def _its_record(request: HttpRequest, found: Organisation) -> dict[str, Any]:
    """What it said of its kind, and what is published with it once it is checked."""
    association, company = getattr(found, "association", None), getattr(found, "company", None)
    projects = Project.objects.filter(association=association).newest_first()
    needs = Need.objects.filter(company=company).with_details().newest_first()
    return {
        "association": association,
        "proposed_causes": proposed_causes(association) if association else [],
        "projects": Paginator(projects, PER_PAGE).get_page(request.GET.get("projets")) if association else (),
        "company": company,
        "policy": policy_of(company) if company else None,
        "needs": Paginator(needs, PER_PAGE).get_page(request.GET.get("besoins")) if company else (),
    }


def _show_claim(request: HttpRequest, found: Claim, form: ClaimForm) -> HttpResponse:
    context = {
        "claim": found,
        "organisation": found.organisation,
        "members": found.organisation.memberships.select_related("user"),
        "step": agenda.next_step(found),
        "may_decide": policies.can_decide_claim(request.user, found) and found.is_waiting,
    }
    return show_form(request, "pages/claim.html", form, **context)
