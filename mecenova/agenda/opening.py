"""Writing one follow-up row, exactly once."""

import uuid
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Any

from django.contrib.contenttypes.models import ContentType
from django.db.models import Model

from mecenova.agenda import planning
from mecenova.agenda.enums import Outcome, Owner
from mecenova.agenda.models import Absence, FollowUp
from mecenova.agenda.rules import Rule
from mecenova.calendar import clock

if TYPE_CHECKING:
    from accounts.models import User


def open_occurrence(
    rule: Rule,
    subject: Model,
    *,
    cycle: int,
    occurrence: int,
    since: datetime,
    not_before: datetime | None = None,
    held_by: "User | None" = None,
) -> FollowUp:
    """Write one follow-up; the same one twice is one row, whoever writes it first.

    `held_by` is who of the team already had the rule's former day.
    """
    organisation_id, person = rule.organisation_id(subject), rule.assigned_to(subject)
    if person is None and rule.owner == Owner.STAFF:
        person = held_by
    due, deadline = planning.dates(
        rule,
        occurrence,
        since,
        not_before=not_before,
        organisation_id=organisation_id,
        user_id=person.pk if person and rule.owner != Owner.STAFF else None,
    )
    row = _row(
        rule,
        subject,
        organisation_id=organisation_id,
        assigned_to=person,
        cycle=cycle,
        occurrence=occurrence,
        since=since,
        due_at=due,
        deadline=deadline,
    )
    same = FollowUp.objects.about([subject]).filter(rule=rule.name, cycle=cycle, occurrence=occurrence)
    # A step opened meanwhile by another transaction refuses ours: close it, now that it can be seen.
    for _ in range(3):
        if rule.is_step:
            others = FollowUp.objects.about([subject]).steps().exclude(pk__in=same.values("pk"))
            others.update(outcome=Outcome.DONE, closed_at=clock.now(), lease_until=None)
        FollowUp.objects.bulk_create([row], ignore_conflicts=True)
        written = same.first()
        if written is not None:
            return written
    raise RuntimeError(f"Follow-up {rule.name} of {row.subject_type.model} {subject.pk} could not be opened")


def open_first_of_many(
    rule: Rule,
    subjects: Sequence[Model],
    *,
    last_cycles: Mapping[uuid.UUID, int],
    since: datetime,
    replacing: bool = True,
) -> None:
    """The first follow-up of each subject, which has none of this rule open.

    Due times are computed once for all those whom no absence concerns. Not replacing, a step that somebody
    opens at the same moment wins over ours.
    """
    if not subjects:
        return
    owners = {subject.pk: rule.organisation_id(subject) for subject in subjects}
    absent = set(
        Absence.objects.filter(organisation_id__in=owners.values()).values_list("organisation_id", flat=True)
    )
    occurrence, plain = rule.days[0], []
    due, deadline = planning.dates(rule, occurrence, since)
    for subject in subjects:
        person, cycle = rule.assigned_to(subject), last_cycles.get(subject.pk, 0) + 1
        if person is not None or owners[subject.pk] in absent:
            open_occurrence(rule, subject, cycle=cycle, occurrence=occurrence, since=since)
            continue
        plain.append(
            _row(
                rule,
                subject,
                organisation_id=owners[subject.pk],
                cycle=cycle,
                occurrence=occurrence,
                since=since,
                due_at=due,
                deadline=deadline,
            )
        )
    if rule.is_step and replacing:
        _close_steps(plain)
    FollowUp.objects.bulk_create(plain, ignore_conflicts=True)


def _row(rule: Rule, subject: Model, **values: Any) -> FollowUp:
    """What a follow-up says of its rule and of its subject; the caller says who owes it, and when."""
    return FollowUp(
        rule=rule.name,
        subject_type=ContentType.objects.get_for_model(subject),
        subject_id=subject.pk,
        owner=rule.owner,
        is_step=rule.is_step,
        what=rule.what(subject),
        **values,
    )


def _close_steps(new: Sequence[FollowUp]) -> None:
    """A new step takes the place of the former one."""
    for subject_type in {row.subject_type for row in new}:
        keys = [row.subject_id for row in new if row.subject_type == subject_type]
        former = FollowUp.objects.filter(subject_type=subject_type, subject_id__in=keys).steps()
        former.update(outcome=Outcome.DONE, closed_at=clock.now(), lease_until=None)
