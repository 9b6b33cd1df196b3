"""Writing follow-up rows, each exactly once."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

from django.contrib.contenttypes.models import ContentType
from django.db import IntegrityError, transaction
from django.db.models import Model, Q

from mecenova.agenda import planning
from mecenova.agenda.enums import Outcome, Owner
from mecenova.agenda.models import FollowUp
from mecenova.agenda.rules import Rule
from mecenova.agenda.tables import Tables
from mecenova.calendar import clock

if TYPE_CHECKING:
    from accounts.models import User


@dataclass(frozen=True)
class Opening:
    """A follow-up to write: about whom, which day of its rule's table, counted from when."""

    subject: Model
    cycle: int
    occurrence: int
    since: datetime
    not_before: datetime | None = None
    # Who of the team already had the rule's former day.
    held_by: "User | None" = None
    # Instead of whom, who is away.
    lent_by: "User | None" = None


def open_one(rule: Rule, opening: Opening, *, in_place: bool) -> FollowUp:
    """Write one follow-up; the same one twice is one row, whoever writes it first.

    `in_place` says whether another step of the subject is known to be open.
    """
    (row,) = _rows(rule, [opening], None)
    return row if _write(rule, [row], in_place=in_place) else _insist(rule, row)


def open_all(
    rule: Rule, openings: Sequence[Opening], *, in_place: bool = True, tables: Tables | None = None
) -> None:
    """`open_one` for different subjects of one type, in a handful of queries."""
    if not openings:
        return
    rows = _rows(rule, openings, tables)
    if not _write(rule, rows, in_place=in_place):
        for row in rows:
            _insist(rule, row)


def open_where_none(rule: Rule, openings: Sequence[Opening]) -> None:
    """The same, but a step that somebody opens at the same moment wins over ours."""
    FollowUp.objects.bulk_create(_rows(rule, openings, None), ignore_conflicts=True)


def _rows(rule: Rule, openings: Sequence[Opening], tables: Tables | None) -> list[FollowUp]:
    """What is to be written, with the dates that the rule, the team and absences give."""
    rows = [_row(rule, opening) for opening in openings]
    if tables is None:
        tables, absences = planning.clock_of(rule, rows)
    else:
        absences = planning.absences_of(rows)
    for row in rows:
        row.due_at, row.deadline = planning.dates(rule, row, tables.of(row), planning.away(row, absences))
    return rows


def _row(rule: Rule, opening: Opening) -> FollowUp:
    subject, person = opening.subject, rule.assigned_to(opening.subject)
    lent_by = None
    if person is None and rule.owner == Owner.STAFF:
        person, lent_by = opening.held_by, opening.lent_by
    return FollowUp(
        rule=rule.name,
        subject_type=ContentType.objects.get_for_model(subject),
        subject_id=subject.pk,
        cycle=opening.cycle,
        occurrence=opening.occurrence,
        since=opening.since,
        not_before=opening.not_before,
        owner=rule.owner,
        organisation_id=rule.organisation_id(subject),
        also_waits_for=list(rule.also_waits_for(subject)),
        assigned_to=person,
        lent_by=lent_by,
        is_step=rule.is_step,
        what=rule.what(subject),
    )


def _write(rule: Rule, rows: Sequence[FollowUp], *, in_place: bool = True) -> bool:
    """All of them, each in place of its subject's former step; nothing when one of them is there already."""
    if rule.is_step and in_place:
        _close_former_steps(rows)
    try:
        with transaction.atomic():
            FollowUp.objects.bulk_create(rows)
    except IntegrityError:
        return False
    return True


def _insist(rule: Rule, row: FollowUp) -> FollowUp:
    """The row that is there already, or ours at last.

    A step opened meanwhile by another transaction refuses ours: it is closed, now that it can be seen.
    """
    for _ in range(3):
        there = _same([row]).first()
        if there is not None:
            return there
        if _write(rule, [row]):
            return row
    raise RuntimeError(
        f"Follow-up {rule.name} of {row.subject_type.model} {row.subject_id} could not be opened"
    )


def _close_former_steps(rows: Sequence[FollowUp]) -> None:
    """A new step takes the place of the former one, but not of itself."""
    former = FollowUp.objects.steps().filter(_about(rows)).exclude(pk__in=_same(rows).values("pk"))
    former.update(outcome=Outcome.DONE, closed_at=clock.now(), lease_until=None)


def _same(rows: Sequence[FollowUp]) -> Any:
    """What the table of follow-ups holds already of these: rule, subject, cycle and day."""
    days: dict[tuple[int, int], list[FollowUp]] = defaultdict(list)
    for row in rows:
        days[row.cycle, row.occurrence].append(row)
    same = Q(pk__in=[])
    for (cycle, occurrence), alike in days.items():
        same |= Q(_about(alike), rule=alike[0].rule, cycle=cycle, occurrence=occurrence)
    return FollowUp.objects.filter(same)


def _about(rows: Sequence[FollowUp]) -> Q:
    return Q(subject_type=rows[0].subject_type, subject_id__in=[row.subject_id for row in rows])
