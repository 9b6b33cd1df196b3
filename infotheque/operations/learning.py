"""Working through a path: what an organisation answers, finishes and takes up again."""

from collections.abc import Mapping

from django.core.exceptions import PermissionDenied
from django.db import transaction

from accounts.models import Organisation, User
from accounts.operations import locked
from infotheque import policies
from infotheque.assessment import is_answered
from infotheque.exercises import Exercise, exercise_of
from infotheque.models import Document, Path, Progress, Step
from infotheque.shelf.courses import Course, courses
from mecenova.calendar import clock
from mecenova.workflow.errors import DomainError
from mecenova.workflow.journal import record

OPEN, DONE = "open", "done"


@transaction.atomic
def answer_step(*, organisation: Organisation, step: Step, answers: Mapping[str, str], by: User) -> Progress:
    """Keep what was written, whole or begun; the answers of before are replaced. A finished step stays so."""
    progress = _lock(organisation, step, by)
    known = _keys(exercise_of(step.path.slug, step.key))
    if unknown := set(answers) - known:
        raise TypeError(f"The step {step.key} does not ask for {', '.join(sorted(unknown))}")
    if progress.answers != answers:
        progress.answers, progress.answered_at = dict(answers), clock.now()
        progress.save(update_fields=["answers", "answered_at"])
    return progress


@transaction.atomic
def finish_step(*, organisation: Organisation, step: Step, by: User) -> Progress:
    """The step is done, for all the people of the organisation. Twice changes nothing.

    Raises DomainError, naming what is missing, as long as its exercise lacks something.
    """
    progress = _lock(organisation, step, by)
    if progress.is_done:
        return progress
    if lacking := what_is_missing(organisation, step, progress.answers):
        raise DomainError(f"Il manque encore\u00a0: {' ; '.join(lacking)}. Ce que vous avez écrit est gardé.")
    progress.done_at, progress.done_by = clock.now(), by
    progress.save(update_fields=["done_at", "done_by"])
    record(progress, "finish", OPEN, DONE, by, note=step.key)
    return progress


@transaction.atomic
def take_up_step(*, organisation: Organisation, step: Step, by: User) -> Progress:
    """Work on a finished step again: the answers stay, the date goes. Twice changes nothing."""
    progress = _lock(organisation, step, by)
    if progress.is_done:
        progress.done_at, progress.done_by = None, None
        progress.save(update_fields=["done_at", "done_by"])
        record(progress, "take_up", DONE, OPEN, by, note=step.key)
    return progress


def what_is_missing(organisation: Organisation, step: Step, answers: Mapping[str, str]) -> list[str]:
    """What keeps the step from being done, in words; an empty list when nothing does."""
    exercise = exercise_of(step.path.slug, step.key)
    lacking = [found.text for found in exercise.look(organisation) if found.needed and not found.is_there]
    lacking += [
        f"«\u202f{question.label}\u202f»"
        for question in exercise.questions
        if question.required and not answers.get(question.key)
    ]
    given = sum(bool(answers.get(each.key)) for each in exercise.questions if not each.required)
    if given < exercise.at_least:
        lacking.append("une réponse au moins" if exercise.at_least == 1 else f"{exercise.at_least} réponses")
    if exercise.groups and not is_answered(exercise, answers):
        lacking.append("une réponse à chaque question")
    return lacking


@transaction.atomic
def load_paths(*, by: User) -> int:
    """Make the paths that the library lacks; how many were. The others stay as the team left them."""
    if not policies.can_curate(by):
        raise PermissionDenied
    there = set(Path.objects.values_list("slug", flat=True))
    missing = [course for course in courses() if course.slug not in there]
    for course in missing:
        _make(course)
    return len(missing)


def _make(course: Course) -> None:
    path = Path.objects.create(slug=course.slug, **course.fields)
    slugs = [lesson.document for lesson in course.lessons]
    documents = {document.slug: document for document in Document.objects.filter(slug__in=slugs)}
    Step.objects.bulk_create(
        Step(path=path, position=position, document=documents.get(lesson.document), **lesson.fields)
        for position, lesson in enumerate(course.lessons, start=1)
    )


def _keys(exercise: Exercise) -> set[str]:
    asked = {question.key for question in exercise.questions}
    return asked | {dimension.key for dimension in exercise.dimensions}


def _lock(organisation: Organisation, step: Step, by: User) -> Progress:
    """The row of this organisation and step, made if need be, held until the end of the transaction."""
    if not policies.can_learn(by, organisation, step.path):
        raise PermissionDenied
    rows = Progress.objects.select_for_update(no_key=True)
    return rows.get_or_create(organisation=locked(organisation), step=step)[0]
