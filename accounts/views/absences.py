"""« Absences »: one's own, one's organisation's, and for the team anybody's. What they owe waits for them."""

from collections.abc import Callable, Iterable
from contextlib import suppress
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_POST

from accounts import operations, policies
from accounts.forms import AbsenceForm
from accounts.models import Organisation, User, team_of
from mecenova.agenda.forms import CoverForm
from mecenova.agenda.models import Absence
from mecenova.agenda.operations import appointments_to_cover
from mecenova.calendar import clock
from mecenova.team import is_staff
from mecenova.ui.contractions import of_name
from mecenova.ui.form_pages import status_of
from mecenova.workflow.attempts import attempt
from mecenova.workflow.errors import DomainError

# What an absence stops, of whom, and what is answered to whoever notes it.
OF_ORGANISATION = (
    "Pendant l’absence d’un organisme, ses délais s’arrêtent\u00a0: personne ne le relance, et ce qu’il doit "
    "attend son retour."
)
WAITS = "ce qui était attendu pendant ces jours attend le retour."
OF_PERSON = (
    "Les jours où toutes les personnes d’un organisme sont absentes, ses délais s’arrêtent\u00a0: personne "
    "ne le relance, et ce qu’il doit attend le retour."
)
WAITS_FOR_ALL = "les jours où tout l’organisme est absent, ce qu’il doit attend le retour."
OF_THE_TEAM = (
    "Pendant une absence, ce qui revenait à la personne passe à quelqu’un d’autre de l’équipe, et ses "
    "créneaux libres sont retirés. Au retour, la tour de contrôle propose de reprendre ce qui n’est pas fait."
)
GOES_ON = "ce qui revenait à la personne ces jours-là passe à quelqu’un d’autre de l’équipe."


def absences(request: HttpRequest) -> HttpResponse:
    """One's own, and what they stop: alone in an organisation or not."""
    return _page_of_person(request, request.user, {"whose": "Mes absences"})


def person_absences(request: HttpRequest, pk: UUID) -> HttpResponse:
    """For the team, on behalf of somebody who cannot say it."""
    person = get_object_or_404(User, pk=pk, is_active=True)
    if not policies.can_say_person_away(request.user, person):
        raise Http404
    whose = f"Absences {of_name(str(person))}"
    return _page_of_person(request, person, {"whose": whose, "for_the_team": True})


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
        {
            "whose": f"Absences {of_name(organisation.name)}",
            "people": people,
            "for_the_team": is_staff(request.user),
            "lead": OF_ORGANISATION,
            "done": WAITS,
        },
    )


@require_POST
def forget_absence(request: HttpRequest, pk: UUID) -> HttpResponse:
    absence = get_object_or_404(Absence.objects.select_related("user"), pk=pk)
    if not policies.can_forget_absence(request.user, absence):
        raise Http404
    done = "C’est noté\u00a0: les dates qui attendaient sont recalculées."
    attempt(request, done, operations.forget_absence, absence=absence)
    if absence.organisation_id:
        return redirect("accounts:organisation_absences", pk=absence.organisation_id)
    if absence.user_id == request.user.pk:
        return redirect("accounts:absences")
    return redirect("accounts:person_absences", pk=absence.user_id)


def _page_of_person(request: HttpRequest, person: Any, context: dict[str, Any]) -> HttpResponse:
    teams = [
        (
            organisation,
            len(organisation.active_members()),
            policies.can_say_organisation_away(request.user, organisation),
        )
        for organisation in Organisation.objects.of(person).prefetch_related(team_of())
    ]
    of_the_team = is_staff(person)
    away = Absence.objects.of_any([organisation.pk for organisation, _, _ in teams], [])
    return _page(
        request,
        Absence.objects.filter(user=person),
        operations.say_person_away,
        {"person": person},
        {
            "teams": teams,
            "away": _with_names(away.from_day(clock.today()), [organisation for organisation, _, _ in teams]),
            "lead": OF_THE_TEAM if of_the_team else OF_PERSON,
            "done": GOES_ON if of_the_team else WAITS_FOR_ALL,
            **context,
        },
    )


def _with_names(absences: Iterable[Absence], own: Iterable[Organisation]) -> list[tuple[str, Absence]]:
    """Each with the organisation that is away as a whole."""
    names = {organisation.pk: organisation.name for organisation in own}
    return [(names[absence.organisation_id], absence) for absence in absences if absence.organisation_id]


def _page(
    request: HttpRequest,
    said: Any,
    say: Callable[..., Absence],
    subject: dict[str, Any],
    context: dict[str, Any],
) -> HttpResponse:
    """The appointments that fall in these days are shown before anything is written, and decided with it."""
    form = AbsenceForm(request.POST or None)
    cover: CoverForm | None = None
    if request.method == "POST" and form.is_valid():
        try:
            cover = _cover(request, subject, form.cleaned_data)
            if cover is None or cover.is_valid():
                decided = {"decisions": cover.decisions()} if cover else {}
                say(by=request.user, **subject, **form.cleaned_data, **decided)
                told = cover.told() if cover else ""
                messages.success(request, f"C’est noté\u00a0: {context['done']}{told}")
                # The form is sent to its own place in the page: what is said now stands at the top.
                return redirect(f"{request.path}#contenu")
        except DomainError as refused:
            form.add_error(None, refused.message)
            cover = cover or _booked_meanwhile(request, subject, form.cleaned_data)
    rows = said.order_by("-first_day", "-id")[:50]
    shown = cover if cover and cover.errors else form
    context = {"absences": rows, "form": form, "cover": cover, **context}
    return render(request, "accounts/absences.html", context, status=status_of(shown))


def _booked_meanwhile(
    request: HttpRequest, subject: dict[str, Any], days: dict[str, Any]
) -> CoverForm | None:
    """What was booked as the absence was being said is asked at once, under what refused it."""
    with suppress(DomainError):
        return _cover(request, subject, days)
    return None


def _cover(request: HttpRequest, subject: dict[str, Any], days: dict[str, Any]) -> CoverForm | None:
    """What becomes of a person's appointments; None where there is none, and for an organisation."""
    person = subject.get("person")
    covers = appointments_to_cover(user=person, **days) if person else []
    return CoverForm(request.POST, covers=covers) if covers else None
