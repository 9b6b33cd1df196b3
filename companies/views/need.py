"""A need's page, and the pages where a company's people write, publish and close it."""

import uuid
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_safe

from accounts.models import User
from accounts.operations import check_promised_by, hold
from companies import policies
from companies.enums import NeedStatus
from companies.forms import need_form
from companies.models import Need
from companies.operations import close_need, create_need, publish_need, update_need
from companies.readiness import door_is_closed, missing_from_need, policy_of
from companies.signals import need_read
from companies.views.lookup import need_or_404, others_of, own_company_or_404, who_may_ask
from infotheque.prescribed import step_values
from mecenova.agenda.wording import before
from mecenova.reference.enums import Kind
from mecenova.ui.as_shown import held_to_write
from mecenova.ui.form_pages import show_form
from mecenova.workflow.attempts import attempt
from mecenova.workflow.errors import DomainError
from mecenova.workflow.journal import told

STATUS_TONES = {NeedStatus.DRAFT: "waiting", NeedStatus.PUBLISHED: "good", NeedStatus.CLOSED: "neutral"}
HISTORY = {
    "create": "brouillon ouvert",
    "publish": "besoin publié",
    "close": "besoin clos",
    "edit": "besoin modifié par l’équipe",
}
WHAT_EACH_KIND_IS = {
    Kind.FINANCIAL: "Un don d’argent, pour un projet ou un appel à projets.",
    Kind.IN_KIND: "Des biens ou du matériel que vous donnez.",
    Kind.SKILLS: "Du temps de travail\u00a0: vos salariés apportent leur métier, payés par vous.",
    Kind.VOLUNTEERING: "Des salariés volontaires, sur leur temps personnel.",
    Kind.CO_CONSTRUCTION: "Une question que vous voulez travailler à plusieurs, sans réponse toute faite.",
}


@login_not_required
@require_safe
def detail(request: HttpRequest, pk: uuid.UUID) -> HttpResponse:
    need = need_or_404(request, pk, policies.can_view_need)
    own = policies.can_edit_need(request.user, need)
    context = {
        "need": need,
        "company": need.company,
        "own": own,
        "is_open": need.takes_answers,
        "standing": None if own or request.user.is_anonymous else _standing(request.user, need),
        "past": need.is_past,
        "status_tone": STATUS_TONES[need.status],
        "general_interest_only": need.company.has_policy and need.company.policy.general_interest_only,
        "can_publish": need.status != NeedStatus.PUBLISHED and policies.can_publish_need(request.user, need),
        "can_close": need.status != NeedStatus.CLOSED and policies.can_close_need(request.user, need),
        "missing": missing_from_need(need) if own else (),
        "history": told(need, HISTORY) if own else (),
        "door_is_closed": door_is_closed(need.company),
        "checked_by": before(check_promised_by(need.company.organisation)) if own else "",
        "asks_as": who_may_ask(request.user),
        **(step_values(request.user, need.company.organisation, need) if own else {}),
    }
    return render(request, "companies/need_detail.html", context)


def _standing(user: User, need: Need) -> Any:
    """What the room that holds the requests has to say to this reader, if anything."""
    return next((told for _, told in need_read.send(Need, need=need, user=user) if told), None)


def create(request: HttpRequest) -> HttpResponse:
    """The kind is chosen first, then only what that kind asks for is asked."""
    company = own_company_or_404(request, policies.can_create_need)
    others = others_of(request, company)
    kind = request.GET.get("forme", "")
    if kind not in Kind.values:
        choices = [(value, Kind(value).label, text) for value, text in WHAT_EACH_KIND_IS.items()]
        context = {"company": company, "others": others, "choices": choices}
        return render(request, "companies/need_kind.html", context)
    form = need_form(kind)(request.POST or None, policy=policy_of(company))
    if request.method == "POST" and form.is_valid():
        try:
            need = create_need(company=company, by=request.user, kind=kind, **form.cleaned_data)
        except DomainError as refusal:
            form.add_error(None, refusal.message)
        else:
            messages.success(request, "Le brouillon est enregistré. Relisez-le, puis publiez-le.")
            return redirect("companies:need_publish", pk=need.pk)
    context = {"company": company, "others": others, "kind": Kind(kind), "need": None}
    return show_form(request, "companies/need_form.html", form, **context)


@transaction.atomic
def edit(request: HttpRequest, pk: uuid.UUID) -> HttpResponse:
    need = held_to_write(
        request,
        lambda: need_or_404(request, pk, policies.can_edit_need),
        lambda found: hold([found.company.organisation_id]),
    )
    form = need_form(need.kind)(request.POST or None, need=need)
    again = form.taken_up() if request.method == "POST" and form.is_valid() else None
    if request.method == "POST" and form.is_valid() and again is None:
        try:
            need = update_need(need=need, by=request.user, **form.merged())
        except DomainError as refusal:
            form.add_error(None, refusal.message)
        else:
            if need.status == NeedStatus.CLOSED and policies.can_publish_need(request.user, need):
                messages.success(request, "Le besoin est enregistré. Il est encore clos\u00a0: publiez-le.")
                return redirect("companies:need_publish", pk=need.pk)
            messages.success(request, "Le besoin est enregistré.")
            return redirect("companies:need_detail", pk=need.pk)
    context = {"company": need.company, "others": (), "kind": Kind(need.kind), "need": need}
    return show_form(request, "companies/need_form.html", again or form, **context)


def publish(request: HttpRequest, pk: uuid.UUID) -> HttpResponse:
    need = need_or_404(request, pk, policies.can_publish_need)
    if request.method == "POST":
        try:
            need = publish_need(need=need, by=request.user)
        except DomainError as refusal:
            messages.error(request, refusal.message)
        else:
            messages.success(request, _what_publishing_did(need))
        return redirect("companies:need_detail", pk=need.pk)
    context = {"need": need, "company": need.company, "missing": missing_from_need(need)}
    context["door_is_closed"] = door_is_closed(need.company)
    return render(request, "companies/need_publish.html", context)


def close(request: HttpRequest, pk: uuid.UUID) -> HttpResponse:
    need = need_or_404(request, pk, policies.can_close_need)
    if request.method == "POST":
        done = "Le besoin est clos. Les demandes déjà reçues continuent."
        attempt(request, done, close_need, need=need)
        return redirect("companies:need_detail", pk=need.pk)
    return render(request, "companies/need_close.html", {"need": need})


def _what_publishing_did(need: Need) -> str:
    organisation = need.company.organisation
    if organisation.is_checked and door_is_closed(need.company):
        return (
            "Le besoin est publié, mais votre porte est fermée\u00a0: personne ne peut y répondre tant que "
            "votre capacité reste à zéro."
        )
    if organisation.is_checked:
        return "Le besoin est publié\u00a0: tout le monde peut le lire et y répondre."
    return (
        "Le besoin est prêt. Il sera visible dès que l’équipe aura vérifié votre entreprise,"
        f"{before(check_promised_by(organisation))}."
    )
