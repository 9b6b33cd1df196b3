"""The control tower: who waits, since when, and the one click that moves it."""

import uuid
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_POST, require_safe

from accounts.models import Duplicate, Organisation, User
from matching.models import Round
from mecenova.agenda import operations as agenda
from mecenova.agenda.enums import Owner
from mecenova.agenda.models import FollowUp, SilenceCheck
from mecenova.agenda.wording import before
from mecenova.calendar import clock
from mecenova.mail.models import DeliveryAttempt, DigestLine, OutgoingMail
from mecenova.pages.baskets import BASKETS, GROUPS, Action, Basket, Line
from mecenova.pages.contacts import Contacts, last_contacts, last_mails
from mecenova.pages.duties import duties, lent_by, loads, owed_by_team
from mecenova.pages.forms import NoteForm
from mecenova.pages.register import Movement, movements, passages, told
from mecenova.pages.subjects import followed, name_of
from mecenova.team import for_the_team
from mecenova.ui import navigation
from mecenova.ui.returning import back_to_list
from mecenova.workflow.errors import DomainError

PAGE_SIZE = 25
PASSAGES_SHOWN = 30
# Nobody of the team judges their own organisation (accounts.policies).
OWN = "vous en faites partie. Demandez à quelqu’un d’autre de l’équipe."


@dataclass(frozen=True)
class Refused:
    """A note that was not kept: of which line, and the form with what was typed."""

    pk: uuid.UUID
    title: str
    form: NoteForm


@require_safe
@for_the_team
def control_tower(request: HttpRequest) -> HttpResponse:
    moved, mine = movements(), request.GET.get("pour") == "moi"
    owed = Paginator(owed_by_team(of=request.user if mine else None), PAGE_SIZE).get_page(
        request.GET.get("page")
    )
    context = {
        "groups": [
            (title, [(basket, basket.count(), moved.get(basket.slug, Movement())) for basket in baskets])
            for title, baskets in GROUPS.items()
        ],
        "mine": mine,
        "page_obj": owed,
        "owed": duties(owed),
        "loads": loads(),
        "lent": lent_by(request.user),
        "without_step": SilenceCheck.objects.latest_count(),
        "check_missing": SilenceCheck.objects.all().is_missing(),
        "in_error": FollowUp.objects.all().in_error().count(),
        "team_pages": navigation.team(request.user),
        "refusal": DeliveryAttempt.objects.refusing_all().first(),
        "failed_mails": OutgoingMail.objects.failed().count(),
        "late_mails": OutgoingMail.objects.all().overdue(clock.now()).count(),
        "lines_in_error": DigestLine.objects.all().in_error().count(),
        "duplicates": Duplicate.objects.to_look_at().count(),
        "full_round_missing": Round.objects.all().is_full_one_missing(),
    }
    return render(request, "pages/control_tower.html", context)


@require_safe
@for_the_team
def basket(request: HttpRequest, slug: str) -> HttpResponse:
    return _show_basket(request, _basket_or_404(slug))


@require_POST
@for_the_team
def act(request: HttpRequest, slug: str, pk: uuid.UUID) -> HttpResponse:
    """The one click of a line: one operation, one line in the journal."""
    chosen = _basket_or_404(slug)
    if chosen.action is None:
        raise Http404
    if chosen.action.asks_note:
        return _note(request, chosen, chosen.action, pk)
    subject = chosen.found().filter(pk=pk).first()
    if subject is None:
        messages.info(request, "Cette ligne n’est plus dans ce panier\u00a0: quelqu’un est passé avant vous.")
        return back_to_list(request, "pages:basket", slug)
    line = chosen.line(subject)
    try:
        more = chosen.action.act(subject, request.user, "")
    except DomainError as error:
        messages.error(request, f"{line.title}\u00a0: {error.message}")
    except PermissionDenied:
        messages.error(request, f"{line.title}\u00a0: {OWN}")
    else:
        _tell_done(request, chosen.action, more, line.title, line.step_of)
    return back_to_list(request, "pages:basket", slug)


