"""The best pairs of the network, or of what changed in it: profiles brought up to date, then ranked.

What is shown to people is weighed again pair by pair by `matching.scoring`, which also explains it.
"""

import uuid
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from associations.models import Association
from companies.models import Need
from matching.allocation import DEPTH, PRESENT_FROM, PRESENT_TEXT_FROM, Candidate, Ranking
from matching.kernel import (
    Array,
    Associations,
    Ground,
    Needs,
    Pairs,
    Threshold,
    as_bytes,
    as_uuid,
    load_associations,
    load_needs,
    may_meet,
    rank,
)
from matching.network import Names, closed_lists, load, load_need_sides, usual_length
from matching.profiles import related_masks, repair, reweigh
from matching.scoring import score, stopped_by
from mecenova.calendar import clock

# Deeper than any network.
EVERY_PAIR = 10_000_000


@dataclass(frozen=True, slots=True)
class Best:
    """The best pairs of the needs looked at, best first by need; `compatible`: how many were, by need."""

    pairs: Pairs
    needs: Array
    compatible: Array
    # How many associations were looked at.
    associations: int

    @property
    def number_compatible(self) -> int:
        return int(self.compatible.sum())

    def by_need(self) -> dict[uuid.UUID, int]:
        """How many associations were compatible with each need."""
        keys = [as_uuid(key) for key in self.needs.tolist()]
        return dict(zip(keys, self.compatible.tolist(), strict=True))

    @classmethod
    def joined(cls, parts: "Sequence[Best]") -> "Best":
        """Of different needs."""
        return cls(
            Pairs.joined([part.pairs for part in parts]),
            np.concatenate([part.needs for part in parts]),
            np.concatenate([part.compatible for part in parts]),
            max(part.associations for part in parts),
        )


def rank_everybody(*, depth: int = DEPTH, deeper: Mapping[uuid.UUID, int] | None = None) -> Best:
    """Every current need against every open association. `deeper` is how much further to look, by need."""
    repair()
    reweigh()
    return _rank_among(None, depth, deeper or {})


def rank_needs(
    needs: Collection[uuid.UUID], *, depth: int = DEPTH, deeper: Mapping[uuid.UUID, int] | None = None
) -> Best:
    """These needs against every open association, by profiles as they are: one part of a large round."""
    return _rank_among(needs, depth, deeper or {})


def rank_changes(
    associations: Collection[uuid.UUID],
    needs: Collection[uuid.UUID],
    *,
    companies: Array | None = None,
    depth: int = DEPTH,
    deeper: Mapping[uuid.UUID, int] | None = None,
) -> Best:
    """Only the pairs of which one side changed, by profiles as the changes wrote them, for these companies.

    A changed need is weighed against those who act in its places, a changed association against all needs.
    """
    current, vocabulary = load_needs(companies=companies)
    changed = np.isin(current.ids, as_bytes(needs))
    ground = _ground()
    fresh, others = current[np.flatnonzero(changed)], current[np.flatnonzero(~changed)]
    around = load_associations(current, vocabulary, may_meet(fresh, beside=associations))
    moved = around[np.flatnonzero(np.isin(around.ids, as_bytes(associations)))]
    return Best.joined(
        [_rank(some, side, ground, depth, deeper or {}) for some, side in ((fresh, around), (others, moved))]
    )


def rank_as_they_stand(needs: Collection[uuid.UUID] | None = None, *, depth: int = EVERY_PAIR) -> Best:
    """These needs, or all of them, with the profiles as they are kept. Reads only."""
    return _rank_among(needs, depth, {})


def candidates_of(pairs: Pairs) -> tuple[list[Candidate], Names]:
    """These pairs with all that explains them, in the same order; those that a filter stops by now, or of
    which one side is closed or gone, are left out: somebody changed their mind since they were ranked."""
    if not len(pairs):
        return [], Names({}, {})
    needs, associations = pairs.need_ids(), pairs.association_ids()
    network = load(
        Association.objects.open_to_companies().filter(pk__in=set(associations)),
        Need.objects.current().filter(pk__in=set(needs)),
    )
    need_sides = {side.id: side for side in network.needs}
    sides = {side.id: side for side in network.associations}
    today = clock.today()
    found = []
    for need_id, association_id in zip(needs, associations, strict=True):
        need, association = need_sides.get(need_id), sides.get(association_id)
        if need and association and stopped_by(need, association, today) is None:
            found.append(Candidate(need, association, score(need, association, network.related)))
    return found, network.names


def rankings_of_needs(per_need: int) -> tuple[list[Ranking], Names, int]:
    """Every need's ranking before capacity, with all that explains it, and among how many associations.

    Presents nothing.
    """
    best = rank_everybody(depth=per_need)
    candidates, names = candidates_of(best.pairs.first(per_need))
    compatible = best.by_need()
    by_need: dict[uuid.UUID, list[Candidate]] = {need: [] for need in compatible}
    for candidate in candidates:
        by_need[candidate.need.id].append(candidate)
    sides = {side.id: side for side in load_need_sides(Need.objects.filter(pk__in=by_need))}
    rankings = [
        Ranking(
            sides[need],
            sorted(found, key=lambda each: (-each.assessment.total, each.association.id.bytes)),
            compatible[need],
        )
        for need, found in by_need.items()
    ]
    return rankings, names, best.associations


def _rank_among(keys: Collection[uuid.UUID] | None, depth: int, deeper: Mapping[uuid.UUID, int]) -> Best:
    """These needs, or all, against everybody."""
    needs, vocabulary = load_needs(keys)
    return _rank(needs, load_associations(needs, vocabulary, may_meet(needs)), _ground(), depth, deeper)


def _rank(
    needs: Needs, associations: Associations, ground: Ground, depth: int, deeper: Mapping[uuid.UUID, int]
) -> Best:
    depths = np.full(len(needs), depth, np.int64)
    if deeper:
        shown = {key.bytes: times for key, times in deeper.items()}
        times = [shown.get(key.ljust(16, b"\0"), 0) for key in needs.ids.tolist()]
        depths += np.array(times, np.int64)
    ranked = rank(needs, associations, ground, Threshold(PRESENT_FROM, PRESENT_TEXT_FROM), depths)
    pairs = Pairs.named(ranked.edges, needs, associations)
    return Best(pairs, needs.ids, ranked.compatible, len(associations))


def _ground() -> Ground:
    return Ground(related_masks(closed_lists()), usual_length())
