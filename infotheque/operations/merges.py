"""The library's part of a merge: what an organisation wrote and learned follows."""

from typing import Any

from django.db import transaction

from accounts.operations.merging import Merging
from infotheque.models import Document, PrescribedReading, Progress


@transaction.atomic
def bring_learning_over(*, merging: Merging) -> None:
    kept, gone = merging.kept, merging.gone

    def both_worked(row: Any) -> None:
        """Of two rows for one step, the one that is done stays; else that of the record that stays."""
        twin = Progress.objects.get(organisation=kept, step=row.step_id)
        if row.is_done and not twin.is_done:
            merging.drop(twin)
            merging.place(row, organisation=kept)
        else:
            merging.drop(row)

    merging.move(Document, "organisation", kept, gone)
    merging.move(PrescribedReading, "organisation", kept, gone)
    merging.move(Progress, "organisation", kept, gone, both_worked)
