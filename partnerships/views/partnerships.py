"""One partnership: its parties, its next step, and the way out."""

import uuid

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_GET, require_POST

from accounts.models import Organisation
from mecenova.agenda import operations as agenda
from mecenova.agenda.models import FollowUp
from mecenova.workflow.errors import DomainError
from mecenova.workflow.journal import history
from partnerships import operations, policies
from partnerships.forms import AbandonForm
from partnerships.models import Partnership


@require_GET
def partnership(request: HttpRequest, pk: uuid.UUID) -> HttpResponse:
    return _show(request, _partnership_seen_by(request, pk), AbandonForm())


@require_POST
def abandon(request: HttpRequest, pk: uuid.UUID) -> HttpResponse:
    found = _partnership_seen_by(request, pk)
    if not policies.can_abandon_partnership(request.user, found):
        raise Http404
    form = AbandonForm(request.POST)
    if not form.is_valid():
        return _show(request, found, form, status=422)
    try:
        operations.abandon_partnership(partnership=found, by=request.user, note=form.cleaned_data["note"])
    except DomainError as error:
        messages.error(request, error.message)
    else:
        messages.success(request, "Le partenariat est clos. Merci de l’avoir dit.")
    return redirect("partnerships:partnership", pk=found.pk)


def _partnership_seen_by(request: HttpRequest, pk: uuid.UUID) -> Partnership:
    found = get_object_or_404(Partnership.objects.select_related("introduction"), pk=pk)
    if not policies.can_view_partnership(request.user, found):
        raise Http404
    return found


def _show(request: HttpRequest, found: Partnership, form: AbandonForm, status: int = 200) -> HttpResponse:
    step = agenda.next_step(found) if found.is_active else None
    context = {
        "partnership": found,
        "parties": found.parties.select_related("organisation").prefetch_related("organisation__members"),
        "step": step,
        "who": _name_of(step),
        "mine": bool(step) and policies.owes(request.user, step),
        "may_abandon": found.is_active and policies.can_abandon_partnership(request.user, found),
        "form": form,
        "history": history(found),
    }
    return render(request, "partnerships/partnership.html", context, status=status)


def _name_of(step: FollowUp | None) -> str:
    """The organisation that owes the step; nothing when the platform or the team does."""
    if step is None or step.organisation_id is None:
        return ""
    return Organisation.objects.names_of([step.organisation_id]).get(step.organisation_id, "")
