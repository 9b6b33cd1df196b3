"""The profile's own pages: the list of its sections, and one page per section."""

from uuid import UUID

from django.contrib import messages
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_POST, require_safe

from accounts.operations import WENT_BACK, hold
from accounts.policies import asked_of, corrects
from associations import policies
from associations.forms.notes import AssociationCallForm
from associations.forms.profile import SECTIONS
from associations.hints import proposed_causes
from associations.models import Association
from associations.operations import NumberTaken, note_call, update_association
from associations.readiness import completeness, with_learning
from associations.views.directory import show_association
from associations.views.found import association_or_404
from infotheque.prescribed import step_values
from mecenova.team import is_staff
from mecenova.ui.as_shown import held_to_write
from mecenova.ui.form_pages import show_form
from mecenova.workflow.errors import DomainError


@require_safe
def edit(request: HttpRequest, pk: UUID) -> HttpResponse:
    association = association_or_404(request, pk, policies.can_edit_association)
    found = with_learning(completeness(association), association)
    sections = [
        {
            "key": key,
            "form": form,
            "missing": [part for part in found.missing if part.anchor == key],
            "is_blank": not any(form.initial_of(association).values()),
        }
        for key, form in SECTIONS.items()
    ]
    context = {
        "association": association,
        "asked": asked_of(request.user, association.organisation),
        "completeness": found,
        "missing": [(part.label, f"#{part.anchor}") for part in found.missing],
        "sections": sections,
        "proposed_causes": proposed_causes(association),
        **step_values(request.user, association.organisation, association.organisation),
    }
    return render(request, "associations/edit.html", context)


@transaction.atomic
def edit_section(request: HttpRequest, pk: UUID, section: str) -> HttpResponse:
    association = held_to_write(
        request,
        lambda: association_or_404(request, pk, policies.can_edit_association),
        lambda found: hold([found.organisation_id]),
    )
    form_class = SECTIONS.get(section)
    if form_class is None:
        raise Http404
    initial = form_class.initial_of(association)
    proposed = proposed_causes(association) if "causes" in initial else []
    typed = {"causes": proposed} if proposed else {}
    form = form_class(request.POST or None, now=initial, typed=typed)
    taken = None
    again = form.taken_up() if request.method == "POST" and form.is_valid() else None
    if request.method == "POST" and form.is_valid() and again is None:
        corrected = corrects(request.user, association.organisation)
        try:
            update_association(association=association, by=request.user, **form.merged())
        except NumberTaken as refused:
            taken = refused.organisation
            form.add_error(refused.field, refused.message)
        except DomainError as refused:
            form.add_error(None, refused.message)
        else:
            saved = f"«\u202f{form.title}\u202f»\u00a0: c’est enregistré."
            messages.success(request, f"{saved} {WENT_BACK}" if corrected else saved)
            return redirect("associations:edit", pk=pk)
    context = {
        "association": association,
        "asked": asked_of(request.user, association.organisation),
        "proposed_causes": proposed,
        "taken": taken,
    }
    return show_form(request, "associations/edit_section.html", again or form, **context)


@require_POST
def note_call_made(request: HttpRequest, pk: UUID) -> HttpResponse:
    association = get_object_or_404(Association.objects.for_page(), pk=pk)
    if not is_staff(request.user):
        raise Http404
    form = AssociationCallForm(request.POST)
    if not form.is_valid():
        return show_association(request, association, form, status=422)
    try:
        note_call(association=association, by=request.user, note=form.cleaned_data["note"])
    except DomainError as refused:
        form.add_error(None, refused.message)
        return show_association(request, association, form, status=409)
    messages.success(request, "L’appel est noté.")
    return redirect("associations:detail", pk=association.pk)
