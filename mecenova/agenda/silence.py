"""The first promise, checked every night: whatever is alive has a next step.

Each room says in its `followups.py` what is alive in it; what is found without a step gets one from the team.
"""

from collections.abc import Callable, Iterator
from typing import Any

from django.contrib.contenttypes.models import ContentType
from django.db.models import Count, Exists, Model, OuterRef, QuerySet

from mecenova.agenda.models import FollowUp

Living = Callable[[], "QuerySet[Any]"]
_registry: dict[str, Living] = {}


def register_living(name: str, queryset: Living) -> None:
    """`queryset()` gives every subject of one kind that must have a next step, and no other."""
    if name in _registry:
        raise ValueError(f"Two kinds of living subjects are called {name}")
    _registry[name] = queryset


def living() -> dict[str, Living]:
    return {name: _registry[name] for name in sorted(_registry)}


def without_step(subjects: "QuerySet[Any]") -> "QuerySet[Any]":
    """Those, among these subjects, whom no open step speaks of."""
    return subjects.filter(~_a_step(subjects.model))


def counted(subjects: "QuerySet[Any]") -> tuple[int, int]:
    """How many these subjects are, and how many of them no open step speaks of."""
    found = subjects.order_by().aggregate(
        alive=Count("pk"), forgotten=Count("pk", filter=~_a_step(subjects.model))
    )
    return found["alive"], found["forgotten"]


def _a_step(model: type[Model]) -> Exists:
    subject_type = ContentType.objects.get_for_model(model)
    return Exists(FollowUp.objects.steps().filter(subject_type=subject_type, subject_id=OuterRef("pk")))


def subjects_without_step() -> Iterator[Model]:
    """Whatever is alive and has no next step: one query for each kind."""
    for queryset in living().values():
        yield from without_step(queryset())


def is_living(subject: Model) -> bool:
    """Whether one of the rooms counts it among what must have a next step."""
    return any(
        queryset().filter(pk=subject.pk).exists()
        for queryset in living().values()
        if queryset().model is type(subject)
    )
