"""Why a project found no company, and the four choices; the team notes there that it has called."""

import uuid

from django import forms
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_POST, require_safe

from accounts.policies import is_member
from infotheque.models import Prescription
from matching import operations, policies
from matching.enums import Choice
from matching.explaining import CHOICES, draft_question, facts_of, what_choosing_did, where_it_is_done, why
from matching.followups import CallAfterDiagnosis
from matching.forms import CHOICE_FORMS, DiagnosisCallForm
from matching.models import Diagnosis
from mecenova.agenda.enums import Owner
from mecenova.agenda.models import Slot
from mecenova.agenda.operations import next_step
from mecenova.agenda.slot_links import slots_path
from mecenova.team import is_staff
from mecenova.workflow.errors import DomainError


@require_safe
def diagnosis(request: HttpRequest, pk: uuid.UUID) -> HttpResponse:
    return _show(request, _seen_by(request, pk))


@require_POST
def choose(request: HttpRequest, pk: uuid.UUID) -> HttpResponse:
    """One of the four; what was typed is kept when something is missing."""
    found = _seen_by(request, pk)
    choice = request.POST.get("choice", "")
    form_class = CHOICE_FORMS.get(choice)
    if form_class is None:
        messages.error(request, "Choisissez l’une des quatre suites proposées.")
        return redirect(found)
    form = form_class(request.POST)
    if not form.is_valid():
        return _show(request, found, {choice: form}, status=422)
    try:
        chosen = operations.choose_after(diagnosis=found, choice=choice, by=request.user, **form.cleaned_data)
    except DomainError as refused:
        form.add_error(None, refused.message)
        return _show(request, _seen_by(request, pk), {choice: form}, status=409)
    messages.success(request, what_choosing_did(chosen))
    return redirect(where_it_is_done(found, choice))


@require_POST
def call(request: HttpRequest, pk: uuid.UUID) -> HttpResponse:
    """The team has talked with the association."""
    found = _seen_by(request, pk)
    if not is_staff(request.user):
        raise Http404
    form = DiagnosisCallForm(request.POST)
    if not form.is_valid():
        return _show(request, found, call_form=form, status=422)
    try:
        operations.note_call(diagnosis=found, by=request.user, **form.cleaned_data)
    except DomainError as refused:
        form.add_error(None, refused.message)
        return _show(request, _seen_by(request, pk), call_form=form, status=409)
    messages.success(request, "L’appel est noté. Le projet est de nouveau proposé.")
    return redirect(found)


def _show(
    request: HttpRequest,
    found: Diagnosis,
    bound: dict[str, forms.Form] | None = None,
    call_form: forms.Form | None = None,
    *,
    status: int = 200,
) -> HttpResponse:
    project = found.project
    step = next_step(project)
    organisation = project.association.organisation
    own = is_member(request.user, organisation)
    mine = own and step is not None and step.owner == Owner.ORGANISATION
    initial = {"question": draft_question(project)}
    call_expected = step is not None and step.rule == CallAfterDiagnosis.name
    held = Slot.objects.to_hold().ahead().of_organisation(organisation.pk)
    context = {
        "diagnosis": found,
        "project": project,
        "own": own,
        "why": why(found),
        "facts": facts_of(found),
        "choices": [
            (choice, CHOICES[choice], (bound or {}).get(choice) or CHOICE_FORMS[choice](initial=initial))
            for choice in Choice
        ],
        "over": operations.why_over(found),
        # Not shown any more once it is over: what was sent is said beside.
        "refused": next(iter((bound or {}).values()), None),
        "step": step,
        "step_is_mine": mine,
        "to_read": Prescription.objects.to_read(organisation.pk, steps=[step] if mine else []),
        "step_who": organisation.name if step and step.owner == Owner.ORGANISATION else "",
        "slots_url": slots_path(organisation_id=organisation.pk, about=project),
        "booked": held.select_related("adviser").first(),
        "may_call": call_expected and is_staff(request.user),
        "call_form": call_form or DiagnosisCallForm(),
    }
    return render(request, "matching/diagnosis.html", context, status=status)


def _seen_by(request: HttpRequest, pk: uuid.UUID) -> Diagnosis:
    found = get_object_or_404(Diagnosis.objects.with_project(), pk=pk)
    if not policies.can_view_diagnosis(request.user, found):
        raise Http404
    return found
