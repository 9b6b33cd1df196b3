"""The asks of a project: first the kind, then only the fields that this kind needs."""

from uuid import UUID

from django.contrib import messages
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render

from accounts.operations import hold
from associations import operations, policies
from associations.forms.project import FORM_OF_KIND
from associations.models import Ask
from associations.views.found import ask_or_404, project_or_404
from mecenova.reference.enums import Kind
from mecenova.ui.as_shown import held_to_write
from mecenova.ui.form_pages import show_form
from mecenova.workflow.attempts import attempt
from mecenova.workflow.errors import DomainError


def ask_create(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Without `?forme=`, the choice of the kind."""
    project = project_or_404(request, pk, policies.can_edit_project)
    kind = request.GET.get("forme", "")
    if kind and kind not in FORM_OF_KIND:
        raise Http404
    context = {
        "project": project,
        "choices": [(each, FORM_OF_KIND[each].lead) for each in Kind],
        "kind": kind,
    }
    if not kind:
        return render(request, "associations/ask_form.html", context)
    form = FORM_OF_KIND[kind](request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            operations.save_ask(project=project, by=request.user, kind=kind, **form.cleaned_data)
        except DomainError as refused:
            form.add_error(None, refused.message)
        else:
            messages.success(request, "La demande est ajoutée.")
            return redirect(project)
    return show_form(request, "associations/ask_form.html", form, **context, kind_label=Kind(kind).label)


@transaction.atomic
def ask_edit(request: HttpRequest, pk: UUID) -> HttpResponse:
    ask = held_to_write(
        request,
        lambda: ask_or_404(request, pk, policies.can_edit_ask),
        lambda found: hold([found.project.association.organisation_id]),
    )
    form_class = FORM_OF_KIND[ask.kind]
    form = form_class(request.POST or None, now=form_class.initial_of(ask))
    again = form.taken_up() if request.method == "POST" and form.is_valid() else None
    if request.method == "POST" and form.is_valid() and again is None:
        values = {**form.merged(), "ask_id": ask.pk}
        try:
            operations.save_ask(project=ask.project, by=request.user, kind=ask.kind, **values)
        except DomainError as refused:
            form.add_error(None, refused.message)
        else:
            messages.success(request, "La demande est enregistrée.")
            return redirect(ask.project)
    context = {"project": ask.project, "ask": ask, "kind": ask.kind, "kind_label": ask.get_kind_display()}
    return show_form(request, "associations/ask_form.html", again or form, **context)


def ask_delete(request: HttpRequest, pk: UUID) -> HttpResponse:
    """A form sent twice finds nothing left to remove: back to the projects, without an error."""
    if request.method == "POST" and not Ask.objects.filter(pk=pk).exists():
        messages.info(request, "Cette demande est déjà retirée.")
        return redirect("pages:dashboard")
    ask = ask_or_404(request, pk, policies.can_edit_ask)
    if request.method == "POST":
        attempt(request, "La demande est retirée.", operations.remove_ask, ask=ask)
        return redirect(ask.project)
    return render(request, "associations/ask_delete.html", {"ask": ask, "project": ask.project})
