"""Appointments: the team opens slots, an organisation chooses one, either side may call it off."""

from typing import Any
from uuid import UUID

from allauth.decorators import rate_limit
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_POST, require_safe

from mecenova.agenda import operations, policies
from mecenova.agenda.calendar_file import calendar_file
from mecenova.agenda.forms import BookingForm, OpenSlotsForm
from mecenova.agenda.models import FollowUp, Slot, SlotRequest
from mecenova.agenda.organisations import name_of, names_of, phone_of, phones_of, who_is_told
from mecenova.agenda.slot_links import Wish, slots_path, wish_from
from mecenova.mail.departure import leaves
from mecenova.mail.models import OutgoingMail
from mecenova.team import for_the_team, is_staff
from mecenova.ui.figures import day_and_hour
from mecenova.ui.form_pages import show_form
from mecenova.workflow.attempts import attempt
from mecenova.workflow.errors import DomainError
from mecenova.workflow.journal import history
from mecenova.workflow.models import TransitionRecord

# More than the team opens ahead, or owes.
SHOWN = 200


@for_the_team
def team_slots(request: HttpRequest) -> HttpResponse:
    """What is open and what is taken, and a form to open more."""
    form = OpenSlotsForm(request.POST or None, initial={"adviser": request.user})
    if request.method == "POST" and form.is_valid():
        try:
            opened = operations.open_slots(by=request.user, **form.cleaned_data)
        except DomainError as refused:
            form.add_error(None, refused.message)
        else:
            messages.success(request, f"Créneaux ouverts\u00a0: {len(opened)}.")
            return redirect("agenda:team_slots")
    ahead = Slot.objects.standing().ahead().select_related("adviser")
    to_confirm = Slot.objects.to_hold().begun().select_related("adviser")
    slots, past = list(ahead[:SHOWN]), list(to_confirm[:SHOWN])
    names = names_of([slot.booked_by_organisation_id for slot in [*slots, *past]])
    context = {
        "slots": [(slot, names.get(slot.booked_by_organisation_id, "")) for slot in slots],
        "past": [(slot, names.get(slot.booked_by_organisation_id, "")) for slot in past],
        "requests": _waiting_requests(),
        "free": operations.free_slots().exists(),
    }
    return show_form(request, "agenda/team_slots.html", form, **context)


@rate_limit(action="book_slot")
def slots(request: HttpRequest, token: str) -> HttpResponse:
    """A member chooses a slot, or moves the one chosen before; where none is free, asks for a date."""
    wish = wish_from(token)
    if wish is None or not policies.can_book_for(request.user, wish.organisation_id):
        raise Http404
    free = operations.free_slots_for(wish.organisation_id, by=request.user)
    booked = _ahead(wish.organisation_id)
    form = BookingForm(request.POST or None, slots=free)
    if request.method == "POST" and form.is_valid():
        try:
            slot = _choose(form.cleaned_data["slot"], booked, wish, request.user)
        except DomainError as refused:
            form.add_error(None, refused.message)
        else:
            messages.success(request, _what_choosing_did(request, slot, booked))
            return redirect("agenda:slot", pk=slot.pk)
    context = {
        "wish": wish,
        "organisation_name": name_of(wish.organisation_id),
        "free": free.exists(),
        "kept": operations.free_slots().exists(),
        "booked": booked,
        "step": _date_owed_to(wish.organisation_id),
    }
    return show_form(request, "agenda/slots.html", form, **context)


@require_POST
@rate_limit(action="book_slot")
def ask_for_slot(request: HttpRequest, token: str) -> HttpResponse:
    wish = wish_from(token)
    if wish is None or not policies.can_book_for(request.user, wish.organisation_id):
        raise Http404
    done = "Votre demande est notée\u00a0: l’équipe vous propose un rendez-vous."
    asked = {"organisation_id": wish.organisation_id, "about": wish.about}
    attempt(request, done, operations.ask_for_slot, **asked)
    return redirect("agenda:slots", token=token)


