"""Introductions: the list of mine, one of them, asking, answering."""

import uuid
from collections.abc import Iterable, Mapping

from allauth.decorators import rate_limit
from django.contrib import messages
from django.core.paginator import Page, Paginator
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.enums import OrganisationKind
from accounts.models import Organisation
from accounts.policies import is_member
from infotheque.models import Prescription
from mecenova.agenda import operations as agenda
from mecenova.agenda.models import FollowUp
from mecenova.agenda.wording import foreseen
from mecenova.locks import once_more
from mecenova.team import is_staff
from mecenova.ui.form_pages import show_form
from mecenova.workflow.errors import DomainError
from mecenova.workflow.journal import Line, history
from mecenova.workflow.models import TransitionRecord
from partnerships import operations, policies
from partnerships.answering import give_answer
from partnerships.asking import IntendedRequest, find_intended, living_like
from partnerships.enums import IntroductionStatus
from partnerships.followups import AnswerIntroduction
from partnerships.forms import AnswerForm, AskForm, WithdrawForm
from partnerships.hints import explained_at
from partnerships.models import Introduction
from partnerships.refusals import next_steps_after

PER_PAGE = 20
ANSWERS = ("accept", "postpone", "decline")


@require_safe
def introductions(request: HttpRequest) -> HttpResponse:
    """Mine: what I owe an answer to first, then what I wait for, then the past."""
    own = Organisation.objects.of(request.user)
    mine = Introduction.objects.involving_any(own).with_parties().order_by("-created_at", "pk")
    owed = mine.to_answer_by(own)
    to_answer = _page_of(owed.order_by("requested_at", "pk"), request, "a-repondre")
    awaited = _page_of(mine.open().exclude(pk__in=owed.values("pk")), request, "en-cours")
    past = _page_of(mine.closed().select_related("partnership"), request, "page")
    steps = agenda.next_steps([*to_answer, *awaited])
    context = {
        "to_answer": _with_steps(to_answer, steps),
        "awaited": _with_steps(awaited, steps),
        "past": _with_steps(past, {}),
        "page_to_answer": to_answer,
        "page_awaited": awaited,
        "own_keys": {organisation.pk for organisation in own},
        "looks_for_associations": _gives_only(own),
        "page_obj": past,
    }
    return render(request, "partnerships/introductions.html", context)


def _page_of(found: QuerySet[Introduction], request: HttpRequest, param: str) -> Page[Introduction]:
    return Paginator(found, PER_PAGE).get_page(request.GET.get(param))


def _gives_only(own: QuerySet[Organisation]) -> bool:
    """Whether these are companies: other companies' needs are nothing to them."""
    return set(own.order_by().values_list("kind", flat=True)) == {OrganisationKind.COMPANY}


@require_safe
def introduction(request: HttpRequest, pk: uuid.UUID) -> HttpResponse:
    found = _introduction_seen_by(request, pk)
    return _show(request, found)


@require_POST
def answer(request: HttpRequest, pk: uuid.UUID) -> HttpResponse:
    """Yes, later or no; what was typed is kept when something is missing."""
    found = _introduction_seen_by(request, pk)
    if not policies.can_answer_introduction(request.user, found):
        raise Http404
    form = AnswerForm(request.POST, introduction=found)
    if not form.is_valid():
        return _show(request, found, form=form, status=422)
    try:
        said = once_more(lambda: give_answer(found, form.cleaned_data, by=request.user))
    except DomainError as error:
        form.add_error(None, error.message)
        return _show(request, _introduction_seen_by(request, pk), form=form, status=409)
    messages.success(request, said)
    return redirect("partnerships:introduction", pk=found.pk)


@require_POST
def withdraw(request: HttpRequest, pk: uuid.UUID) -> HttpResponse:
    """Who asked takes its request back; what was typed is kept when it is too long, or too late."""
    found = _introduction_seen_by(request, pk)
    if not policies.asked_introduction(request.user, found):
        raise Http404
    form = WithdrawForm(request.POST, auto_id="withdraw_%s")
    if not form.is_valid():
        return _show(request, found, withdraw_form=form, status=422)
    try:
        note = form.cleaned_data["note"]
        once_more(lambda: operations.withdraw_introduction(introduction=found, by=request.user, note=note))
    except DomainError as error:
        form.add_error(None, error.message)
        return _show(request, _introduction_seen_by(request, pk), withdraw_form=form, status=409)
    messages.success(request, "Votre demande est retirée.")
    return redirect("partnerships:introduction", pk=found.pk)


@require_POST
def seen(request: HttpRequest, pk: uuid.UUID) -> HttpResponse:
    """Sent by the page itself once it is shown: opening a mail's link is no proof of reading."""
    operations.mark_seen(introduction=_introduction_seen_by(request, pk), by=request.user)
    return HttpResponse(status=204)