def _note(request: HttpRequest, chosen: Basket, action: Action, pk: uuid.UUID) -> HttpResponse:
    """What was said on the phone is kept even when the line has left the basket meanwhile; refused, it is
    shown again with why."""
    form = NoteForm(request.POST, auto_id=f"id_{pk}_%s")
    subject = chosen.subject(pk)
    refused = Refused(pk, name_of(subject) if subject else "Cette fiche", form)
    if not form.is_valid():
        return _show_basket(request, chosen, refused=refused, status=422)
    try:
        if subject is None:
            raise DomainError("Elle n’existe plus\u00a0: copiez votre note sur la fiche qui l’a remplacée.")
        more = action.act(subject, request.user, form.cleaned_data["note"])
    except DomainError as error:
        form.add_error(None, error.message)
        return _show_basket(request, chosen, refused=refused, status=422)
    _tell_done(request, action, more, name_of(subject), followed(subject))
    return back_to_list(request, "pages:basket", chosen.slug)


def _tell_done(request: HttpRequest, action: Action, more: str | None, title: str, step_of: Any) -> None:
    """With the next step of whoever the line is about, said to the person who has just acted."""
    step = agenda.next_step(step_of)
    follows = f" Ensuite, {_who(step)},{before(step.deadline)}\u00a0: {step.what}" if step else ""
    done = f"{action.done} {more}" if more else action.done
    messages.success(request, f"{title}\u00a0: {done}{follows}")


def _who(step: FollowUp) -> str:
    names = Organisation.objects.names_of([step.owing_organisation_id])
    return names.get(step.owing_organisation_id, step.get_owner_display())


def _promised_first(step: FollowUp) -> datetime | None:
    """The day that the tower tells, where the team has given a later one since."""
    is_former = clock.paris(step.promised_at).date() < clock.paris(step.deadline).date()
    return step.promised_at if step.owner == Owner.STAFF and is_former else None


def _contact(
    line: Line, contacts: dict[uuid.UUID, Contacts], written: dict[uuid.UUID, datetime]
) -> Contacts | None:
    """With the organisation, by mail with the person whom the line is about, if it names one."""
    if line.organisation is None:
        return None
    found = contacts[line.organisation.pk]
    return replace(found, by_mail=written.get(line.person.pk)) if line.person else found


def _basket_or_404(slug: str) -> Basket:
    chosen = BASKETS.get(slug)
    if chosen is None:
        raise Http404
    return chosen


def _show_basket(
    request: HttpRequest,
    chosen: Basket,
    *,
    refused: Refused | None = None,
    status: int = 200,
) -> HttpResponse:
    """A refused note is shown in its line; above the list, when its line is not of this page."""
    page = Paginator(chosen.found(), PAGE_SIZE).get_page(request.GET.get("page"))
    moved = Paginator(passages(chosen), PASSAGES_SHOWN).get_page(request.GET.get("registre"))
    elsewhere = refused is not None and all(subject.pk != refused.pk for subject in page)
    context = {
        "basket": chosen,
        "refused": refused if elsewhere else None,
        "page_obj": page,
        "lines": _lines(chosen, list(page), refused),
        "movement": movements().get(chosen.slug, Movement()),
        "register": moved,
        "passages": told(moved),
    }
    return render(request, "pages/basket.html", context, status=status)


def _lines(chosen: Basket, subjects: list[Any], refused: Refused | None) -> list[dict[str, Any]]:
    """Each line with its next step, who has it, the last contact, and the form of its click."""
    lines = [chosen.line(subject) for subject in subjects]
    steps = agenda.next_steps(line.step_of for line in lines if line.step_of)
    owing = Organisation.objects.names_of(step.owing_organisation_id for step in steps.values())
    reached = [one for line in lines for one in (line.organisation, *line.also_called) if one is not None]
    contacts = last_contacts(one.pk for one in reached)
    written = last_mails(line.person.pk for line in lines if line.person)
    people = User.objects.in_bulk({step.assigned_to_id for step in steps.values() if step.assigned_to_id})
    shown = []
    for line in lines:
        step = steps.get(line.step_of.pk) if line.step_of else None
        shown.append(
            {
                "line": line,
                "step": step,
                "promised_first": _promised_first(step) if step else None,
                "is_late": bool(step and step.is_late),
                "who": owing.get(step.owing_organisation_id, "") if step else "",
                "assigned_to": people.get(step.assigned_to_id) if step else None,
                "contact": _contact(line, contacts, written),
                "sides": [] if line.organisation else [(one, contacts[one.pk]) for one in line.also_called],
                "form": refused.form
                if refused and refused.pk == line.subject.pk
                else NoteForm(auto_id=f"id_{line.subject.pk}_%s"),
                "is_refused": bool(refused and refused.pk == line.subject.pk),
            }
        )
    return shown
