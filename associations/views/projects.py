"""Projects: written by their association, read by everybody once published."""

from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST, require_safe

from accounts.operations import hold
from associations import operations, policies
from associations.forms.notes import CloseForm
from associations.forms.project import NewProjectForm, PauseForm, ProjectForm
from associations.hints import hints_for
from associations.models import Association, Project
from associations.readiness import completeness, missing_from_project
from associations.starters import REQUESTS, starter
from associations.views.found import project_or_404
from associations.views.history import history_of
from infotheque.prescribed import step_values
from mecenova.ui.as_shown import held_to_write
from mecenova.ui.figures import long_date
from mecenova.ui.form_pages import show_form
from mecenova.workflow.attempts import attempt
from mecenova.workflow.errors import DomainError


@login_not_required
@require_safe
def project_detail(request: HttpRequest, pk: UUID) -> HttpResponse:
    project = project_or_404(request, pk, policies.can_view_project)
    inside = policies.can_edit_project(request.user, project)
    can_solicit = policies.can_solicit(request.user, project.association)
    from_outside = project.is_published and not inside and not can_solicit
    context = {
        "project": project,
        "association": project.association,
        "inside": inside,
        "can_solicit": can_solicit,
        "reads_as": policies.reads_as(request.user) if from_outside else "",
    }
    if inside:
        context |= {
            **step_values(request.user, project.association.organisation, project),
            "history": history_of(project, request.user),
            "hints": hints_for(project),
            "completeness": completeness(project.association) if project.waits_for_check else None,
            "can_publish": policies.can_publish_project(request.user, project),
        }
    return render(request, "associations/project_detail.html", context)


def project_create(request: HttpRequest) -> HttpResponse:
    """Somebody of several associations says for which one by `?association=`; otherwise it is theirs."""
    association = _association_of(request)
    started = {"causes": list(association.causes.all()), "territories": list(association.territories.all())}
    kind = request.GET.get("modele", "")
    if kind in REQUESTS:
        first_words = starter(association.causes.first(), kind)
        started |= {"title": first_words.title, "description": first_words.description}
    form = NewProjectForm(request.POST or None, initial=started)
    if request.method == "POST" and form.is_valid():
        try:
            project = operations.create_project(association=association, by=request.user, **form.cleaned_data)
        except DomainError as refused:
            form.add_error(None, refused.message)
        else:
            messages.success(request, "Le brouillon est enregistré. Ajoutez maintenant ce que vous cherchez.")
            return redirect(project)
    context = {"association": association, "others": _others_of(request, association)}
    return show_form(request, "associations/project_form.html", form, **context)


@transaction.atomic
def project_edit(request: HttpRequest, pk: UUID) -> HttpResponse:
    project = held_to_write(
        request,
        lambda: project_or_404(request, pk, policies.can_edit_project),
        lambda found: hold([found.association.organisation_id]),
    )
    form = ProjectForm(request.POST or None, now=ProjectForm.initial_of(project))
    again = form.taken_up() if request.method == "POST" and form.is_valid() else None
    if request.method == "POST" and form.is_valid() and again is None:
        try:
            operations.update_project(project=project, by=request.user, **form.merged())
        except DomainError as refused:
            form.add_error(None, refused.message)
        else:
            messages.success(request, "Le projet est enregistré.")
            return redirect(project)
    context = {"project": project, "association": project.association}
    return show_form(request, "associations/project_form.html", again or form, **context)


def project_publish(request: HttpRequest, pk: UUID) -> HttpResponse:
    """GET shows what is about to happen, POST does it."""
    project = project_or_404(request, pk, policies.can_publish_project)
    if request.method == "POST":
        done = "Le projet est publié."
        if not project.association.organisation.is_checked:
            done = "Le projet est prêt\u00a0: il paraîtra avec votre fiche, une fois vérifiée."
        attempt(request, done, operations.publish_project, project=project)
        return redirect(project)
    context = {"project": project, "missing": missing_from_project(project)}
    return render(request, "associations/project_publish.html", context)


def project_pause(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Choose the last day of a pause, or another one."""
    project = project_or_404(request, pk, policies.can_edit_project)
    form = PauseForm(
        request.POST or None, initial={"until": project.paused_until if project.is_paused else None}
    )
    if request.method == "POST" and form.is_valid():
        try:
            operations.pause_project(project=project, by=request.user, **form.cleaned_data)
        except DomainError as refused:
            form.add_error("until", refused.message)
        else:
            messages.success(request, "Le projet est en pause\u00a0: il se lit, et n’est proposé à personne.")
            return redirect(project)
    return show_form(request, "associations/project_pause.html", form, project=project)


@require_POST
def project_resume(request: HttpRequest, pk: UUID) -> HttpResponse:
    """End a pause before its date, and say what still stops the project, if anything does."""
    project = project_or_404(request, pk, policies.can_edit_project)
    try:
        project = operations.resume_project(project=project, by=request.user)
    except DomainError as refused:
        messages.error(request, refused.message)
    else:
        _say_what_still_stops(request, project)
    return redirect(project)


def project_close(request: HttpRequest, pk: UUID) -> HttpResponse:
    project = project_or_404(request, pk, policies.can_close_project)
    form = CloseForm(request.POST if request.method == "POST" else None)
    if form.is_valid():
        try:
            operations.close_project(project=project, by=request.user, **form.cleaned_data)
        except DomainError as refused:
            form.add_error(None, refused.message)
        else:
            messages.success(request, "Le projet est clos.")
            return redirect(project)
    return show_form(request, "associations/project_close.html", form, project=project)


def _say_what_still_stops(request: HttpRequest, project: Project) -> None:
    still = "La pause du projet est levée, mais il n’est encore proposé à personne\u00a0: votre association"
    if project.association.is_expert_only:
        messages.warning(request, f"{still} est experte seulement.")
    elif project.stopped_until:
        messages.warning(request, f"{still} est en pause jusqu’au {long_date(project.stopped_until)}.")
    else:
        messages.success(request, "Le projet est de nouveau proposé aux entreprises.")


def _others_of(request: HttpRequest, chosen: Association) -> list[Association]:
    """Of the person's own, those for which this could be done instead."""
    return list(Association.objects.of(request.user).exclude(pk=chosen.pk).select_related("organisation"))


def _association_of(request: HttpRequest) -> Association:
    mine = Association.objects.for_readiness().of(request.user)
    chosen = mine.named_by(request.GET.get("association", ""))
    association = chosen.first()
    if association is None or not policies.can_create_project(request.user, association):
        raise Http404
    return association
