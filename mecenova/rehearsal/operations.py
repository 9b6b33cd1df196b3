"""Asking for a preview. The worker computes it: see `making`."""

from typing import TYPE_CHECKING

from django.core.exceptions import PermissionDenied
from django.db import transaction

from mecenova.rehearsal.enums import PreviewStatus
from mecenova.rehearsal.models import MOST_DAYS, Preview
from mecenova.team import is_staff
from mecenova.workflow.errors import DomainError

if TYPE_CHECKING:
    from accounts.models import User

__all__ = ["ask_preview", "forget_previews"]


@transaction.atomic
def ask_preview(*, days: int, by: "User | None") -> Preview:
    """A preview of so many days, for the team. Asked again while it waits or runs, it is the same one."""
    if by is not None and not is_staff(by):
        raise PermissionDenied
    if not 1 <= days <= MOST_DAYS:
        raise DomainError(f"Un aperçu va de 1 à {MOST_DAYS} jours.")
    of_days = Preview.objects.of_days(days)
    running = of_days.unfinished().first()
    if running is not None:
        return running
    # Two people at the same instant: one row, by the unique constraint. It may have been begun meanwhile.
    Preview.objects.bulk_create([Preview(days=days, asked_by=by)], ignore_conflicts=True)
    return of_days[0]


@transaction.atomic
def forget_previews() -> None:
    """A record was erased: what was computed of the days to come names it. The team asks for another preview.

    The one being computed writes nothing when it is done.
    """
    Preview.objects.exclude(status=PreviewStatus.WAITING).delete()
