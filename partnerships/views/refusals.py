"""The team's table of what follows a « no »."""

import uuid

from django.contrib import messages
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_http_methods, require_safe

from mecenova.ui.as_shown import held_to_write
from mecenova.ui.form_pages import show_form
from mecenova.workflow.errors import DomainError
from partnerships import operations, policies
from partnerships.forms import RefusalStepForm
from partnerships.models import RefusalStep, RefusalStepChange
from partnerships.operations.refusals import lock

LATEST_CHANGES = 20


@require_safe
def refusal_steps(request: HttpRequest) -> HttpResponse:
    """Every reason with what it leads to, and the latest changes."""
    _only_staff(request)
    changes = RefusalStepChange.objects.select_related("step", "by")[:LATEST_CHANGES]
    context = {"steps": RefusalStep.objects.for_list(), "changes": changes}
    return render(request, "partnerships/refusal_steps.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@transaction.atomic
def refusal_step(request: HttpRequest, pk: uuid.UUID) -> HttpResponse:
    """One reason: its words, its delay, its document; what was typed is kept when it is refused."""
    _only_staff(request)
    step = held_to_write(request, lambda: get_object_or_404(RefusalStep, pk=pk), lock)
    form = RefusalStepForm(request.POST or None, instance=step)
    again = form.taken_up() if request.method == "POST" and form.is_valid() else None
    if request.method == "POST" and form.is_valid() and again is None:
        try:
            changed = operations.edit_refusal_step(step=step, by=request.user, **form.changes())
        except DomainError as error:
            form.add_error(None, error.message)
        else:
            messages.success(request, "C’est enregistré." if changed else "Rien n’a changé.")
            return redirect("partnerships:refusal_steps")
    context = {"step": step, "changes": step.changes.select_related("by")}
    return show_form(request, "partnerships/refusal_step.html", again or form, **context)


def _only_staff(request: HttpRequest) -> None:
    if not policies.can_edit_refusal_steps(request.user):
        raise Http404
