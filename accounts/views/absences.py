"""« Absences »: one's own, one's organisation's, and for the team anybody's. What they owe waits for them."""

from collections.abc import Callable
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_POST

from accounts import operations, policies
from accounts.forms import AbsenceForm
from accounts.models import Organisation, User
from mecenova.agenda.models import Absence
from mecenova.team import is_staff
from mecenova.workflow.errors import DomainError


def absences(request: HttpRequest) -> HttpResponse:
    """One's own, and the way to those of the organisations one manages."""
    managed = [
        organisation
        for organisation in Organisation.objects.of(request.user)
        if policies.can_say_organisation_away(request.user, organisation)
    ]
    said = Absence.objects.filter(user=request.user)
    return _page(
        request,
        said,
        operations.say_person_away,
        {"person": request.user},
        {"whose": "Mes absences", "organisations": managed, "own": True},
    )


def person_absences(request: HttpRequest, pk: UUID) -> HttpResponse:
    """For the team, on behalf of somebody who cannot say it."""
    person = get_object_or_404(User, pk=pk, is_active=True)
    if not policies.can_say_person_away(request.user, person):
        raise Http404
    return _page(
        request,
        Absence.objects.filter(user=person),
        operations.say_person_away,
        {"person": person},
        {"whose": f"Absences de {person}"},
    )


def organisation_absences(request: HttpRequest, pk: UUID) -> HttpResponse:
    organisation = get_object_or_404(Organisation, pk=pk)
    if not policies.can_say_organisation_away(request.user, organisation):
        raise Http404
    people = organisation.active_members() if is_staff(request.user) else ()
    return _page(
        request,
        Absence.objects.filter(organisation_id=organisation.pk),
        operations.say_organisation_away,
        {"organisation": organisation},
        {"whose": f"Absences de {organisation}", "people": people},
    )


@require_POST
def forget_absence(request: HttpRequest, pk: UUID) -> HttpResponse:
    absence = get_object_or_404(Absence.objects.select_related("user"), pk=pk)
    if not policies.can_forget_absence(request.user, absence):
        raise Http404
    try:
        operations.forget_absence(absence=absence, by=request.user)
    except DomainError as refused:
        messages.error(request, refused.message)
    else:
        messages.success(request, "C’est noté\u00a0: les dates qui attendaient sont recalculées.")
    if absence.organisation_id:
        return redirect("accounts:organisation_absences", pk=absence.organisation_id)
    if absence.user_id == request.user.pk:
        return redirect("accounts:absences")
    return redirect("accounts:person_absences", pk=absence.user_id)


def _page(
    request: HttpRequest,
    said: Any,
    say: Callable[..., Absence],
    subject: dict[str, Any],
    context: dict[str, Any],
) -> HttpResponse:
    form = AbsenceForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            say(by=request.user, **subject, **form.cleaned_data)
        except DomainError as refused:
            form.add_error(None, refused.message)
        else:
            messages.success(
                request, "C’est noté\u00a0: ce qui était attendu pendant ces jours attend le retour."
            )
            return redirect(request.path)
    rows = said.order_by("-first_day", "-id")[:50]
    return render(request, "accounts/absences.html", {"form": form, "absences": rows, **context})
