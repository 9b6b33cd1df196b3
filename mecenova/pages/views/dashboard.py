"""One dashboard per role: what is mine to do, what I wait for, from whom, by when."""

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.core.paginator import Page, Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_safe

from accounts.enums import OrganisationStatus
from accounts.models import Merge, Organisation
from accounts.policies import unfinished_registration
from associations.models import Association, Project
from associations.readiness import completeness as association_completeness
from associations.readiness import where_to_say as association_where_to_say
from associations.readiness import with_learning
from companies.models import Company, Need
from companies.readiness import completeness as company_completeness
from companies.readiness import door_is_closed, where_to_say
from infotheque.models import Prescription, Step
from infotheque.models.prescription import ToRead
from infotheque.places import gap_key
from matching.models import Diagnosis, Suggestion
from matching.odds import case_of_association, places_of, what_if
from matching.presented import presentations
from mecenova.agenda import operations as agenda
from mecenova.agenda.models import Absence, FollowUp, Slot, SlotRequest
from mecenova.calendar import clock
from mecenova.readiness import Completeness
from partnerships.models import Introduction, Partnership
from partnerships.operations import places_left
from partnerships.refusals import next_steps_of_each, to_ask_again

LATEST = 5
PER_PAGE = 20
# What grows with the years is read page by page: each list, and the heading under which it stands.
HEADINGS = {"owed": "a-faire", "awaited": "en-cours", "projects": "projets", "needs": "besoins"}


@require_safe
def dashboard(request: HttpRequest) -> HttpResponse:
    """To the first organisation of the person (or the one named), or on to what is unfinished."""
    unfinished = unfinished_registration(request.user)
    if unfinished:
        return redirect(unfinished)
    mine = list(
        Organisation.objects.of(request.user).select_related("department__parent").order_by("name_key")
    )
    if not mine:
        return redirect("pages:control_tower")
    organisation = _named(request.GET.get("organisme", ""), mine)
    context = _common(organisation) | {"organisations": mine if len(mine) > 1 else []}
    association = Association.objects.for_page().filter(organisation=organisation).first()
    if association is not None:
        context |= _association(association)
        context |= {"to_read": _to_read(context, "associations")}
        return render(request, "pages/dashboard_association.html", _as_read(request, context))
    company = (
        Company.objects.select_related("organisation", "policy").filter(organisation=organisation).first()
    )
    if company is not None:
        context |= _company(company)
        context |= {"to_read": _to_read(context, "companies")}
        return render(request, "pages/dashboard_company.html", _as_read(request, context))
    return render(request, "pages/dashboard.html", _as_read(request, context | {"edit_url": ""}))


def _named(key: str, mine: list[Organisation]) -> Organisation:
    """The one that the address names, or that it has become part of since the mail; else the first."""
    known = {str(one.pk): one for one in mine}
    if key and key not in known:
        merged = Merge.objects.filter(kept__in=mine).values_list("gone_id", "kept")
        known |= {str(gone): known[str(kept)] for gone, kept in merged}
    return known.get(key, mine[0])


def _as_read(request: HttpRequest, context: dict[str, Any]) -> dict[str, Any]:
    """What is due soonest stands first, and is not said again below; then each list comes in its pages."""
    due = _due(context)
    said = due.step if due else None
    context = context | {"due": due, "owed": [line for line in context["owed"] if line[1] != said]}
    return context | _in_pages(request, context)


def _in_pages(request: HttpRequest, context: dict[str, Any]) -> dict[str, Page[Any]]:
    return {
        name: Paginator(context[name], PER_PAGE).get_page(request.GET.get(heading))
        for name, heading in HEADINGS.items()
        if name in context
    }


def _common(organisation: Organisation) -> dict[str, Any]:
    """What every organisation sees: its own next step, what it owes, what it waits for."""
    involved = Introduction.objects.involving(organisation).open().with_parties()
    partnerships = list(Partnership.objects.involving(organisation).active())
    introductions = list(involved)
    own = agenda.next_step(organisation)
    steps = agenda.next_steps([*introductions, *partnerships])
    names = Organisation.objects.names_of(step.owing_organisation_id for step in steps.values())
    lines = [_exchange(subject, steps.get(subject.pk), names) for subject in [*introductions, *partnerships]]
    wish = SlotRequest.objects.waiting().filter(organisation_id=organisation.pk).first()
    return {
        "organisation": organisation,
        "appointments": Slot.objects.to_hold().of_organisation(organisation.pk).select_related("adviser"),
        "slot_step": agenda.next_step(wish) if wish else None,
        "asked": organisation.what_is_asked(),
        "step": own,
        "absence": Absence.objects.of(organisation.pk, None).from_day(clock.today()).first(),
        "lesson": Step.objects.next_for(organisation),
        "owed": sorted(
            (line for line in lines if line[1] and line[1].owing_organisation_id == organisation.pk),
            key=lambda line: line[1].deadline,
        ),
        "awaited": [
            line for line in lines if not (line[1] and line[1].owing_organisation_id == organisation.pk)
        ],
        "declined": next_steps_of_each(to_ask_again(organisation)[:LATEST]),
    }


