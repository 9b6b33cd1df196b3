"""The words and the order of the learning paths, as curators leave them.

Which steps there are comes with the site: each is tied to an exercise and to what members answered.
"""

import uuid
from typing import Any, TypeVar

from django.core.exceptions import PermissionDenied
from django.db import transaction

from accounts.models import User
from infotheque import policies
from infotheque.exercises import registered
from infotheque.models import Path, Step
from mecenova.identifiers.text import one_line, paragraphs
from mecenova.workflow.errors import DomainError

TIDY = {"title": one_line, "introduction": paragraphs, "lesson": paragraphs, "exercise": paragraphs}
OF_A_PATH = {"title", "introduction"}
OF_A_STEP = {"title", "lesson", "exercise", "minutes", "document", "key"}
Written = TypeVar("Written", Path, Step)


@transaction.atomic
def update_path(*, path: Path, by: User, **changes: Any) -> Path:
    """Its title and introduction."""
    return _write(lock_path(path.pk, by=by), changes, OF_A_PATH)


@transaction.atomic
def update_step(*, step: Step, by: User, **changes: Any) -> Step:
    """Its words, its document and its exercise.

    Raises DomainError for a document that readers would not see, for an exercise that another step of the
    path has, and for a change of exercise once somebody has answered: those were answers to another question.
    """
    step = _lock(step, by)
    document = changes.get("document")
    if document and document.pk != step.document_id and not document.is_published:
        raise DomainError("Ce document n’est pas en ligne\u00a0: les lecteurs ne le verraient pas.")
    if (key := changes.get("key", step.key)) != step.key:
        _check_exercise(step, key)
    return _write(step, changes, OF_A_STEP)


@transaction.atomic
def move_step(*, step: Step, by: User, up: bool) -> Step:
    """One place up or down; the first stays first, the last stays last."""
    step = _lock(step, by)
    others = step.path.steps.all()
    if up:
        neighbour = others.filter(position__lt=step.position).order_by("-position").first()
    else:
        neighbour = others.filter(position__gt=step.position).order_by("position").first()
    if neighbour is not None:
        step.position, neighbour.position = neighbour.position, step.position
        step.save(update_fields=["position"])
        neighbour.save(update_fields=["position"])
    return step


def free_exercises(step: Step) -> list[str]:
    """Its own exercise, then those registered for its path that no step has."""
    taken = set(step.path.steps.values_list("key", flat=True))
    free = {key for path, key in registered() if path == step.path.slug} - taken
    return [step.key, *sorted(free)]


def _check_exercise(step: Step, key: str) -> None:
    if key not in free_exercises(step):
        raise DomainError("Cet exercice n’existe pas pour ce parcours, ou une autre étape l’a déjà.")
    if step.progress.exists():
        raise DomainError("Des membres ont déjà répondu à cet exercice\u00a0: il reste celui de l’étape.")


def _write(written: Written, changes: dict[str, Any], known: set[str]) -> Written:
    if unknown := set(changes) - known:
        raise TypeError(f"Not to be changed here: {', '.join(sorted(unknown))}")
    for name, value in changes.items():
        setattr(written, name, TIDY[name](value) if name in TIDY else value)
    written.save(update_fields=list(changes))
    return written


def lock_path(path: uuid.UUID, *, by: User) -> Path:
    """The path as it is now, held until the end of the transaction with its steps.

    Two curators who move them at once do not mix them up.
    """
    if not policies.can_curate(by):
        raise PermissionDenied
    return Path.objects.select_for_update(no_key=True).get(pk=path)


def _lock(step: Step, by: User) -> Step:
    lock_path(step.path_id, by=by)
    return Step.objects.select_related("path").get(pk=step.pk)
