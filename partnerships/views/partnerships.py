"""What each party, and the team, says of a partnership: one address for each form of its page."""

import uuid
from collections.abc import Callable
from typing import Any

from django import forms
from django.contrib import messages
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_POST, require_safe

from accounts.models import User
from mecenova.locks import once_more
from mecenova.mail.departure import leaves
from mecenova.ui.as_shown import held_to_write
from mecenova.workflow.errors import DomainError
from partnerships import operations, policies
from partnerships.answering import report_talk, team_calls
from partnerships.forms import (
    AbandonForm,
    AgreeForm,
    ContestForm,
    EndForm,
    ReflectForm,
    RenewForm,
    SettleForm,
    SettleSignatureForm,
    TalkForm,
)
from partnerships.models import Partnership
from partnerships.operations.partnerships import lock_partnership
from partnerships.views.partnership_page import own_words, partnership_seen_by, show_partnership

May = Callable[[User, Partnership], bool]
Act = Callable[[dict[str, Any]], str]
BOTH, OTHER = "aux deux côtés", "à l’autre côté"


@require_safe
def partnership(request: HttpRequest, pk: uuid.UUID) -> HttpResponse:
    return show_partnership(request, partnership_seen_by(request, pk))


@require_POST
def abandon(request: HttpRequest, pk: uuid.UUID) -> HttpResponse:
    found = _found(request, pk, policies.can_abandon_partnership)

    def act(data: dict[str, Any]) -> str:
        operations.abandon_partnership(partnership=found, by=request.user, note=data["note"])
        return "Le partenariat est clos. Merci de l’avoir dit."

    return _answer(request, found, "abandon_form", AbandonForm(request.POST), act)


@require_POST
def talk(request: HttpRequest, pk: uuid.UUID) -> HttpResponse:
    found = _found(request, pk, policies.can_speak_for_partnership)

    def act(data: dict[str, Any]) -> str:
        return report_talk(found, data["talked"] == TalkForm.YES, by=request.user)

    return _answer(request, found, "talk_form", TalkForm(request.POST, partnership=found), act)


@require_POST
def settle(request: HttpRequest, pk: uuid.UUID) -> HttpResponse:
    found = _found(request, pk, policies.can_settle_partnership)

    def act(data: dict[str, Any]) -> str:
        talked = data["talked"] == SettleForm.YES
        operations.settle_talk(partnership=found, talked=talked, by=request.user, note=data["note"])
        return f"C’est tranché\u202f; {_mail_to(BOTH)}."

    return _answer(request, found, "settle_form", SettleForm(request.POST), act)


@require_POST
def agree(request: HttpRequest, pk: uuid.UUID) -> HttpResponse:
    found = _found(request, pk, policies.can_manage_partnership)

    def act(data: dict[str, Any]) -> str:
        operations.agree_partnership(partnership=found, by=request.user, **data)
        return f"Bravo\u202f! C’est noté\u202f; {_mail_to(OTHER)}."

    return _answer(request, found, "agree_form", AgreeForm(request.POST, partnership=found), act)


@require_POST
def correct(request: HttpRequest, pk: uuid.UUID) -> HttpResponse:
    found = _found(request, pk, policies.can_manage_partnership)

    def act(data: dict[str, Any]) -> str:
        operations.correct_signature(partnership=found, by=request.user, **data)
        return f"Les dates sont corrigées\u202f; {_mail_to(OTHER)}."

    form = AgreeForm(request.POST, partnership=found, auto_id="correct_%s")
    return _answer(request, found, "correct_form", form, act)


@require_POST
def contest(request: HttpRequest, pk: uuid.UUID) -> HttpResponse:
    found = _found(request, pk, policies.can_manage_partnership)

    def act(data: dict[str, Any]) -> str:
        operations.contest_signature(partnership=found, by=request.user, note=data["note"])
        return f"C’est noté\u00a0: {team_calls(found)}"

    return _answer(request, found, "contest_form", ContestForm(request.POST, auto_id="contest_%s"), act)


@require_POST
def settle_signature(request: HttpRequest, pk: uuid.UUID) -> HttpResponse:
    found = _found(request, pk, policies.can_settle_partnership)

    def act(data: dict[str, Any]) -> str:
        settled = {name: data[name] for name in ("signed_on", "ends_on", "note")}
        operations.settle_signature(partnership=found, by=request.user, **settled)
        return f"C’est noté\u202f; {_mail_to(BOTH)}."

    form = SettleSignatureForm(request.POST, partnership=found)
    return _answer(request, found, "settle_signature_form", form, act)


@require_POST
def renew(request: HttpRequest, pk: uuid.UUID) -> HttpResponse:
    found = _found(request, pk, policies.can_manage_partnership)

    def act(data: dict[str, Any]) -> str:
        goes_on = data["answer"] == RenewForm.GOES_ON
        operations.renew_partnership(
            partnership=found, goes_on=goes_on, ends_on=data["ends_on"], by=request.user
        )
        return f"C’est noté\u202f; {_mail_to(OTHER)}."

    form = RenewForm(request.POST, has_end=found.ends_on is not None)
    return _answer(request, found, "renew_form", form, act)


@require_POST
def end(request: HttpRequest, pk: uuid.UUID) -> HttpResponse:
    found = _found(request, pk, policies.can_manage_partnership)

    def act(data: dict[str, Any]) -> str:
        operations.end_partnership(partnership=found, by=request.user, note=data["note"])
        return "Le partenariat est terminé. Il reste à dire, en quelques lignes, ce qu’il a donné."

    return _answer(request, found, "end_form", EndForm(request.POST), act)


@require_POST
@transaction.atomic
def reflect(request: HttpRequest, pk: uuid.UUID) -> HttpResponse:
    """What a colleague has written meanwhile is shown before it is replaced."""
    found = held_to_write(
        request, lambda: _found(request, pk, policies.can_speak_for_partnership), lock_partnership
    )

    def act(data: dict[str, Any]) -> str:
        operations.reflect(partnership=found, text=data["text"], by=request.user)
        return "Merci\u00a0: ces lignes serviront à d’autres."

    form = ReflectForm(request.POST, now=own_words(found, policies.party_of(request.user, found)))
    if form.is_valid() and (again := form.taken_up()):
        return show_partnership(request, found, status=409, reflect_form=again)
    return _answer(request, found, "reflect_form", form, act)


def _answer(request: HttpRequest, found: Partnership, name: str, form: forms.Form, act: Act) -> HttpResponse:
    """Do what the form asks; what was typed is kept when something is missing."""
    if not form.is_valid():
        return show_partnership(request, found, status=422, **{name: form})
    try:
        messages.success(request, once_more(lambda: act(form.cleaned_data)))
    except DomainError as error:
        form.add_error(None, error.message)
        return show_partnership(request, partnership_seen_by(request, found.pk), status=409, **{name: form})
    return redirect("partnerships:partnership", pk=found.pk)


def _mail_to(whom: str) -> str:
    """At night nobody knows yet: when they will."""
    return f"le courriel qui le dit {whom} {leaves()}"


def _found(request: HttpRequest, pk: uuid.UUID, may: May) -> Partnership:
    found = partnership_seen_by(request, pk)
    if not may(request.user, found):
        raise Http404
    return found
