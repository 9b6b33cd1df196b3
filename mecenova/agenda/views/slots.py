"""Appointments: the team opens slots, an organisation chooses one, either side may call it off."""

from uuid import UUID

from allauth.decorators import rate_limit
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_POST, require_safe

from mecenova.agenda import operations, policies
from mecenova.agenda.calendar_file import calendar_file
from mecenova.agenda.forms import BookingForm, OpenSlotsForm
from mecenova.agenda.models import Slot, SlotRequest
from mecenova.agenda.organisations import name_of, names_of, phone_of
from mecenova.agenda.slot_links import wish_from
from mecenova.calendar import clock
from mecenova.team import for_the_team, is_staff
from mecenova.ui.figures import day_and_hour
from mecenova.workflow.errors import DomainError


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
    ahead = Slot.objects.standing().filter(starts_at__gt=clock.now()).select_related("adviser")
    to_confirm = Slot.objects.to_hold().filter(starts_at__lte=clock.now()).select_related("adviser")
    slots, past = list(ahead[:200]), list(to_confirm[:50])
    names = names_of([slot.booked_by_organisation_id for slot in [*slots, *past]])
    context = {
        "form": form,
        "slots": [(slot, names.get(slot.booked_by_organisation_id, "")) for slot in slots],
        "past": [(slot, names.get(slot.booked_by_organisation_id, "")) for slot in past],
        "requests": SlotRequest.objects.waiting().count(),
    }
    return render(request, "agenda/team_slots.html", context)


@rate_limit(action="book_slot")
def slots(request: HttpRequest, token: str) -> HttpResponse:
    """A member chooses a slot; where none is free, asks the team for a date."""
    wish = wish_from(token)
    if wish is None or not policies.can_book_for(request.user, wish.organisation_id):
        raise Http404
    free = operations.free_slots()
    form = BookingForm(request.POST or None, slots=free)
    if request.method == "POST" and form.is_valid():
        try:
            slot = operations.book_slot(
                slot=form.cleaned_data["slot"],
                organisation_id=wish.organisation_id,
                about=wish.about,
                by=request.user,
            )
        except DomainError as refused:
            form.add_error(None, refused.message)
        else:
            messages.success(request, f"C’est noté\u00a0: {day_and_hour(slot.starts_at)}.")
            return redirect("agenda:slot", pk=slot.pk)
    waiting = SlotRequest.objects.waiting().filter(organisation_id=wish.organisation_id).first()
    context = {
        "form": form,
        "wish": wish,
        "organisation_name": name_of(wish.organisation_id),
        "free": free.exists(),
        "booked": Slot.objects.to_hold().of_organisation(wish.organisation_id).first(),
        "step": operations.next_step(waiting) if waiting else None,
    }
    return render(request, "agenda/slots.html", context)


@require_POST
@rate_limit(action="book_slot")
def ask_for_slot(request: HttpRequest, token: str) -> HttpResponse:
    wish = wish_from(token)
    if wish is None or not policies.can_book_for(request.user, wish.organisation_id):
        raise Http404
    operations.ask_for_slot(organisation_id=wish.organisation_id, about=wish.about, by=request.user)
    messages.success(request, "Votre demande est notée\u00a0: l’équipe vous propose un rendez-vous.")
    return redirect("agenda:slots", token=token)


@require_safe
def slot(request: HttpRequest, pk: UUID) -> HttpResponse:
    found = _seen_by(request, pk)
    name, about = name_of(found.booked_by_organisation_id), str(found.booked_for or "")
    context = {
        "slot": found,
        "when": day_and_hour(found.starts_at),
        "organisation_name": name,
        "phone": phone_of(found.booked_by_organisation_id),
        "about": about if about != name else "",
        "for_the_team": is_staff(request.user),
    }
    return render(request, "agenda/slot.html", context)


@require_safe
def slot_calendar(request: HttpRequest, pk: UUID) -> HttpResponse:
    """The appointment as a file that calendars open."""
    found = _seen_by(request, pk)
    if not found.is_booked:
        raise Http404
    answer = HttpResponse(calendar_file(found), content_type="text/calendar; charset=utf-8")
    answer["Content-Disposition"] = 'attachment; filename="rendez-vous.ics"'
    return answer


@require_POST
def cancel_booking(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Withdraws a slot nobody took, too."""
    found = _seen_by(request, pk)
    act = operations.withdraw_slot if is_staff(request.user) else operations.cancel_booking
    try:
        act(slot=found, by=request.user)
    except DomainError as refused:
        messages.error(request, refused.message)
        return redirect("agenda:slot", pk=pk)
    if is_staff(request.user):
        messages.success(request, "Le créneau est retiré. La personne qui l’avait réservé est prévenue.")
        return redirect("agenda:team_slots")
    messages.success(request, "Le rendez-vous est annulé, votre interlocuteur est prévenu.")
    return redirect("pages:dashboard")


@require_POST
@for_the_team
def hold_slot(request: HttpRequest, pk: UUID) -> HttpResponse:
    try:
        operations.hold_slot(slot=get_object_or_404(Slot, pk=pk), by=request.user)
    except DomainError as refused:
        messages.error(request, refused.message)
    else:
        messages.success(request, "Le rendez-vous est noté comme tenu.")
    return redirect("agenda:team_slots")


def _seen_by(request: HttpRequest, pk: UUID) -> Slot:
    found = get_object_or_404(Slot.objects.select_related("adviser", "booked_for_type"), pk=pk)
    if not policies.can_see_booking(request.user, found):
        raise Http404
    return found
