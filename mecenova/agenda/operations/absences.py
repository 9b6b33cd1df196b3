"""Somebody says they are away: what they owe waits for them, and the dates shown change at once."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator
from datetime import date, timedelta
from types import MappingProxyType
from typing import TYPE_CHECKING
from uuid import UUID

from django.db import transaction

from mecenova.agenda import planning
from mecenova.agenda.models import Absence, FollowUp
from mecenova.agenda.operations.covering import Decisions, ToCover, clear_days_of, to_cover
from mecenova.agenda.operations.sharing import share_staff_steps
from mecenova.agenda.rules import rule_named
from mecenova.agenda.tables import decided_of
from mecenova.calendar import clock
from mecenova.locks import hold
from mecenova.team import is_staff
from mecenova.workflow.errors import DomainError

if TYPE_CHECKING:
    from accounts.models import User

LONGEST_IN_DAYS = 366


@transaction.atomic
def add_absence(
    *,
    first_day: date,
    last_day: date,
    by: "User | None",
    user: "User | None" = None,
    organisation_id: UUID | None = None,
    decisions: Decisions = MappingProxyType({}),
) -> Absence:
    """An absence of one person or of one organisation. The caller's room says whether `by` may.

    `decisions` says what becomes of each appointment of an adviser; the caller holds the organisations that
    booked them.
    """
    _refuse_wrong(first_day, last_day)
    hold(f"agenda.absence:{organisation_id or (user.pk if user else '')}")
    others = Absence.objects.of(organisation_id, user.pk if user else None).said()
    clash = others.filter(first_day__lte=last_day, last_day__gte=first_day).first()
    if clash is not None:
        raise DomainError(
            f"Une absence est déjà notée, {clash.in_words.lower()}."
            " Choisissez d’autres jours, ou supprimez-la d’abord."
        )
    absence = Absence(organisation_id=organisation_id, user=user, first_day=first_day, last_day=last_day)
    adviser = user if user is not None and is_staff(user) else None
    if adviser is not None:
        clear_days_of(adviser, days=(first_day, last_day), decisions=decisions, by=by)
    absence.save()
    _plan_again(absence)
    if adviser is not None and first_day <= clock.today() <= last_day:
        # Away already: whoever waits for them is not left to the next hour, which does it if this fails.
        transaction.on_commit(share_staff_steps, robust=True)
    return absence


def appointments_to_cover(*, user: "User", first_day: date, last_day: date) -> list[ToCover]:
    """The appointments that an absence of these days would break, soonest first."""
    _refuse_wrong(first_day, last_day)
    return to_cover(user, (first_day, last_day))


@transaction.atomic
def remove_absence(*, absence: Absence, by: "User | None") -> None:
    """Forget an absence to come; end today one that has begun. Days past stay counted as they were."""
    hold(f"agenda.absence:{absence.organisation_id or absence.user_id}")
    row = Absence.objects.said().select_for_update(of=("self",)).filter(pk=absence.pk).first()
    if row is None:
        return
    today = clock.today()
    if row.last_day < today:
        raise DomainError("Cette absence est passée\u00a0: elle reste dans l’historique.")
    if row.first_day < today:
        row.last_day = today - timedelta(days=1)
        row.save(update_fields=["last_day"])
    else:
        row.delete()
    _plan_again(absence)


@transaction.atomic
def follow_members(*, organisation_id: UUID, people: Collection[UUID]) -> None:
    """From today, the organisation is away on the days when all these people, its active members, are.

    Asked each time that one of them says an absence or takes it back, comes or goes. Days past stay counted
    as they were. The caller holds the organisation.
    """
    today = clock.today()
    told = list(Absence.objects.of_any([organisation_id], people).from_day(today))
    days = _days_without(people, told, today)
    if {day for one in told if one.of_members for day in _days_of(one, today)} == days:
        return
    known = Absence.objects.filter(organisation_id=organisation_id, of_members=True).from_day(today)
    known.filter(first_day__gte=today).delete()
    known.update(last_day=today - timedelta(days=1))
    Absence.objects.bulk_create(
        Absence(organisation_id=organisation_id, first_day=first, last_day=last, of_members=True)
        for first, last in _ranges(days)
    )
    _plan_again(Absence(organisation_id=organisation_id))


def _days_without(people: Collection[UUID], told: Iterable[Absence], today: date) -> set[date]:
    """The days to come on which each of these people is away; none where there is nobody."""
    away: dict[UUID | None, set[date]] = defaultdict(set)
    for absence in told:
        away[absence.user_id].update(_days_of(absence, today))
    return set.intersection(*(away[person] for person in people)) if people else set()


def _days_of(absence: Absence, today: date) -> Iterator[date]:
    first = max(absence.first_day, today)
    return (first + timedelta(days=n) for n in range((absence.last_day - first).days + 1))


def _ranges(days: set[date]) -> Iterator[tuple[date, date]]:
    """Days one after the other, as first and last."""
    one = timedelta(days=1)
    for first in sorted(day for day in days if day - one not in days):
        last = first
        while last + one in days:
            last += one
        yield first, last


def _refuse_wrong(first_day: date, last_day: date) -> None:
    today = clock.today()
    if last_day < first_day:
        raise DomainError("Le dernier jour est avant le premier\u00a0: vérifiez les deux dates.")
    if first_day < today:
        raise DomainError("Une absence se note à partir d’aujourd’hui\u00a0: les jours passés sont passés.")
    if (last_day - first_day).days >= LONGEST_IN_DAYS:
        raise DomainError("Une absence dure un an au plus\u00a0: raccourcissez-la, ou écrivez-nous.")
    if (first_day - today).days > LONGEST_IN_DAYS:
        raise DomainError("Une absence se note un an à l’avance au plus.")


def _plan_again(absence: Absence) -> None:
    """Open follow-ups get the dates of the absences now known; what is past stays as it was.

    A row that somebody holds at this moment is left: they are closing it, or the runner will ask again.
    """
    rows = list(FollowUp.objects.all().concerned_by(absence).select_for_update(skip_locked=True, no_key=True))
    now, moved = clock.now(), []
    absences = planning.absences_of(rows)
    tables = decided_of({row.rule for row in rows}, rows)
    for row in rows:
        rule = rule_named(row.rule)
        if rule is None:
            continue
        own = planning.away(row, absences)
        due, deadline = planning.dates(rule, row, tables.of(row), own)
        # What an absence taken back puts in the past is due now, and its date is the true one.
        due = max(due, now) if row.due_at > now else row.due_at
        deadline = deadline if row.deadline > now else row.deadline
        if (due, deadline) != (row.due_at, row.deadline):
            row.due_at, row.deadline = due, deadline
            moved.append(row)
    FollowUp.objects.bulk_update(moved, ["due_at", "deadline"], batch_size=500)
