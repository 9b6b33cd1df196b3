"""A few due follow-ups of one rule, decided and acted on in the caller's transaction.

Subjects are locked before follow-ups, as operations do, and what somebody holds is left for the next sweep: a
person acting at the same moment is waited for by nobody.
"""

from collections import Counter
from collections.abc import Iterable, Sequence
from enum import StrEnum
from typing import Any
from uuid import UUID

from django.contrib.contenttypes.models import ContentType
from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import Exists, Model, OuterRef, QuerySet

from mecenova.agenda import planning
from mecenova.agenda.enums import Outcome
from mecenova.agenda.models import FollowUp
from mecenova.agenda.opening import Opening, open_all
from mecenova.agenda.planning import AbsencesByOwner
from mecenova.agenda.rules import Rule, following, rule_named
from mecenova.agenda.tables import Tables
from mecenova.calendar import clock
from mecenova.mail.operations import queue, together


class Ran(StrEnum):
    """What became of one due row in one sweep."""

    DONE = "done"
    CANCELLED = "cancelled"
    POSTPONED = "postponed"
    IN_ERROR = "in_error"
    # Taken by another runner, or its subject is being worked on: the next sweep will see.
    LEFT = "left"


class Handful:
    """Rows of one rule about subjects of one type, taken together; the caller undoes what raises."""

    def __init__(self, rows: Sequence[FollowUp]) -> None:
        self._keys = {row.pk: row.subject_id for row in rows}
        self._rule = _rule_of(rows[0])
        self._model = _model_of(rows[0])
        self._tables = Tables({}, ())
        self._subjects: dict[UUID, Model | None] = {}
        # Whatever acting on one row does may have moved the others: they are read again from then on.
        self._has_acted = False

    def run(self) -> Counter[Ran]:
        """Lock; then decide and act, one row after the other; then close them all and plan what follows."""
        self._lock_subjects()
        rows = self._lock_rows()
        self._tables, absences = planning.clock_of(self._rule, rows)
        became: dict[Ran, list[FollowUp]] = {ran: [] for ran in Ran}
        with together():
            for row in rows:
                became[self._decide(row, absences)].append(row)
        self._close(became[Ran.CANCELLED], Outcome.CANCELLED)
        self._close_and_plan(became[Ran.DONE])
        ran = Counter({what: len(of) for what, of in became.items()})
        ran[Ran.LEFT] += len(self._keys) - len(rows)
        return +ran

    def _lock_subjects(self) -> None:
        """Those that nobody holds; None for those that no longer exist."""
        keys = set(self._keys.values())
        if type(self._rule).locked_first is not Rule.locked_first:
            keys -= self._held_through_what_comes_first(keys)
        free = self._read_to_act(keys).select_for_update(of=("self",), skip_locked=True, no_key=True)
        self._subjects = {subject.pk: subject for subject in free}
        missing = keys - self._subjects.keys()
        if missing:
            there = self._model._base_manager.filter(pk__in=missing).values_list("pk", flat=True)
            self._subjects |= dict.fromkeys(missing - set(there))

    def _held_through_what_comes_first(self, keys: set[UUID]) -> set[UUID]:
        """Subjects for which what operations lock before them is in somebody's hands."""
        before = {subject.pk: self._rule.locked_first(subject) for subject in self._read_to_act(keys)}
        ours = _lock_free(row for rows in before.values() for row in rows)
        return {key for key, rows in before.items() if not ours.issuperset(rows)}

    def _read(self, keys: Iterable[UUID]) -> "QuerySet[Any]":
        """Subjects, with what their rule asks about them."""
        subjects = self._model._base_manager.filter(pk__in=keys)
        return subjects.select_related(*self._rule.reads) if self._rule.reads else subjects

    def _read_to_act(self, keys: Iterable[UUID]) -> "QuerySet[Any]":
        """With the lists that acting asks too."""
        return self._read(keys).prefetch_related(*self._rule.reads_many)

    def _lock_rows(self) -> list[FollowUp]:
        """Those still due that no other runner has, in their order."""
        keys = [key for key, subject_id in self._keys.items() if subject_id in self._subjects]
        due = (
            FollowUp.objects.all()
            .due(clock.now())
            .filter(pk__in=keys)
            .select_related("assigned_to", "lent_by")
        )
        free = {row.pk: row for row in due.select_for_update(of=("self",), skip_locked=True, no_key=True)}
        return [free[key] for key in keys if key in free]

    def _decide(self, row: FollowUp, absences: AbsencesByOwner) -> Ran:
        if self._has_acted and not self._read_again(row):
            return Ran.LEFT
        subject = self._subjects[row.subject_id]
        if subject is None or not self._rule.still_relevant(subject):
            return Ran.CANCELLED
        if self._is_away(row, absences):
            return Ran.POSTPONED
        if not self._is_told(subject, row):
            self._has_acted = True
            self._rule.act(subject, row)
        return Ran.DONE

    def _is_told(self, subject: Any, row: FollowUp) -> bool:
        """Whether some mails, or none, are all there was to do: nothing is written before all is decided."""
        letters = self._rule.letters(subject, row)
        for mail, about, occurrence, context in letters or ():
            queue(mail, about, occurrence=occurrence, context=context)
        return letters is not None

    def _read_again(self, row: FollowUp) -> bool:
        """Acting on a former row may have moved this one's subject, or closed it: then nothing is to do."""
        ours = FollowUp.objects.open().filter(pk=row.pk)
        subject = self._read_to_act([row.subject_id]).annotate(is_still_due=Exists(ours)).first()
        self._subjects[row.subject_id] = subject
        return subject.is_still_due if subject is not None else ours.exists()

    def _is_away(self, row: FollowUp, absences: AbsencesByOwner) -> bool:
        """An absence said after the row was written moves it: the owner's clock stood still meanwhile."""
        away = planning.away(row, absences)
        if not away:
            return False
        due, deadline = planning.dates(self._rule, row, self._tables.of(row), away)
        if due <= clock.now():
            return False
        row.due_at, row.deadline, row.last_error = due, deadline, ""
        row.save(update_fields=["due_at", "deadline", "last_error"])
        return True

    def _close_and_plan(self, rows: list[FollowUp]) -> None:
        """A step that is closed here was its subject's only one: what follows takes no other's place."""
        later = [(row, day) for row in rows if (day := following(self._rule, row.occurrence)) is not None]
        subjects = self._still_waiting([row for row, _ in later])
        self._close(rows, Outcome.DONE)
        open_all(
            self._rule,
            [
                Opening(
                    subject,
                    row.cycle,
                    day,
                    row.since,
                    planning.not_before(
                        self._rule, clock.now(), row.occurrence, day, self._tables.of(row, day)
                    ),
                    row.assigned_to,
                    row.lent_by,
                )
                for row, day in later
                if (subject := subjects.get(row.pk)) is not None and self._rule.still_relevant(subject)
            ],
            in_place=False,
            tables=self._tables,
        )

    def _still_waiting(self, rows: Sequence[FollowUp]) -> dict[UUID, Any]:
        """By row, its subject as acting has left it.

        What acting has closed was moved on, and whoever moved it has said what comes next.
        """
        if not rows:
            return {}
        if not self._has_acted:
            return {row.pk: self._subjects[row.subject_id] for row in rows}
        ours = FollowUp.objects.open().filter(pk__in=[row.pk for row in rows], subject_id=OuterRef("pk"))
        subjects = self._read(row.subject_id for row in rows)
        found = subjects.annotate(still_due=ArraySubquery(ours.order_by().values("pk")))
        return {key: subject for subject in found for key in subject.still_due}

    def _close(self, rows: Sequence[FollowUp], outcome: Outcome) -> None:
        """What acting has closed keeps its outcome."""
        if rows:
            FollowUp.objects.open().filter(pk__in=[row.pk for row in rows]).update(
                outcome=outcome, closed_at=clock.now(), lease_until=None, last_error=""
            )


def _rule_of(row: FollowUp) -> Rule:
    rule = rule_named(row.rule)
    if rule is None:
        raise LookupError(f"This release has no rule {row.rule}")
    return rule


def _model_of(row: FollowUp) -> type[Model]:
    model = ContentType.objects.get_for_id(row.subject_type_id).model_class()
    if model is None:
        raise LookupError(f"This release has no model for {row.subject_type_id}")
    return model


def _lock_free(rows: Iterable[Model]) -> set[Model]:
    """Of these rows, those that nobody holds, locked in the order of their keys."""
    wanted: dict[type[Model], dict[Any, Model]] = {}
    for row in rows:
        wanted.setdefault(type(row), {})[row.pk] = row
    ours: set[Model] = set()
    for model, by_key in wanted.items():
        free = model._base_manager.filter(pk__in=by_key).select_for_update(skip_locked=True, no_key=True)
        ours |= {by_key[key] for key in free.order_by("pk").values_list("pk", flat=True)}
    return ours
