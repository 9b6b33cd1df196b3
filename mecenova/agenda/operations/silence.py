"""The nightly check: what is alive and waits for nothing gets a step from the team, and the count is kept."""

from collections import Counter
from collections.abc import Collection
from functools import partial
from typing import Any

from django.contrib.contenttypes.models import ContentType
from django.db import transaction
from django.db.models import Count, Exists, Max, Model, OuterRef, Q, QuerySet

from mecenova.agenda.enums import Outcome
from mecenova.agenda.followups import Repair
from mecenova.agenda.models import FollowUp, FollowUpQuerySet, SilenceCheck
from mecenova.agenda.opening import Opening, open_where_none
from mecenova.agenda.operations.follow_ups import go_on
from mecenova.agenda.rules import rule_named
from mecenova.agenda.silence import (
    Restart,
    beside,
    forgotten,
    interrupted,
    lacking,
    living,
    numbers_of,
    restart_of,
    without_step,
)
from mecenova.calendar import clock
from mecenova.one_by_one import all_at_once, one_by_one

# Of each kind: they are held until the check is over. The others wait for another night, with the team.
RESTARTED_A_NIGHT = 500


@transaction.atomic
def check_silence() -> SilenceCheck | None:
    """Find, give back its step to what lost it, have the rest mended, close what speaks of nothing any more,
    keep the count. A few queries for all kinds, and those of each that is mended.

    A kind that raises stops no other; but a count without it would say less than the truth: none is kept.
    """
    types, kinds = _types(), living()
    repaired = [kind for kind, repairs in types.items() if repairs]
    closed = one_by_one(_close_orphans, types, what="orphans of the type")
    closed += one_by_one(_close_repairs, repaired, what="repairs of the type")
    counts = all_at_once(_count, kinds, what="kind of subject")
    broken = [name for name, _, lost in counts if lost]
    mended = one_by_one(_mend, broken, what="kind of subject")
    missing = all_at_once(_count_beside, beside(), what="rule")
    stopped = [name for name, lost in missing if lost]
    restarted = one_by_one(_restart_beside, stopped, what="rule")
    asked = len(types) + len(repaired) + len(kinds) + len(broken) + len(beside()) + len(stopped)
    if len(closed) + len(counts) + len(mended) + len(missing) + len(restarted) < asked:
        return None
    return SilenceCheck.objects.create(
        subjects=sum(alive for _, alive, _ in counts),
        violations=sum(lost for _, _, lost in counts),
        orphans=sum(closed),
        restarted=sum(lost for _, lost in missing),
    )


def _types() -> dict[int, int]:
    """The types of what open follow-ups speak of, with the number of their repairs."""
    repairs = Count("pk", filter=Q(rule=Repair.name))
    return dict(FollowUp.objects.open().order_by().values_list("subject_type").annotate(repairs=repairs))


@transaction.atomic
def _count(names: Collection[str]) -> list[tuple[str, int, int]]:
    """Of each of these kinds, how many are alive, and how many of them were found without a step."""
    alive = {name: living()[name]() for name in names}
    lost = numbers_of({name: forgotten(subjects) for name, subjects in alive.items()})
    return [(name, number, lost[name]) for name, number in numbers_of(alive).items()]


@transaction.atomic
def _mend(name: str) -> None:
    queryset, restart = living()[name], restart_of(name)
    if restart is not None:
        _restart(name, forgotten(queryset()), restart)
    _repair(list(without_step(queryset())))


@transaction.atomic
def _count_beside(names: Collection[str]) -> list[tuple[str, int]]:
    """Of each of these rules, how many subjects had lost what it runs beside their step."""
    lost = {f"{name} {rank}": rows for name in names for rank, (rows, _) in enumerate(_lost_beside(name))}
    numbers = Counter[str]()
    for key, number in numbers_of(lost).items():
        numbers[key.split()[0]] += number
    return [(name, numbers[name]) for name in names]


@transaction.atomic
def _restart_beside(name: str) -> None:
    """It begins again, or goes on."""
    for lost, restart in _lost_beside(name):
        _restart(name, lost, restart)


def _lost_beside(name: str) -> "list[tuple[QuerySet[Any], Restart]]":
    declared, rule = beside()[name], rule_named(name)
    lost = [(lacking(declared), declared.restart)]
    if declared.once and rule is not None:
        lost.append((interrupted(rule, declared.queryset()), partial(go_on, rule)))
    return lost


def _restart(name: str, lost: "QuerySet[Any]", restart: Restart) -> None:
    """Whatever raises is left for another night, or to the team, and stops no other."""
    keys = lost.order_by("pk").values_list("pk", flat=True)[:RESTARTED_A_NIGHT]
    one_by_one(partial(_give_back, lost, restart), list(keys), what=name)


@transaction.atomic
def _give_back(lost: "QuerySet[Any]", restart: Restart, key: Any) -> None:
    """As it is now. Whoever holds it at this moment may be giving it a step: it is left to them."""
    rows = lost.model._base_manager.filter(pk=key)
    if not rows.select_for_update(skip_locked=True, no_key=True).values_list("pk").first():
        return
    subject = lost.filter(pk=key).first()
    if subject is not None:
        restart(subject)


def _repair(subjects: list[Model]) -> None:
    """A step for each, owed by the team. One that somebody opens at the same moment is left in its place."""
    if not subjects:
        return
    before = FollowUp.objects.about(subjects).filter(rule=Repair.name).order_by()
    cycles = dict(before.values_list("subject_id").annotate(last=Max("cycle")))
    first, now = Repair.days[0], clock.now()
    open_where_none(
        Repair(), [Opening(subject, cycles.get(subject.pk, 0) + 1, first, now) for subject in subjects]
    )


@transaction.atomic
def _close_orphans(type_id: int) -> int:
    """Open follow-ups whose subject, of this type, no longer exists."""
    model = ContentType.objects.get_for_id(type_id).model_class()
    if model is None:
        return 0
    rows = FollowUp.objects.open().filter(subject_type=type_id)
    return _cancel(rows, model._base_manager.filter(pk=OuterRef("subject_id")))


@transaction.atomic
def _close_repairs(type_id: int) -> int:
    """Repairs of what is over."""
    repairs = FollowUp.objects.open().filter(subject_type=type_id, rule=Repair.name)
    model = ContentType.objects.get_for_id(type_id).model_class()
    alive = [
        subjects for subjects in (queryset() for queryset in living().values()) if subjects.model is model
    ]
    return _cancel(repairs, *[each.filter(pk=OuterRef("subject_id")) for each in alive]) if alive else 0


def _cancel(rows: FollowUpQuerySet, *subjects: "QuerySet[Any]") -> int:
    for each in subjects:
        rows = rows.filter(~Exists(each))
    return rows.update(outcome=Outcome.CANCELLED, closed_at=clock.now(), lease_until=None)
