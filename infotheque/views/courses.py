"""The learning paths as curators write them: words, documents, exercises, order."""

import uuid

from django.contrib import messages
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from infotheque import operations
from infotheque.forms.course import LessonForm, PathForm
from infotheque.models import Path, Step
from infotheque.operations.courses import lock_path
from mecenova.team import for_the_team
from mecenova.ui.as_shown import held_to_write
from mecenova.ui.form_pages import show_form
from mecenova.workflow.errors import DomainError


@require_safe
@for_the_team
def course_list(request: HttpRequest) -> HttpResponse:
    return render(request, "infotheque/course_list.html", {"paths": Path.objects.with_lengths()})


@require_http_methods(["GET", "HEAD", "POST"])
@for_the_team
@transaction.atomic
def course_edit(request: HttpRequest, pk: uuid.UUID) -> HttpResponse:
    found = held_to_write(
        request, lambda: get_object_or_404(Path, pk=pk), lambda path: lock_path(path.pk, by=request.user)
    )
    form = PathForm(request.POST or None, instance=found)
    if request.method == "POST" and form.is_valid():
        if again := form.taken_up():
            form = again
        else:
            operations.update_path(path=found, by=request.user, **form.changes())
            messages.success(request, "C’est enregistré.")
            return redirect("infotheque:course_edit", pk)
    context = {"path": found, "steps": found.steps.for_reading()}
    return show_form(request, "infotheque/course_edit.html", form, **context)


@require_http_methods(["GET", "HEAD", "POST"])
@for_the_team
@transaction.atomic
def lesson_edit(request: HttpRequest, pk: uuid.UUID) -> HttpResponse:
    """One step; what was typed is kept when it is refused."""
    found = held_to_write(
        request,
        lambda: get_object_or_404(Step.objects.for_reading(), pk=pk),
        lambda step: lock_path(step.path_id, by=request.user),
    )
    shown = {"path": found.path, "title": found.title, "address": found.get_absolute_url()}
    form = LessonForm(request.POST or None, instance=found, keys=operations.free_exercises(found))
    if request.method == "POST" and form.is_valid():
        if again := form.taken_up():
            return show_form(request, "infotheque/lesson_edit.html", again, **shown)
        try:
            operations.update_step(step=found, by=request.user, **form.changes())
        except DomainError as refused:
            form.add_error(None, refused.message)
        else:
            messages.success(request, "L’étape est enregistrée.")
            return redirect("infotheque:course_edit", found.path_id)
    return show_form(request, "infotheque/lesson_edit.html", form, **shown)


@require_POST
@for_the_team
def lesson_move(request: HttpRequest, pk: uuid.UUID) -> HttpResponse:
    """Up or down, by two ordinary buttons."""
    found = get_object_or_404(Step, pk=pk)
    act = request.POST.get("act", "")
    if act not in {"up", "down"}:
        raise Http404
    operations.move_step(step=found, by=request.user, up=act == "up")
    return redirect("infotheque:course_edit", found.path_id)