@require_safe
def slot(request: HttpRequest, pk: UUID) -> HttpResponse:
    found = _found(pk)
    if not policies.can_see_booking(request.user, found):
        return _given_back(request, found)
    context = {
        "slot": found,
        "when": day_and_hour(found.starts_at),
        "organisation_name": name_of(found.booked_by_organisation_id),
        "phone": phone_of(found.booked_by_organisation_id),
        "about": found.talked_about,
        "again_url": _again(found),
        "for_the_team": is_staff(request.user),
        "told": who_is_told(found.booked_by_organisation_id, found.booked_by),
        "who_hears": _hears(request, found),
        "over": _who_ended(found),
    }
    if found.cancelled_at and found.booked_by_organisation_id:
        context |= {
            "instead": _ahead(found.booked_by_organisation_id),
            "owed": _date_owed_to(found.booked_by_organisation_id),
        }
    return render(request, "agenda/slot.html", context)


@require_safe
def slot_calendar(request: HttpRequest, pk: UUID) -> HttpResponse:
    """The appointment as a file that calendars open."""
    found = _found(pk)
    if not policies.can_see_booking(request.user, found) or not found.is_booked:
        return _given_back(request, found)
    content = calendar_file(found, request.user)
    answer = HttpResponse(content, content_type="text/calendar; charset=utf-8")
    answer["Content-Disposition"] = 'attachment; filename="rendez-vous.ics"'
    return answer