@require_http_methods(["GET", "HEAD", "POST"])
@rate_limit(action="introduce")
def introduction_create(request: HttpRequest) -> HttpResponse:
    """Ask to talk, about a need, to a company, or to an association."""
    intended = find_intended(request.user, request.GET)
    if intended is None:
        raise Http404
    living = living_like(intended)
    form = AskForm(
        request.POST or None,
        association=intended.association,
        side=intended.side,
        need=intended.need,
        answers=living if intended.answers(living) else None,
    )
    if request.method == "POST" and form.is_valid():
        try:
            asked = _ask(request, intended, form)
        except DomainError as error:
            form.add_error(None, error.message)
        else:
            if form.cleaned_data["note"] in (asked.note, asked.answer_note):
                messages.success(request, _what_asking_did(asked))
                return redirect("partnerships:introduction", pk=asked.pk)
            form.add_error(None, "Ce nouveau message n’est pas parti\u00a0: une demande est déjà ouverte.")
            living = living_like(intended)
    context = {
        "intended": intended,
        "living": living,
        "already": policies.already_asked(living, intended.side) if living else "",
        "answers": intended.answers(living),
        "why_not": policies.why_not_ask(intended.association, intended.company, intended.need, intended.side),
        "position_url": intended.position_url,
        "refusal": policies.refusal_in_force(intended.association, intended.company, intended.side),
        "leaves_at_once": operations.leaves_at_once(intended.company, intended.association),
        "answer": foreseen(AnswerIntroduction(), intended.asked.pk),
    }
    return show_form(request, "partnerships/introduction_form.html", form, **context)


def _ask(request: HttpRequest, intended: IntendedRequest, form: AskForm) -> Introduction:
    return operations.introduce(
        association=intended.association,
        company=intended.company,
        need=intended.need,
        project=form.cleaned_data.get("project"),
        kind=form.cleaned_data["kind"],
        asked_by_side=intended.side,
        note=form.cleaned_data["note"],
        by=request.user,
    )


def _what_asking_did(asked: Introduction) -> str:
    if asked.status == IntroductionStatus.YES:
        return (
            "Vous vous étiez demandé l’un à l’autre\u00a0: votre message vaut un oui, "
            "et une page de partenariat est ouverte pour vous deux."
        )
    return "Votre demande est enregistrée. Cette page vous dira toujours où elle en est."


def _with_steps(
    found: Iterable[Introduction], steps: Mapping[uuid.UUID, FollowUp]
) -> list[tuple[Introduction, FollowUp | None, str]]:
    """Each with its next step, and the name of the organisation that owes it."""
    return [(one, steps.get(one.pk), one.who_owes(steps.get(one.pk))) for one in found]


def _introduction_seen_by(request: HttpRequest, pk: uuid.UUID) -> Introduction:
    found = get_object_or_404(Introduction.objects.with_parties(), pk=pk)
    if not policies.can_view_introduction(request.user, found):
        raise Http404
    return found


def _show(
    request: HttpRequest,
    found: Introduction,
    *,
    form: AnswerForm | None = None,
    withdraw_form: WithdrawForm | None = None,
    status: int = 200,
) -> HttpResponse:
    may_answer = policies.can_answer_introduction(request.user, found)
    asked = policies.asked_introduction(request.user, found)
    step = agenda.next_step(found) if found.is_open else None
    mine = bool(step) and policies.owes(request.user, step)
    reader_is_association = is_member(request.user, found.association.organisation)
    is_over_for_us = may_answer and found.status in (IntroductionStatus.NO, IntroductionStatus.WITHDRAWN)
    context = {
        "introduction": found,
        "asking": found.asking_organisation,
        "answering": found.answering_organisation,
        "may_answer": may_answer and (found.is_waiting or found.is_postponed),
        "record_seen": may_answer and found.is_waiting and found.seen_at is None,
        "form": form or AnswerForm(introduction=found),
        "may_withdraw": policies.can_withdraw_introduction(request.user, found),
        "withdraw_form": withdraw_form or WithdrawForm(auto_id="withdraw_%s"),
        "released_on": operations.released_on(found),
        "why_it_waits": policies.why_it_waits(found) if asked and found.is_queued else None,
        "answer_url": reverse("partnerships:introduction_answer", args=[found.pk]),
        "step": step,
        "who": found.who_owes(step),
        "mine": mine,
        "to_read": Prescription.objects.to_read(step.organisation_id, steps=[step]) if step and mine else (),
        "asked_by_me": asked,
        "reader_is_association": reader_is_association,
        "for_the_team": is_staff(request.user) and not asked and not may_answer,
        "explained_at": explained_at(found) if reader_is_association or is_staff(request.user) else "",
        "after_no": next_steps_after(found),
        "is_over_for_us": is_over_for_us,
        "to_answer": _waiting_for(found.answering_organisation),
        "history": _happened(found),
        "partnership": getattr(found, "partnership", None),
    }
    return render(request, "partnerships/introduction.html", context, status=status)


def _waiting_for(organisation: Organisation) -> QuerySet[Introduction]:
    """The requests that wait for its answer, the oldest first."""
    owed = Introduction.objects.to_answer_by(Organisation.objects.filter(pk=organisation.pk))
    return owed.with_parties().order_by("requested_at", "pk")


def _happened(found: Introduction) -> list[Line]:
    """Newest first, as every page tells it, with the words that those of a later answer have replaced."""
    lines = list(reversed(history(found)))
    answers = [line for line in lines if line.verb in ANSWERS]
    replaced = {line.pk for line in answers[1:]}
    return [
        Line(line.verb, line.at, _done(line), str(line.by or ""), line.note if line.pk in replaced else "")
        for line in lines
    ]


def _done(line: TransitionRecord) -> str:
    """Who did it is named after it: an act, even where the state that it led to is a wait."""
    if line.verb == "contact":
        return "Appel de l’équipe"
    if line.target == IntroductionStatus.REQUESTED:
        return "Question reposée" if line.verb == "rearm" else "Demande envoyée"
    if line.source == line.target == IntroductionStatus.LATER:
        return "Plus tard, à une autre date"
    return line.label
