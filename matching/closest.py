"""The associations that suit one need best, for the team: before capacity, whoever has already been shown."""

from dataclasses import dataclass
from datetime import datetime

from django.db.models import Max, Q

from associations.models import Association
from companies.models import Need
from matching.network import closed_lists
from matching.pairs import waiting_since
from matching.profiles import best_associations, related_masks


@dataclass(frozen=True, slots=True)
class Closest:
    """`score` is 0 to 1, to the fourth decimal; `shown_at` is when this company was last shown it."""

    association: Association
    score: float
    waits_since: datetime
    shown_at: datetime | None


def closest_to(need: Need, *, limit: int) -> list[Closest]:
    """Best first, found by the database; none when the need takes no answers. As many queries for one as
    for all."""
    best = best_associations(need.pk, limit=limit, related=related_masks(closed_lists()))
    rows = (
        Association.objects.filter(pk__in=[each.id for each in best])
        .select_related("organisation")
        .annotate(
            last_presented=Max("suggestions__presented_at"),
            shown_at=Max("suggestions__presented_at", filter=Q(suggestions__company=need.company_id)),
        )
    )
    found = {row.pk: row for row in rows}
    return [
        Closest(row, each.score, waiting_since(row.organisation, row.last_presented), row.shown_at)
        for each in best
        if (row := found.get(each.id)) is not None
    ]
