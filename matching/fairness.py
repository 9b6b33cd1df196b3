"""How fairly attention is shared once a full round is done: the figures kept with it."""

import uuid
from collections.abc import Collection
from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal

import numpy as np
from django.db.models import Count

from matching.allocation import Allocation, Ledger
from matching.kernel import Array, Pairs, as_bytes, as_uuid
from matching.models import Round, Suggestion
from matching.sharing import PROMISED_DAYS, gini, servable
from mecenova.calendar import clock

# A month's places make so many in the days promised.
MONTHS = 12 * PROMISED_DAYS / 365


@dataclass(frozen=True, slots=True)
class Fairness:
    """`longest_wait` in days; `servable` is how many 90 days of places allow to present, by any method."""

    compatible: int
    in_time: int
    servable: int
    longest_wait: int
    gini: float | None
    score_share: float | None

    def write(self, round_: Round) -> None:
        """Into the round's columns; the caller saves it."""
        round_.compatible, round_.in_time, round_.servable = self.compatible, self.in_time, self.servable
        round_.longest_wait = self.longest_wait
        round_.gini, round_.score_share = _decimal(self.gini), _decimal(self.score_share)


COLUMNS = ("compatible", "in_time", "servable", "longest_wait", "gini", "score_share")


def measure(
    pairs: Pairs, allocation: Allocation, ledger: Ledger, presented: Collection[uuid.UUID]
) -> Fairness:
    """After a full round over `pairs`, the hopeful ones. `presented`: those whose turn it has been in it."""
    companies, company = np.unique(pairs.company, return_inverse=True)
    associations, association = np.unique(pairs.association, return_inverse=True)
    rows = ledger.waits.rows_of(associations)
    waits = np.where(np.isin(associations, as_bytes(presented)), 0, ledger.waits.waited[rows])
    places = ledger.month.of(companies).capacity.astype(float)
    return Fairness(
        compatible=len(associations),
        in_time=int((waits <= PROMISED_DAYS).sum()),
        servable=int(servable(company, association, places * MONTHS, len(associations)).served),
        longest_wait=int(waits.max(initial=0)),
        gini=gini(_presentations(associations[ledger.waits.known[rows] >= PROMISED_DAYS])),
        score_share=allocation.score / allocation.best_score if allocation.best_score else None,
    )


def _presentations(associations: Array) -> Array:
    """How many each had in the time promised."""
    since = clock.now() - timedelta(days=PROMISED_DAYS)
    shown = dict(
        Suggestion.objects.filter(presented_at__gte=since)
        .order_by()
        .values_list("association_id")
        .annotate(number=Count("pk"))
    )
    return np.array([shown.get(as_uuid(key), 0) for key in associations.tolist()])


def _decimal(value: float | None) -> Decimal | None:
    return None if value is None else Decimal(f"{min(value, 9.999):.3f}")
