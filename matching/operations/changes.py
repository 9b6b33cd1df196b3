"""The queue of what changed since the last round."""

import uuid
from collections.abc import Iterable
from dataclasses import dataclass, field

from django.db import connection, transaction

from companies.models import Need
from matching.enums import ChangedKind
from matching.models import ChangedSubject
from matching.profiles import refresh_associations, refresh_needs

# What one small round takes from the queue; the rest waits for the next.
MOST_CHANGES = 2000
TAKE = """
DELETE FROM matching_changedsubject WHERE id IN (
    SELECT id FROM matching_changedsubject ORDER BY at, id LIMIT %s FOR UPDATE SKIP LOCKED
) RETURNING kind, subject_id
"""


@dataclass(frozen=True, slots=True)
class Changes:
    associations: set[uuid.UUID] = field(default_factory=set)
    needs: set[uuid.UUID] = field(default_factory=set)

    def __bool__(self) -> bool:
        return bool(self.associations or self.needs)


@transaction.atomic
def note_change(*, kind: ChangedKind, subject_id: uuid.UUID) -> None:
    """Written in the transaction of the change itself: the next round looks at this subject again."""
    note_changes(kind=kind, subject_ids=[subject_id])


@transaction.atomic
def note_changes(*, kind: ChangedKind, subject_ids: Iterable[uuid.UUID]) -> None:
    """Many at once, as an import brings them. What they are compared by is written with the change."""
    subject_ids = list(subject_ids)
    if kind == ChangedKind.ASSOCIATION:
        refresh_associations(subject_ids)
    elif kind == ChangedKind.NEED:
        refresh_needs(subject_ids)
    else:
        refresh_needs(list(Need.objects.filter(company__in=subject_ids).values_list("pk", flat=True)))
    ChangedSubject.objects.bulk_create(ChangedSubject(kind=kind, subject_id=key) for key in subject_ids)


def take_changes() -> Changes:
    """Empty the queue into the round's transaction. What another round holds is left to it."""
    with connection.cursor() as cursor:
        cursor.execute(TAKE, [MOST_CHANGES])
        taken = cursor.fetchall()
    changes = Changes()
    companies: set[uuid.UUID] = set()
    targets = {
        ChangedKind.ASSOCIATION: changes.associations,
        ChangedKind.NEED: changes.needs,
        ChangedKind.COMPANY: companies,
    }
    for kind, subject in taken:
        targets[ChangedKind(kind)].add(subject)
    if companies:
        changes.needs.update(
            Need.objects.current().filter(company__in=companies).values_list("pk", flat=True)
        )
    return changes


def forget_changes() -> None:
    """A full round looks at everything: what stands in the queue is covered by it."""
    ChangedSubject.objects.filter(
        pk__in=list(ChangedSubject.objects.select_for_update(skip_locked=True).values_list("pk", flat=True))
    ).delete()
