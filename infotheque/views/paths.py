"""The learning paths: everybody reads them, members work on them."""

from collections.abc import Mapping
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_POST, require_safe

from accounts.models import Organisation
from accounts.operations import hold
from infotheque import operations
from infotheque.assessment import radars, weakest
from infotheque.exercises import exercise_of
from infotheque.forms.step import StepForm
from infotheque.models import Path, Progress, Step
from mecenova.identifiers.keys import key_in
from mecenova.workflow.errors import DomainError


@login_not_required
@require_safe
def path_list(request: HttpRequest) -> HttpResponse:
    paths = Path.objects.with_lengths()
    return render(request, "infotheque/path_list.html", {"paths": paths})


@login_not_required
@require_safe
def path(request: HttpRequest, slug: str) -> HttpResponse:
    found = get_object_or_404(Path, slug=slug)
    mine, learner = _learners(request, found)
    done = Progress.objects.of(learner, found) if learner else {}
    steps = [(step, done.get(step.pk)) for step in found.steps.all()]
    context = {
        "path": found,
        "steps": steps,
        "done_count": sum(bool(progress and progress.is_done) for _, progress in steps),
        "next": next((step for step, progress in steps if not (progress and progress.is_done)), None),
        "learner": learner,
        "organisations": mine,
    }
    return render(request, "infotheque/path.html", context)


@login_not_required
@require_safe
def step(request: HttpRequest, slug: str, key: str) -> HttpResponse:
    return render(request, "infotheque/step.html", _step_context(request, _step_or_404(slug, key)))


@require_POST
@transaction.atomic
def answer(request: HttpRequest, slug: str, key: str) -> HttpResponse:
    """Keep the answers; « Terminer » also finishes the step. What was typed is kept when it is refused, and
    what a colleague has written meanwhile is shown before it is replaced."""
    found, learner = _step_and_learner(request, slug, key)
    hold([learner.pk])
    form = _form(found, learner, request.POST)
    if form.is_valid():
        if again := form.taken_up():
            return render(request, "infotheque/step.html", _step_context(request, found, again), status=409)
        try:
            operations.answer_step(organisation=learner, step=found, answers=form.answers(), by=request.user)
            if "terminer" in request.POST:
                operations.finish_step(organisation=learner, step=found, by=request.user)
                messages.success(request, f"Étape faite\u00a0: {found.title}.")
                return redirect(_after(found, learner))
        except DomainError as refused:
            # What was written is kept: it is what this page shows from now on.
            kept = _form(found, learner)
            form = _form(found, learner, request.POST.dict() | {"as_shown": kept.initial["as_shown"]})
            form.add_error(None, refused.message)
        else:
            messages.success(request, "C’est enregistré.")
            return redirect(_at(found.get_absolute_url(), learner))
    return render(request, "infotheque/step.html", _step_context(request, found, form), status=422)


@require_POST
def take_up(request: HttpRequest, slug: str, key: str) -> HttpResponse:
    found, learner = _step_and_learner(request, slug, key)
    operations.take_up_step(organisation=learner, step=found, by=request.user)
    return redirect(_at(found.get_absolute_url(), learner))


def _step_or_404(slug: str, key: str) -> Step:
    return get_object_or_404(Step.objects.for_reading(), path__slug=slug, key=key)


def _step_and_learner(request: HttpRequest, slug: str, key: str) -> tuple[Step, Organisation]:
    found = _step_or_404(slug, key)
    _, learner = _learners(request, found.path)
    if learner is None:
        raise Http404
    return found, learner


def _step_context(request: HttpRequest, found: Step, form: StepForm | None = None) -> dict[str, Any]:
    """The lesson for everybody; the exercise, what it sees and what it concludes for a member."""
    mine, learner = _learners(request, found.path)
    siblings = list(found.path.steps.all())
    place = siblings.index(found)
    context: dict[str, Any] = {
        "step": found,
        "path": found.path,
        "place": place + 1,
        "count": len(siblings),
        "previous": siblings[place - 1] if place else None,
        "following": siblings[place + 1] if place + 1 < len(siblings) else None,
        "learner": learner,
        "organisations": mine,
    }
    return context if learner is None else context | _exercise_context(found, learner, form)


def _form(found: Step, learner: Organisation, sent: Mapping[str, Any] | None = None) -> StepForm:
    progress = Progress.objects.filter(organisation=learner, step=found).first()
    answers = progress.answers if progress else {}
    return StepForm(sent, exercise=exercise_of(found.path.slug, found.key), answers=answers)


def _exercise_context(found: Step, learner: Organisation, form: StepForm | None) -> dict[str, Any]:
    exercise = exercise_of(found.path.slug, found.key)
    progress = Progress.objects.filter(organisation=learner, step=found).first()
    answers = progress.answers if progress else {}
    address = reverse("infotheque:step_take_up", args=[found.path.slug, found.key])
    return {
        "here": _at(found.get_absolute_url(), learner),
        "take_up_url": _at(address, learner),
        "progress": progress,
        "exercise": exercise,
        "form": form or StepForm(exercise=exercise, answers=answers),
        "findings": exercise.look(learner),
        "conclusion": exercise.conclude(answers) if answers else "",
        "radars": radars(exercise, answers),
        "helping": found.path.steps.in_this_order(weakest(exercise, answers)),
    }


def _learners(request: HttpRequest, found: Path) -> tuple[list[Organisation], Organisation | None]:
    """Those of the reader that may work through this path, and the one named in the address or the first."""
    if not request.user.is_authenticated:
        return [], None
    mine = [each for each in Organisation.objects.of(request.user).order_by("name_key") if found.suits(each)]
    asked = key_in(request.GET.get("organisme"))
    return mine, next((each for each in mine if each.pk == asked), mine[0] if mine else None)


def _after(found: Step, learner: Organisation) -> str:
    """The next step that is not done, on this path; its own page at the end."""
    left = found.path.steps.not_done_by(learner).filter(position__gt=found.position).first()
    return _at((left or found.path).get_absolute_url(), learner)


def _at(address: str, learner: Organisation) -> str:
    return f"{address}?organisme={learner.pk}"