@require_POST
def cancel_booking(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Withdraws a slot nobody took, too. Whoever had booked it is taken to what is still free."""
    found = _found(pk)
    if not policies.can_see_booking(request.user, found):
        return _given_back(request, found)
    again, told = _again(found), _hears(request, found)
    act = operations.withdraw_slot if is_staff(request.user) else operations.cancel_booking
    try:
        act(slot=found, by=request.user)
    except PermissionDenied:
        return _given_back(request, found)
    except DomainError as refused:
        messages.error(request, refused.message)
        return redirect("agenda:slot", pk=pk)
    if is_staff(request.user):
        messages.success(request, f"Le créneau est retiré. {told}".strip())
        return redirect("agenda:team_slots")
    messages.success(request, f"Le rendez-vous est annulé. {told} Vous pouvez en choisir un autre.")
    return redirect(again or "pages:dashboard")


@require_POST
def miss_slot(request: HttpRequest, pk: UUID) -> HttpResponse:
    """They did not talk: the organisation chooses again, the team is back to its list."""
    found = _found(pk)
    if not policies.can_see_booking(request.user, found):
        return _given_back(request, found)
    again, told = _again(found), _who_hears(found)
    try:
        operations.miss_slot(slot=found, by=request.user)
    except PermissionDenied:
        return _given_back(request, found)
    except DomainError as refused:
        messages.error(request, refused.message)
        return redirect("agenda:slot", pk=pk)
    if is_staff(request.user):
        messages.success(request, f"C’est noté. {told}".strip())
        return redirect("agenda:team_slots")
    messages.success(request, f"Pardon pour ce rendez-vous manqué\u00a0: nous le disons à {found.adviser}.")
    return redirect(again or "pages:dashboard")


@require_POST
@for_the_team
def hold_slot(request: HttpRequest, pk: UUID) -> HttpResponse:
    done = "Le rendez-vous est noté comme tenu."
    attempt(request, done, operations.hold_slot, slot=get_object_or_404(Slot, pk=pk))
    return redirect("agenda:team_slots")


def _waiting_requests() -> list[tuple[SlotRequest, str, str, str]]:
    """Who wished to talk, the longest waiting first: each with its name, its number, where to book for it."""
    waiting = SlotRequest.objects.waiting().prefetch_related("about").order_by("asked_at", "id")
    requests = list(waiting[:SHOWN])
    keys = [one.organisation_id for one in requests]
    names, phones = names_of(keys), phones_of(keys)
    return [
        (
            one,
            names.get(one.organisation_id, ""),
            phones.get(one.organisation_id, ""),
            slots_path(organisation_id=one.organisation_id, about=one.about or one),
        )
        for one in requests
    ]


def _date_owed_to(organisation_id: UUID) -> FollowUp | None:
    """The step of the team that owes it an appointment, with its day."""
    waiting = SlotRequest.objects.waiting().filter(organisation_id=organisation_id).first()
    return operations.next_step(waiting) if waiting else None


def _ahead(organisation_id: UUID) -> Slot | None:
    return Slot.objects.to_hold().ahead().of_organisation(organisation_id).select_related("adviser").first()


def _choose(chosen: Slot, booked: Slot | None, wish: Wish, user: Any) -> Slot:
    if booked is not None:
        return operations.move_booking(slot=booked, to=chosen, by=user)
    return operations.book_slot(slot=chosen, organisation_id=wish.organisation_id, about=wish.about, by=user)


def _again(slot: Slot) -> str:
    """Where whoever booked it chooses another; nothing once what they wished to talk about has gone."""
    organisation_id, about = slot.booked_by_organisation_id, slot.booked_for
    return slots_path(organisation_id=organisation_id, about=about) if organisation_id and about else ""


def _what_choosing_did(request: HttpRequest, slot: Slot, former: Slot | None) -> str:
    """What is booked, what becomes of the moment chosen before, and who learns it."""
    said = f"C’est noté\u00a0: {day_and_hour(slot.starts_at)}, avec {slot.adviser}."
    if former is not None and former.pk != slot.pk:
        said += f" L’ancien moment, {day_and_hour(former.starts_at)}, redevient libre."
    told = who_is_told(slot.booked_by_organisation_id, slot.booked_by)
    if not is_staff(request.user):
        return f"{said} Un courriel vous le confirme\u202f; {slot.adviser} le voit sur le site."
    if told:
        return f"{said} Nous l’écrivons à {', '.join(map(str, told))}."
    name = name_of(slot.booked_by_organisation_id)
    return f"{said} Personne de «\u202f{name}\u202f» n’a de compte\u00a0: dites-le par téléphone."


def _who_ended(slot: Slot) -> TransitionRecord | None:
    """Of an appointment that is not to be, or was not: the line that says by whom, and when."""
    if slot.booked_at is None or slot.cancelled_at is None:
        return None
    return history(slot).filter(verb__in=("call_off", "miss")).last()


def _who_hears(slot: Slot) -> str:
    """Said to the team, of a slot that was booked: who learns by mail that it will not be."""
    if not slot.is_booked:
        return ""
    told = who_is_told(slot.booked_by_organisation_id, slot.booked_by)
    if told:
        return f"Nous prévenons {', '.join(map(str, told))}, avec de quoi choisir un autre moment."
    name = name_of(slot.booked_by_organisation_id)
    return f"Personne de «\u202f{name}\u202f» n’a de compte\u00a0: appelez, l’équipe lui doit une date."


def _hears(request: HttpRequest, slot: Slot) -> str:
    """Who learns, and when, that an appointment is called off by this reader."""
    return _who_hears(slot) if is_staff(request.user) else _adviser_hears(slot)


def _adviser_hears(slot: Slot) -> str:
    """Said to the organisation that gives a slot back. Booked in the same night, it takes no mail."""
    seen = f"Le créneau redevient libre aussitôt, et {slot.adviser} le voit sur le site."
    return f"{seen} Si un courriel lui avait annoncé ce rendez-vous, celui qui l’annule {leaves()}."


def _given_back(request: HttpRequest, slot: Slot) -> HttpResponse:
    """The links of former mails, pages left open and second clicks lead somewhere; to anybody who was never
    told of it, and called nothing off, it does not exist."""
    told = OutgoingMail.objects.filter(recipient=request.user, subject_id=slot.pk)
    if not told.exists() and not history(slot).filter(by=request.user).exists():
        raise Http404
    messages.info(request, "Ce rendez-vous a été annulé ou déplacé. Ce qui est prévu pour vous est ici.")
    return redirect("pages:dashboard")


def _found(pk: UUID) -> Slot:
    return get_object_or_404(Slot.objects.select_related("adviser", "booked_for_type"), pk=pk)
