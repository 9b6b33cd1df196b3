"""Starting, closing and reading follow-ups; `run_due` is what the worker calls every minute."""

import uuid
from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import TYPE_CHECKING

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.db.models import Max, Model, Q

from mecenova.agenda import planning
from mecenova.agenda.enums import Outcome
from mecenova.agenda.models import FollowUp
from mecenova.agenda.opening import Opening, open_all, open_one
from mecenova.agenda.rules import Rule, following, rule_named
from mecenova.agenda.runner import run_due as run_due
from mecenova.agenda.tables import decided_of
from mecenova.agenda.wording import telling_why
from mecenova.calendar import clock
from mecenova.team import is_staff

if TYPE_CHECKING:
    from accounts.models import User


@transaction.atomic
def start(rule_class: type[Rule], subject: Model, *, since: datetime | None = None) -> FollowUp:
    """Open the rule's first follow-up on the subject. Already open: nothing changes.

    A step takes the place of the subject's former open step. `since` is when the days begin to count.
    """
    known = _known(rule_class, subject)
    running = next((row for row in known if row.is_open and row.rule == rule_class.name), None)
    return running or _begin(rule_class, subject, since, known)


@transaction.atomic
def restart_step(rule_class: type[Rule], subject: Model, *, since: datetime | None = None) -> FollowUp:
    """`start`, as another cycle where the step is open already: its days count from now, or from `since`."""
    return _begin(rule_class, subject, since, _known(rule_class, subject))


@transaction.atomic
def keep_or_start(subject: Model, *rules: type[Rule], since: datetime | None = None) -> bool:
    """Tell whether the first of these rules has begun on the subject.

    Its open step is kept when it is of one of them, and counts from `since` where that is given: it says
    again what is now expected.
    """
    known = _known(rules[0], subject)
    step = next((row for row in known if row.is_open and row.is_step), None)
    rule = next((rule for rule in rules if step is not None and rule.name == step.rule), None)
    if step is None or rule is None or since not in {None, step.since}:
        _begin(rules[0], subject, since, known)
        return True
    what = rule().what(subject)
    if step.what != what:
        FollowUp.objects.filter(pk=step.pk).update(what=what)
    return False


def _known(rule: type[Rule], subject: Model) -> list[FollowUp]:
    """What the subject has ever had of this rule, and its open step."""
    of_rule_or_open = Q(rule=rule.name) | Q(outcome=Outcome.OPEN, is_step=True)
    return list(FollowUp.objects.about([subject]).filter(of_rule_or_open).order_by("created_at", "pk"))


def _begin(rule: type[Rule], subject: Model, since: datetime | None, known: Sequence[FollowUp]) -> FollowUp:
    cycle = max((row.cycle for row in known if row.rule == rule.name), default=0) + 1
    opening = Opening(subject, cycle, rule.days[0], since or clock.now())
    return open_one(rule(), opening, in_place=any(row.is_open for row in known))


@transaction.atomic
def start_once(rule_class: type[Rule], subject: Model) -> None:
    """`start`, unless the subject has ever had this rule: what is done for a newcomer is done once."""
    known = _known(rule_class, subject)
    if not any(row.rule == rule_class.name for row in known):
        _begin(rule_class, subject, None, known)


@transaction.atomic
def go_on(rule: Rule, subject: Model) -> None:
    """Open the day that follows the last one done, where it was lost: never before the next working day."""
    of_rule = FollowUp.objects.about([subject]).filter(rule=rule.name)
    last = of_rule.order_by("-cycle", "-occurrence").first()
    day = following(rule, last.occurrence) if last is not None else None
    if last is None or day is None:
        return
    delays = decided_of([rule.name], [last]).of(last, day)
    soonest = planning.not_before(rule, clock.now(), last.occurrence, day, delays)
    who = last.assigned_to, last.lent_by
    open_one(rule, Opening(subject, last.cycle, day, last.since, soonest, *who), in_place=False)


@transaction.atomic
def start_many(rule_class: type[Rule], subjects: Sequence[Model]) -> None:
    """`start` for many subjects of one type, in a handful of queries: an import opens thousands of steps."""
    of_rule = FollowUp.objects.about(subjects).filter(rule=rule_class.name)
    running = set(of_rule.open().values_list("subject_id", flat=True))
    last_cycles = dict(of_rule.order_by().values_list("subject_id").annotate(last=Max("cycle")))
    first, now = rule_class.days[0], clock.now()
    waiting = [
        Opening(subject, last_cycles.get(subject.pk, 0) + 1, first, now)
        for subject in subjects
        if subject.pk not in running
    ]
    open_all(rule_class(), waiting)


@transaction.atomic
def hand_over_step(subject: Model, *rules: type[Rule]) -> None:
    """Of the subject's open step, when it is of these rules: whoever its rule now names owes it.

    Its days are counted from the same moment, and stop for the absences of those it now waits for. What the
    others' had put off comes sooner, though not before the next working day.
    """
    names = [rule.name for rule in rules]
    row = (
        FollowUp.objects.about([subject])
        .steps()
        .filter(rule__in=names)
        .select_for_update(no_key=True)
        .first()
    )
    rule = rule_named(row.rule) if row is not None else None
    if row is None or rule is None:
        return
    waited_for = row.waits_for_organisations
    row.organisation_id, row.also_waits_for = (
        rule.organisation_id(subject),
        list(rule.also_waits_for(subject)),
    )
    if row.waits_for_organisations != waited_for:
        planning.count_again(rule, row)
    row.save(update_fields=["organisation_id", "also_waits_for", "not_before", "due_at", "deadline"])


def close(subject: Model, *rules: type[Rule], outcome: Outcome = Outcome.DONE) -> int:
    """Close the subject's open follow-ups (of these rules, or all). Closed ones keep their outcome."""
    return close_many([subject], rules, outcome)


def close_many(
    subjects: Sequence[Model], rules: Sequence[type[Rule]] = (), outcome: Outcome = Outcome.DONE
) -> int:
    """`close` for many subjects of one type, in one query."""
    if outcome == Outcome.OPEN:
        raise ValueError("A follow-up is not closed as open")
    rows = FollowUp.objects.about(subjects).open()
    if rules:
        rows = rows.filter(rule__in=[rule.name for rule in rules])
    return rows.update(outcome=outcome, closed_at=clock.now(), lease_until=None)


def next_step(subject: Model) -> FollowUp | None:
    """What happens next to a subject, who owes it and by when: the stored open step, or nothing."""
    return next_steps([subject]).get(subject.pk)


def next_steps(subjects: Iterable[Model]) -> dict[uuid.UUID, FollowUp]:
    """The next steps of many subjects in one query, by the subjects' keys; one more where dates are shown."""
    steps = list(FollowUp.objects.about(subjects).steps().by_promise())
    telling_why(steps)
    return {step.subject_id: step for step in steps}


@transaction.atomic
def retry_now(*, follow_up: FollowUp, by: "User") -> FollowUp:
    """The cause is mended: what raised is due at once, its error shown until it works."""
    if not is_staff(by):
        raise PermissionDenied
    rows = FollowUp.objects.all().in_error().filter(pk=follow_up.pk)
    rows.update(lease_until=None, attempts=0)
    follow_up.refresh_from_db()
    return follow_up
