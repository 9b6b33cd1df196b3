"""What the team owes of what a page lists: the same step as on the control tower, as late as there."""

from collections.abc import Iterable
from typing import TypeVar

from django.db.models import Model

from mecenova.agenda.enums import Owner
from mecenova.agenda.models import FollowUp
from mecenova.agenda.operations import next_steps

T = TypeVar("T", bound=Model)


def with_duties(rows: Iterable[T]) -> list[tuple[T, FollowUp | None, bool]]:
    """Each with the open step of the team, where there is one, and whether it is late."""
    found = list(rows)
    owed = {key: step for key, step in next_steps(found).items() if step.owner == Owner.STAFF}
    steps = [(row, owed.get(row.pk)) for row in found]
    return [(row, step, bool(step and step.is_late)) for row, step in steps]
