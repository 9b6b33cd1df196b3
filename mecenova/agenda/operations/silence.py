"""The nightly check: what is alive and waits for nothing gets a step from the team, and the count is kept."""

import logging
from typing import Any

from django.contrib.contenttypes.models import ContentType
from django.db import transaction
from django.db.models import Exists, Max, Model, OuterRef, QuerySet

from mecenova.agenda.enums import Outcome
from mecenova.agenda.followups import Repair
from mecenova.agenda.models import FollowUp, FollowUpQuerySet, SilenceCheck
from mecenova.agenda.opening import Opening, open_where_none
from mecenova.agenda.silence import Living, counted, forgotten, living, restart_of, without_step
from mecenova.calendar import clock

logger = logging.getLogger(__name__)

# Of each kind: they are held until the check is over. The others wait for another night, with the team.
RESTARTED_A_NIGHT = 500


@transaction.atomic
def check_silence() -> SilenceCheck:
    """Find, give back its step to what lost it, have the rest mended, close what speaks of nothing any more,
    keep the count. A few queries for each kind, and those of each restart."""
    orphans = _close_orphans()
    subjects = violations = 0
    for name, queryset in living().items():
        alive, lost = counted(queryset())
        subjects += alive
        violations += lost
        if lost:
            _restart(name, queryset)
            _repair(list(without_step(queryset())))
    return SilenceCheck.objects.create(subjects=subjects, violations=violations, orphans=orphans)


def _restart(name: str, queryset: Living) -> None:
    """Whatever raises is left to the team, and stops no other."""
    restart = restart_of(name)
    if restart is None:
        return
    lost = forgotten(queryset()).order_by("pk").values_list("pk", flat=True)
    for key in list(lost[:RESTARTED_A_NIGHT]):
        try:
            with transaction.atomic():
                subject = _held_and_forgotten(queryset(), key)
                if subject is not None:
                    restart(subject)
        except Exception:
            logger.exception("%s %s could not be given its next step back", name, key)


def _held_and_forgotten(subjects: "QuerySet[Any]", key: Any) -> Any:
    """As it is now. Whoever holds it at this moment may be giving it a step: it is left to them."""
    rows = subjects.model._base_manager.filter(pk=key)
    held = rows.select_for_update(skip_locked=True, no_key=True).values_list("pk").first()
    return forgotten(subjects.filter(pk=key)).first() if held else None


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


def _close_orphans() -> int:
    """Open follow-ups whose subject no longer exists, and repairs of what is over."""
    kinds = FollowUp.objects.open().order_by().values_list("subject_type", flat=True).distinct()
    closed = 0
    for subject_type in (ContentType.objects.get_for_id(pk) for pk in kinds):
        model = subject_type.model_class()
        if model is None:
            continue
        rows = FollowUp.objects.open().filter(subject_type=subject_type)
        closed += _cancel(rows, model._base_manager.filter(pk=OuterRef("subject_id")))
        alive = [queryset() for queryset in living().values() if queryset().model is model]
        if alive:
            repairs = rows.filter(rule=Repair.name)
            closed += _cancel(repairs, *[each.filter(pk=OuterRef("subject_id")) for each in alive])
    return closed


def _cancel(rows: FollowUpQuerySet, *subjects: "QuerySet[Any]") -> int:
    for each in subjects:
        rows = rows.filter(~Exists(each))
    return rows.update(outcome=Outcome.CANCELLED, closed_at=clock.now(), lease_until=None)
