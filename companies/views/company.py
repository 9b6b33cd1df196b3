"""A company's page, and the pages where its people say what it is and what it supports."""

import uuid

from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.core.paginator import Paginator
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST, require_safe

from accounts.enums import OrganisationEvent
from accounts.models import Merge
from accounts.operations import WENT_BACK, hold
from accounts.policies import asked_of, corrects, unquoted_to
from companies import policies
from companies.forms import CompanyCallForm, CompanyForm, PolicyForm
from companies.models import Company, Need
from companies.operations import record_call, set_policy, update_company
from companies.readiness import NEED, completeness, door_is_closed, policy_of, where_to_say
from companies.views.lookup import Question, company_or_404, who_may_ask
from infotheque.prescribed import step_values
from mecenova.readiness import Part
from mecenova.team import is_staff
from mecenova.ui.as_shown import held_to_write
from mecenova.ui.form_pages import show_form
from mecenova.ui.results import PER_PAGE
from mecenova.workflow.errors import DomainError
from mecenova.workflow.journal import told


@login_not_required
@require_safe
def detail(request: HttpRequest, pk: uuid.UUID) -> HttpResponse:
    try:
        company = company_or_404(request, pk, policies.can_view_company)
    except Http404:
        return _where_it_went(pk)
    return _show(request, company)


def _show(
    request: HttpRequest, company: Company, call_form: CompanyCallForm | None = None, status: int = 200
) -> HttpResponse:
    """`call_form` is the one that was refused, with what was typed."""
    may_call = policies.can_record_call(request.user, company)
    own = policies.can_edit_company(request.user, company)
    needs = Need.objects.of_company(company).with_details()
    on_line = (needs.published().not_past() if own else needs.current()).most_pressing_first()
    context = {
        "company": company,
        "organisation": company.organisation,
        "policy": policy_of(company),
        "door_is_closed": door_is_closed(company),
        "needs": Paginator(on_line, PER_PAGE).get_page(request.GET.get("besoins")),
        "own": own,
        "asks_as": who_may_ask(request.user),
        "can_create_need": policies.can_create_need(request.user, company),
        "may_call": may_call,
        "call_form": call_form or (CompanyCallForm() if may_call else None),
    }
    if own:
        said = completeness(company)
        context |= {
            "asked": asked_of(request.user, company.organisation),
            **step_values(request.user, company.organisation, company.organisation),
            "completeness": said,
            "missing_links": [
                (part.label, _where_to_say(company, part, request.user)) for part in said.missing
            ],
            "other_needs": Paginator(needs.not_on_line(), PER_PAGE).get_page(request.GET.get("autres")),
            "history": told(
                company.organisation,
                dict(OrganisationEvent.choices),
                unquoted=unquoted_to(request.user),
            ),
        }
    return render(request, "companies/company_detail.html", context, status=status)


def _where_it_went(pk: uuid.UUID) -> HttpResponse:
    """A record that was made part of another answers at its former address, for good."""
    kept = Company.objects.filter(organisation=Merge.objects.kept_instead_of(pk)).first()
    if kept is None:
        raise Http404
    return redirect(kept, permanent=True)


@transaction.atomic
def edit(request: HttpRequest, pk: uuid.UUID) -> HttpResponse:
    company = _to_write(request, pk, policies.can_edit_company)
    form = CompanyForm(request.POST or None, company=company)
    if request.method == "POST" and form.is_valid():
        if again := form.taken_up():
            return _show_presentation(request, company, again)
        corrected = corrects(request.user, company.organisation)
        try:
            update_company(company=company, by=request.user, **form.merged())
        except DomainError as refusal:
            form.add_error(None, refusal.message)
        else:
            saved = "La présentation est enregistrée."
            messages.success(request, f"{saved} {WENT_BACK}" if corrected else saved)
            return redirect("companies:detail", pk=company.pk)
    return _show_presentation(request, company, form)


@transaction.atomic
def policy(request: HttpRequest, pk: uuid.UUID) -> HttpResponse:
    company = _to_write(request, pk, policies.can_set_policy)
    form = PolicyForm(request.POST or None, company=company)
    if request.method == "POST" and form.is_valid():
        if again := form.taken_up():
            return _show_policy(request, company, again)
        corrected = corrects(request.user, company.organisation)
        try:
            saved = set_policy(company=company, by=request.user, **form.merged())
        except DomainError as refusal:
            form.add_error(None, refusal.message)
        else:
            _say_what_it_changes(request, saved.monthly_capacity)
            if corrected:
                messages.info(request, WENT_BACK)
            return redirect("companies:detail", pk=company.pk)
    return _show_policy(request, company, form)


@require_POST
def call(request: HttpRequest, pk: uuid.UUID) -> HttpResponse:
    company = company_or_404(request, pk, lambda user, found: is_staff(user))
    form = CompanyCallForm(request.POST)
    if not form.is_valid():
        return _show(request, company, form, status=422)
    try:
        record_call(company=company, by=request.user, note=form.cleaned_data["note"])
    except DomainError as refused:
        form.add_error(None, refused.message)
        return _show(request, company, form, status=409)
    messages.success(request, "L’appel est noté. La prochaine étape repart d’aujourd’hui.")
    return redirect("companies:detail", pk=company.pk)


def _to_write(request: HttpRequest, pk: uuid.UUID, may: Question) -> Company:
    return held_to_write(
        request, lambda: company_or_404(request, pk, may), lambda found: hold([found.organisation_id])
    )


def _show_presentation(request: HttpRequest, company: Company, form: CompanyForm) -> HttpResponse:
    asked = asked_of(request.user, company.organisation)
    return show_form(request, "companies/company_edit.html", form, company=company, asked=asked)


def _show_policy(request: HttpRequest, company: Company, form: PolicyForm) -> HttpResponse:
    asked = asked_of(request.user, company.organisation)
    context = {"company": company, "door_is_closed": door_is_closed(company), "asked": asked}
    return show_form(request, "companies/policy.html", form, **context)


def _where_to_say(company: Company, part: Part, reader: policies.Visitor) -> str:
    """Nothing for who may not say it: the team writes no need in their place."""
    if part == NEED and not policies.can_create_need(reader, company):
        return ""
    return where_to_say(company, part)


def _say_what_it_changes(request: HttpRequest, capacity: int) -> None:
    if capacity == 0:
        messages.warning(
            request,
            "La politique est enregistrée, et votre porte est fermée\u00a0: aucune association ne vous sera "
            "proposée, et personne ne peut répondre à vos besoins en ligne, tant que la capacité reste à "
            "zéro.",
        )
        return
    number = "une association" if capacity == 1 else f"{capacity} associations"
    messages.success(
        request, f"La politique est enregistrée. Chaque mois, {number} au plus vous seront proposées."
    )