@dataclass(frozen=True)
class Due:
    """What the reader's organisation owes soonest, of what and with whom, and the page where it is done (its
    own: this one)."""

    step: FollowUp
    url: str
    about: str


def _due(context: dict[str, Any]) -> Due | None:
    """Whoever has no time reads one thing: it is theirs to do, if anything is."""
    organisation, of_its_own = context["organisation"], context.get("projects", context.get("needs", ()))
    steps = [(organisation, context["step"]), *((line[0], line[1]) for line in context["owed"]), *of_its_own]
    owed = [
        (subject, step)
        for subject, step in steps
        if step is not None and step.owing_organisation_id == organisation.pk
    ]
    subject, step = min(owed, key=lambda one: one[1].deadline, default=(None, None))
    if step is None:
        return None
    if subject == organisation:
        return Due(step, "", "")
    return Due(step, subject.get_absolute_url(), _about(subject, organisation))


def _about(subject: Project | Need | Introduction | Partnership, reader: Organisation) -> str:
    """Its title, and the other side where that does not name it."""
    if isinstance(subject, Project | Need):
        return f"«\u202f{subject.title}\u202f»"
    sides = subject.organisations()
    others = [side.name for side in sides if side != reader and side.name not in subject.heading]
    title = f"«\u202f{subject.heading}\u202f»"
    return f"{title}, avec {', '.join(others)}" if others else title


def _to_read(context: dict[str, Any], room: str) -> list[ToRead]:
    """What the team prescribes for the steps that the reader owes, and for what its profile lacks."""
    of_its_own = [step for _, step in context.get("projects", context.get("needs", ()))]
    steps = [context["step"], *(step for _, step, _ in context["owed"]), *of_its_own]
    gaps = (gap_key(room, part.key) for part in context["completeness"].missing)
    return Prescription.objects.to_read(context["organisation"].pk, steps=steps, gaps=gaps)


def _exchange(
    subject: Introduction | Partnership, step: FollowUp | None, names: dict[UUID, str]
) -> tuple[Introduction | Partnership, FollowUp | None, str]:
    """One thing going on: itself, its next step, and the name of the organisation that owes it."""
    return subject, step, names.get(step.owing_organisation_id, "") if step else ""


def _association(association: Association) -> dict[str, Any]:
    found = with_learning(association_completeness(association), association)
    case = case_of_association(association, places_of(association))
    odds, changes = what_if(case, association.organisation.department)
    projects = list(association.projects.all())
    steps = agenda.next_steps(projects)
    presented = (
        Suggestion.objects.filter(association=association).with_parties().order_by("-presented_at", "pk")
    )
    return {
        "association": association,
        "edit_url": reverse("associations:edit", args=[association.pk]),
        "completeness": found,
        "missing": [(part.label, association_where_to_say(association, part)) for part in found.missing],
        "projects": [(project, steps.get(project.pk)) for project in projects],
        "writes_first_project": _writes_first_project(association, projects, found),
        "diagnoses": Diagnosis.objects.open().of_association(association).select_related("project"),
        "odds": odds,
        "nationwide": case.is_nationwide,
        "what_if": changes,
        "presented": presentations(presented[:LATEST]),
        "presented_count": presented.count(),
    }


def _writes_first_project(association: Association, projects: list[Project], found: Completeness) -> bool:
    """Nothing else is asked of it first: neither a part of its profile, nor an answer to the team."""
    corrects = association.organisation.status == OrganisationStatus.CHANGES_ASKED
    return not (projects or found.missing or corrects) and association.wishes_mail


def _company(company: Company) -> dict[str, Any]:
    needs = list(Need.objects.of_company(company).with_details())
    steps = agenda.next_steps(needs)
    found = company_completeness(company)
    return {
        "company": company,
        "edit_url": reverse("companies:edit", args=[company.pk]),
        "completeness": found,
        "missing": [(part.label, where_to_say(company, part)) for part in found.missing],
        "door_is_closed": door_is_closed(company),
        "needs": [(need, steps.get(need.pk)) for need in needs],
        "places_left": places_left(company),
        "suggestions": Suggestion.objects.filter(company=company)
        .open()
        .with_parties()
        .order_by("-score", "pk")[:LATEST],
    }
