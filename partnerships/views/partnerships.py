"""One partnership: its parties, its next step, what each can say about it."""

import uuid
from collections.abc import Callable
from typing import Any

from django import forms
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_POST

from accounts.models import Organisation, User, team_of
from infotheque.models import Prescription
from mecenova.agenda import operations as agenda
from mecenova.agenda.models import FollowUp
from mecenova.team import is_staff
from mecenova.workflow.errors import DomainError
from mecenova.workflow.journal import told
from partnerships import operations, policies
from partnerships.answering import report_talk
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

# What happened, in the words of its readers.
WORDS = {
    "open": "Le partenariat est ouvert",
    "report_talk": "Réponse à «\u202fVous êtes-vous parlé\u202f?\u202f»",
    "settle": "L’équipe a entendu les deux côtés",
    "agree": "C’est signé",
    "correct_signature": "Les dates sont corrigées",
    "contest_signature": "Ce n’est pas encore signé",
    "renew": "La suite est dite",
    "end": "Le partenariat est terminé",
    "reflect": "Quelques lignes sont écrites",
    "abandon": "Le projet ne se fait pas",
    "return_to_matching": "Chacun revient à la recherche",
}
May = Callable[[User, Partnership], bool]
Act = Callable[[dict[str, Any]], str]


@require_GET
def partnership(request: HttpRequest, pk: uuid.UUID) -> HttpResponse:
    return _show(request, _partnership_seen_by(request, pk))


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
        return "C’est tranché. Les deux côtés le savent."

    return _answer(request, found, "settle_form", SettleForm(request.POST), act)


@require_POST
def agree(request: HttpRequest, pk: uuid.UUID) -> HttpResponse:
    found = _found(request, pk, policies.can_manage_partnership)

    def act(data: dict[str, Any]) -> str:
        operations.agree_partnership(partnership=found, by=request.user, **data)
        return "Bravo\u00a0! C’est noté, et l’autre côté le sait."

    return _answer(request, found, "agree_form", AgreeForm(request.POST, partnership=found), act)


@require_POST
def correct(request: HttpRequest, pk: uuid.UUID) -> HttpResponse:
    found = _found(request, pk, policies.can_manage_partnership)

    def act(data: dict[str, Any]) -> str:
        operations.correct_signature(partnership=found, by=request.user, **data)
        return "Les dates sont corrigées, et l’autre côté le sait."

    form = AgreeForm(request.POST, partnership=found, auto_id="correct_%s")
    return _answer(request, found, "correct_form", form, act)


@require_POST
def contest(request: HttpRequest, pk: uuid.UUID) -> HttpResponse:
    found = _found(request, pk, policies.can_manage_partnership)

    def act(data: dict[str, Any]) -> str:
        operations.contest_signature(partnership=found, by=request.user, note=data["note"])
        return "C’est noté\u00a0: une personne de l’équipe vous appelle tous les deux."

    return _answer(request, found, "contest_form", ContestForm(request.POST, auto_id="contest_%s"), act)


@require_POST
def settle_signature(request: HttpRequest, pk: uuid.UUID) -> HttpResponse:
    found = _found(request, pk, policies.can_settle_partnership)

    def act(data: dict[str, Any]) -> str:
        settled = {name: data[name] for name in ("signed_on", "ends_on", "note")}
        operations.settle_signature(partnership=found, by=request.user, **settled)
        return "C’est noté, et les deux côtés le savent."

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
        return "C’est noté, et l’autre côté le sait."

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
def reflect(request: HttpRequest, pk: uuid.UUID) -> HttpResponse:
    found = _found(request, pk, policies.can_speak_for_partnership)

    def act(data: dict[str, Any]) -> str:
        operations.reflect(partnership=found, text=data["text"], by=request.user)
        return "Merci\u00a0: ces lignes serviront à d’autres."

    return _answer(request, found, "reflect_form", ReflectForm(request.POST), act)


def _answer(request: HttpRequest, found: Partnership, name: str, form: forms.Form, act: Act) -> HttpResponse:
    """Do what the form asks; what was typed is kept when something is missing."""
    if not form.is_valid():
        return _show(request, found, status=422, **{name: form})
    try:
        messages.success(request, act(form.cleaned_data))
    except DomainError as error:
        form.add_error(None, error.message)
        return _show(request, _partnership_seen_by(request, found.pk), status=409, **{name: form})
    return redirect("partnerships:partnership", pk=found.pk)


def _found(request: HttpRequest, pk: uuid.UUID, may: May) -> Partnership:
    found = _partnership_seen_by(request, pk)
    if not may(request.user, found):
        raise Http404
    return found


