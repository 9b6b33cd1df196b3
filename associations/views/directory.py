"""The public directory and the public page of an association."""

from typing import Any
from uuid import UUID

from django.contrib.auth.decorators import login_not_required
from django.core.paginator import Page, Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_safe

from accounts.models import Merge
from accounts.policies import Person, is_member
from associations import policies
from associations.filters import AssociationFilter
from associations.forms.notes import AssociationCallForm
from associations.models import Association, Project
from associations.readiness import completeness, learned, where_to_say, with_learning
from associations.views.history import history_of
from infotheque.prescribed import step_values
from mecenova.agenda.operations import next_steps
from mecenova.team import is_staff
from mecenova.ui.results import PER_PAGE, show_results


@login_not_required
@require_safe
def association_list(request: HttpRequest) -> HttpResponse:
    found = AssociationFilter(request.GET, queryset=Association.objects.listed().by_name().for_list())
    return show_results(request, "associations/association_list.html", found)


@login_not_required
@require_safe
def association_detail(request: HttpRequest, pk: UUID) -> HttpResponse:
    association = Association.objects.for_page().filter(pk=pk).first()
    if association is None:
        return _where_it_went(pk)
    if not policies.can_view_association(request.user, association):
        raise Http404
    return show_association(request, association)


def show_association(
    request: HttpRequest,
    association: Association,
    call_form: AssociationCallForm | None = None,
    status: int = 200,
) -> HttpResponse:
    """Its page, read `for_page`. `call_form` is the one that was refused, with what was typed."""
    inside = policies.can_edit_association(request.user, association)
    projects = association.projects.all() if inside else association.projects.published()
    page = Paginator(projects.newest_first(), PER_PAGE).get_page(request.GET.get("projets"))
    context: dict[str, Any] = {
        "association": association,
        "organisation": association.organisation,
        "projects": page,
        "project_page": page,
        "inside": inside,
        "can_create_project": policies.can_create_project(request.user, association),
        "can_claim": policies.can_claim(request.user, association),
        "can_solicit": policies.can_solicit(request.user, association),
    }
    if policies.can_see_learning(request.user, association):
        context["learned"] = learned(association)
    if inside:
        context |= step_values(request.user, association.organisation, association.organisation)
        context |= _from_inside(association, page, request.user)
        can_call = is_staff(request.user) and not association.organisation.is_unclaimed
        call_form = call_form or (AssociationCallForm() if can_call else None)
    context["call_form"] = call_form
    return render(request, "associations/association_detail.html", context, status=status)


def _where_it_went(pk: UUID) -> HttpResponse:
    """A record that was made part of another answers at its former address, for good."""
    kept = Association.objects.filter(organisation=Merge.objects.kept_instead_of(pk)).first()
    if kept is None:
        raise Http404
    return redirect(kept, permanent=True)


def _from_inside(association: Association, projects: Page[Project], reader: Person) -> dict[str, Any]:
    """What its own people, and the team, see besides the public page."""
    organisation = association.organisation
    history = history_of(organisation, reader)
    steps = next_steps(projects)
    found = with_learning(completeness(association), association)
    return {
        "projects": [(project, steps.get(project.pk)) for project in projects],
        "completeness": found,
        "missing": [(part.label, where_to_say(association, part)) for part in found.missing],
        "history": history,
        "is_member": is_member(reader, organisation),
        "asked": organisation.what_is_asked(),
    }
