"""A company's suggestions: the list, one of them, its two answers."""

import uuid

from django import forms
from django.contrib import messages
from django.core.paginator import Paginator
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse, QueryDict
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_POST, require_safe

from accounts.operations import check_promised_by
from companies.models import Company, Need
from companies.readiness import door_is_closed
from matching import operations, policies
from matching.enums import SuggestionStatus
from matching.forms import DeclineForm, InterestForm
from matching.links import what_interest_did
from matching.models import Suggestion
from matching.presented import back_on
from matching.remarks import remarks
from mecenova.agenda.wording import before
from mecenova.locks import once_more
from mecenova.team import is_staff
from mecenova.workflow.errors import DomainError
from partnerships.operations import places_left

PER_PAGE = 20


@require_safe
def suggestions(request: HttpRequest) -> HttpResponse:
    """Those that wait for an answer first, then the past."""
    mine = Suggestion.objects.for_companies_of(request.user).with_parties()
    companies = Company.objects.of(request.user).select_related("organisation", "policy")
    page = Paginator(mine.answered().order_by("-presented_at", "pk"), PER_PAGE).get_page(
        request.GET.get("page")
    )
    context = {
        "waiting": mine.open().order_by("need__title", "-score", "pk"),
        "page_obj": page,
        "places": [_places_of(company) for company in companies],
        "has_needs": Need.objects.filter(company__in=companies).published().not_past().exists(),
    }
    return render(request, "matching/suggestions.html", context)


def _places_of(company: Company) -> tuple[Company, int, bool, str]:
    """How many it can still be shown, whether its door is closed, and by when it is checked, if it waits."""
    checked_by = before(check_promised_by(company.organisation))
    return company, places_left(company), door_is_closed(company), checked_by


@require_safe
def suggestion(request: HttpRequest, pk: uuid.UUID) -> HttpResponse:
    found = _suggestion_seen_by(request, pk)
    return _show(request, found, InterestForm(), _decline_form(found))


@require_POST
def interest(request: HttpRequest, pk: uuid.UUID) -> HttpResponse:
    """Ask the association to talk; what was typed is kept when something is missing."""
    found = _suggestion_answered_by(request, pk)
    form = InterestForm(request.POST)
    if not form.is_valid():
        return _show(request, found, form, _decline_form(found), status=422)
    try:
        note = form.cleaned_data["note"]
        introduction = once_more(
            lambda: operations.take_interest(suggestion=found, note=note, by=request.user)
        )
    except DomainError as error:
        form.add_error(None, error.message)
        again = _suggestion_seen_by(request, pk)
        return _show(request, again, form, _decline_form(again), status=409)
    messages.success(request, what_interest_did(introduction))
    return redirect(introduction)


@require_POST
def decline(request: HttpRequest, pk: uuid.UUID) -> HttpResponse:
    found = _suggestion_answered_by(request, pk)
    form = _decline_form(found, request.POST)
    if not form.is_valid():
        return _show(request, found, InterestForm(), form, status=422)
    try:
        once_more(
            lambda: operations.decline_suggestion(suggestion=found, by=request.user, **form.cleaned_data)
        )
    except DomainError as error:
        form.add_error(None, error.message)
        return _show(request, _suggestion_seen_by(request, pk), InterestForm(), form, status=409)
    messages.success(request, "C’est noté. La raison nous aide à mieux choisir les prochaines.")
    return redirect("matching:suggestions")


@require_POST
def seen(request: HttpRequest, pk: uuid.UUID) -> HttpResponse:
    """Sent by the page itself once it is shown: opening a mail's link is no proof of reading."""
    operations.mark_seen(suggestion=_suggestion_seen_by(request, pk), by=request.user)
    return HttpResponse(status=204)


def _decline_form(found: Suggestion, typed: QueryDict | None = None) -> DeclineForm:
    """Beside the other form, which also has a note: each label leads to its own."""
    return DeclineForm(typed, kind=found.need.kind, auto_id="decline_%s")


def _show(
    request: HttpRequest,
    found: Suggestion,
    interest_form: forms.Form,
    decline_form: forms.Form,
    *,
    status: int = 200,
) -> HttpResponse:
    is_ours = policies.can_answer_suggestion(request.user, found)
    may_answer = found.is_open and is_ours
    is_over_for_us = is_ours and found.status in (SuggestionStatus.DECLINED, SuggestionStatus.EXPIRED)
    context = {
        "suggestion": found,
        "association": found.association,
        "causes": found.association.causes.all(),
        "territories": found.association.territories.all(),
        "interest_form": interest_form,
        "decline_form": decline_form,
        "may_answer": may_answer,
        "is_over_for_us": is_over_for_us,
        "asked": found.asked if is_ours else None,
        "others": _waiting_for(found.company),
        # Whoever answers is reading it now.
        "comes_back": back_on(found.returns_on(opened=True), "vous être proposée"),
        "remarks": remarks(Suggestion.objects.filter(pk=found.pk)) if is_staff(request.user) else [],
        "record_seen": may_answer and found.seen_at is None,
    }
    return render(request, "matching/suggestion.html", context, status=status)


def _waiting_for(company: Company) -> QuerySet[Suggestion]:
    """Those that wait for its answer, the closest to what it looks for first."""
    return Suggestion.objects.open().filter(company=company).with_parties().order_by("-score", "pk")


def _suggestion_seen_by(request: HttpRequest, pk: uuid.UUID) -> Suggestion:
    found = get_object_or_404(Suggestion.objects.with_parties(), pk=pk)
    if not policies.can_view_suggestion(request.user, found):
        raise Http404
    return found


def _suggestion_answered_by(request: HttpRequest, pk: uuid.UUID) -> Suggestion:
    found = _suggestion_seen_by(request, pk)
    if not policies.can_answer_suggestion(request.user, found):
        raise Http404
    return found
