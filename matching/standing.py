"""Where an association stands for a need, before capacity: how many answer it more closely."""

import uuid
from dataclasses import dataclass

import numpy as np

from matching.ranking import rank_as_they_stand


@dataclass(frozen=True, slots=True)
class Standing:
    """`before` have a better score to the hundredth, `equal` the same: of these who waited longest passes.

    `compatible` is how many associations no filter stops and something brings together.
    """

    before: int
    equal: int
    compatible: int

    @property
    def rank(self) -> int:
        return self.before + 1


def standing_of(need: uuid.UUID, association: uuid.UUID) -> Standing | None:
    """None when the association is not ranked: it may not be shown, or no round has looked at it."""
    best = rank_as_they_stand([need])
    scores = np.round(best.pairs.score.astype(np.float64), 2)
    try:
        own = scores[best.pairs.association_ids().index(association)]
    except ValueError:
        return None
    return Standing(
        before=int((scores > own).sum()),
        equal=int((scores == own).sum()) - 1,
        compatible=int(best.compatible[0]),
    )