def _partnership_seen_by(request: HttpRequest, pk: uuid.UUID) -> Partnership:
    sides = "introduction__association__organisation", "introduction__company__organisation"
    found = get_object_or_404(Partnership.objects.select_related(*sides), pk=pk)
    if not policies.can_view_partnership(request.user, found):
        raise Http404
    return found


def _show(
    request: HttpRequest, found: Partnership, *, status: int = 200, **given: forms.Form
) -> HttpResponse:
    step = agenda.next_step(found) if found.is_active else None
    mine = bool(step) and policies.owes(request.user, step)
    own = policies.party_of(request.user, found)
    context = {
        "partnership": found,
        "parties": found.parties.with_organisations().prefetch_related(team_of("organisation")),
        # An address is shown for the partnership, and no longer than it; the team calls when it must.
        "shows_contacts": found.is_active,
        "shows_phone": found.is_active or is_staff(request.user),
        "step": step,
        "who": _name_of(step),
        "mine": mine,
        "to_read": Prescription.objects.to_read(step.organisation_id, steps=[step]) if step and mine else (),
        "reports": found.talk_reports.select_related("organisation"),
        "calls_first": found.introduction.asking_organisation if found.introduction else None,
        "own": own,
        "said": found.last_word_of(own),
        "side_without_phone": own.name if own and not own.phone else "",
        "phone_url": _where_a_phone_is_added(found, own),
        "reflections": found.reflections.select_related("organisation"),
        "history": told(found, WORDS),
        # Only who runs a party ends what is signed; the others of the party are told so.
        "manager_ends_it": found.is_agreed
        and policies.can_speak_for_partnership(request.user, found)
        and not policies.can_manage_partnership(request.user, found),
    }
    offered = _forms(request.user, found, step, given)
    # A form that closed meanwhile is not shown any more: what it held still is.
    refused = next((form for name, form in given.items() if offered[name] is None), None)
    context |= offered | {"refused": refused}
    return render(request, "partnerships/partnership.html", context, status=status)


def _forms(
    user: User, found: Partnership, step: FollowUp | None, given: dict[str, forms.Form]
) -> dict[str, forms.Form | None]:
    """The forms this person may send now, as first shown or as they were sent."""
    speaks = policies.can_speak_for_partnership(user, found)
    manages = policies.can_manage_partnership(user, found)
    offered: dict[str, tuple[bool, Callable[[], forms.Form]]] = {
        "talk_form": (speaks and found.may_still_talk, lambda: TalkForm(partnership=found)),
        "settle_form": (
            found.disagreement_at is not None and policies.can_settle_partnership(user, found),
            SettleForm,
        ),
        "settle_signature_form": (
            found.contested_at is not None and policies.can_settle_partnership(user, found),
            lambda: SettleSignatureForm(partnership=found),
        ),
        "agree_form": (manages and found.is_in_discussion, lambda: AgreeForm(partnership=found)),
        "correct_form": (
            manages and found.is_agreed,
            lambda: AgreeForm(
                partnership=found,
                initial={"signed_on": found.signed_on, "ends_on": found.ends_on},
                auto_id="correct_%s",
            ),
        ),
        "contest_form": (
            policies.can_contest_signature(user, found),
            lambda: ContestForm(auto_id="contest_%s"),
        ),
        "renew_form": (
            manages and found.is_agreed,
            lambda: RenewForm(has_end=found.ends_on is not None),
        ),
        "end_form": (manages and found.is_agreed, EndForm),
        "reflect_form": (speaks and operations.reflection_is_open(found, step), ReflectForm),
        "abandon_form": (
            found.is_in_discussion and policies.can_abandon_partnership(user, found),
            AbandonForm,
        ),
    }
    return {
        name: (given.get(name) or make()) if possible else None for name, (possible, make) in offered.items()
    }


def _where_a_phone_is_added(found: Partnership, own: Organisation | None) -> str:
    """The reader's page, when the other side has no number to call."""
    sides = found.introduction
    if own is None or own.phone or sides is None:
        return ""
    if own == sides.association.organisation:
        return reverse("associations:edit_section", args=[sides.association_id, "identite"])
    return reverse("companies:edit", args=[sides.company_id]) if own == sides.company.organisation else ""


def _name_of(step: FollowUp | None) -> str:
    """The organisation that owes the step; nothing when the platform or the team does."""
    owing = step.owing_organisation_id if step else None
    return Organisation.objects.names_of([owing]).get(owing, "") if owing else ""
