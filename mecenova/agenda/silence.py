"""The first promise, checked every night: whatever is alive has a next step.

Each room says in its `followups.py` what is alive in it; what is found without a step gets one from the team.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any, NamedTuple

from django.db.models import Count, Exists, Model, QuerySet, Subquery, Value

from mecenova.agenda.enums import Outcome
from mecenova.agenda.models import FollowUp
from mecenova.agenda.rules import Rule
from mecenova.calendar import clock

Living = Callable[[], "QuerySet[Any]"]
# Opens what comes next of one subject, as the room's own operations would have.
Restart = Callable[[Any], object]


class Beside(NamedTuple):
    """What must run beside the next step: one of these rules, of each of these subjects.

    Or must have been begun `once`: whatever became of it, it is not lost.
    """

    rules: tuple[str, ...]
    queryset: Living
    restart: Restart
    once: bool = False


_registry: dict[str, Living] = {}
_restarts: dict[str, Restart] = {}
_beside: dict[str, Beside] = {}

# The step that the team gets of whatever had none: the subject still waits for its own.
REPAIR = "agenda.repair"

# What is done once at an event is looked for as long as it still helps whoever lives it.
EVENT_REMEMBERED = timedelta(days=30)


def register_living(name: str, queryset: Living, restart: Restart | None = None) -> None:
    """`queryset()` gives every subject of one kind that must have a next step, and no other.

    `restart(subject)` is tried on one that has lost it, held, before the team is asked. It opens nothing
    where what the subject holds does not say which step it is at.
    """
    if name in _registry:
        raise ValueError(f"Two kinds of living subjects are called {name}")
    _registry[name] = queryset
    if restart is not None:
        _restarts[name] = restart


def register_beside(rules: Sequence[str], queryset: Living, restart: Restart, *, once: bool = False) -> None:
    """One of these rules must be open on each subject that `queryset()` gives, beside its next step.

    Nobody is shown such a follow-up, so nobody would see that it is lost: `restart(subject)` opens it again.
    `once` is for what an event begins and nothing repeats: then a subject has lost it that never had it, and
    `queryset()` gives those of the events that are `recent()`.
    """
    if rules[0] in _beside:
        raise ValueError(f"What must run beside is declared twice by {rules[0]}")
    _beside[rules[0]] = Beside(tuple(rules), queryset, restart, once)


def beside() -> dict[str, Beside]:
    return {name: _beside[name] for name in sorted(_beside)}


def recent() -> datetime:
    """Since when what an event should have begun is looked for."""
    return clock.now() - EVENT_REMEMBERED


def lacking(declared: Beside) -> "QuerySet[Any]":
    """The subjects on which none of the rules that must run is open, or that never had what is done once."""
    subjects = declared.queryset()
    rows = FollowUp.objects.all() if declared.once else FollowUp.objects.open()
    return subjects.filter(~Exists(rows.about_each(subjects.model).filter(rule__in=declared.rules)))


def interrupted(rule: Rule, subjects: "QuerySet[Any]") -> "QuerySet[Any]":
    """Those, among these subjects, on which this rule stopped after a day that was done and is not its last.

    The next day is written in the transaction that closes the former: it was lost. Only of what is done once:
    what an operation closes as done goes on otherwise.
    """
    rows = FollowUp.objects.all().about_each(subjects.model).filter(rule=rule.name)
    latest = rows.order_by("-cycle", "-occurrence")
    outcome, day = (Subquery(latest.values(name)[:1]) for name in ("outcome", "occurrence"))
    stopped = subjects.alias(outcome=outcome, day=day).filter(outcome=Outcome.DONE, day__lt=rule.days[-1])
    return stopped.filter(~Exists(rows.open()))


def living() -> dict[str, Living]:
    return {name: _registry[name] for name in sorted(_registry)}


def restart_of(name: str) -> Restart | None:
    return _restarts.get(name)


def without_step(subjects: "QuerySet[Any]") -> "QuerySet[Any]":
    """Those, among these subjects, whom no open step speaks of."""
    return subjects.filter(~Exists(FollowUp.objects.steps().about_each(subjects.model)))


def forgotten(subjects: "QuerySet[Any]") -> "QuerySet[Any]":
    """Those that have no step of their own: that the team is asked to mend it is not one."""
    steps = FollowUp.objects.steps().about_each(subjects.model)
    return subjects.filter(~Exists(steps.exclude(rule=REPAIR)))


def numbers_of(found: "Mapping[str, QuerySet[Any]]") -> dict[str, int]:
    """How many each of these are, by name, in one query."""
    numbers = [
        rows.order_by().values_list(Value(name)).annotate(how_many=Count("pk"))
        for name, rows in found.items()
    ]
    return dict(numbers[0].union(*numbers[1:], all=True)) if numbers else {}


def subjects_without_step() -> Iterator[Model]:
    """Whatever is alive and is forgotten: one query, and one more for each kind in which something is."""
    found = {name: forgotten(queryset()) for name, queryset in living().items()}
    for name, number in numbers_of(found).items():
        if number:
            yield from found[name]


def is_living(subject: Model) -> bool:
    """Whether one of the rooms counts it among what must have a next step."""
    return any(
        queryset().filter(pk=subject.pk).exists()
        for queryset in living().values()
        if queryset().model is type(subject)
    )
