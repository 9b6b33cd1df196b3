"""The best pairs of the network, or of what changed in it: profiles brought up to date, then ranked.

What is shown to people is weighed again pair by pair by `matching.scoring`, which also explains it.
"""

import uuid
from collections.abc import Collection, Mapping
from dataclasses import dataclass

import numpy as np

from associations.models import Association
from companies.models import Need
from matching.allocation import DEPTH, PRESENT_FROM, PRESENT_TEXT_FROM, Candidate, Ranking
from matching.kernel import Ground, Pairs, Threshold, load_associations, load_needs, rank
from matching.models import NATIONAL, AssociationProfile
from matching.network import Names, load, usual_length
from matching.network.places import related_causes
from matching.profiles import (
    best_associations,
    mask,
    missing_associations,
    missing_needs,
    read_bits,
    refresh_associations,
    refresh_needs,
    repair,
    reweigh,
)
from matching.scoring import score, stopped_by
from mecenova.calendar import clock

# Deeper than any network.
EVERY_PAIR = 10_000_000


# Asking the database for one need's best costs as much as reading so many associations.
SHORTLIST_COSTS = 400


@dataclass(frozen=True, slots=True)
class Best:
    """The best pairs of the needs looked at, best first by need, and how many were compatible, by need."""

    pairs: Pairs
    compatible: Mapping[uuid.UUID, int]
    # How many associations were looked at.
    associations: int

    @property
    def number_compatible(self) -> int:
        return sum(self.compatible.values())


def rank_everybody(*, depth: int = DEPTH, deeper: Mapping[uuid.UUID, int] | None = None) -> Best:
    """Every current need against every open association. `deeper` is how much further to look, by need."""
    repair()
    reweigh()
    return _rank(None, None, depth, deeper or {})


def rank_needs(
    needs: Collection[uuid.UUID], *, depth: int = DEPTH, deeper: Mapping[uuid.UUID, int] | None = None
) -> Best:
    """These needs against every open association, by profiles as they are: one part of a large round."""
    return _rank(needs, None, depth, deeper or {})


def rank_changes(
    associations: Collection[uuid.UUID],
    needs: Collection[uuid.UUID],
    *,
    depth: int = DEPTH,
    deeper: Mapping[uuid.UUID, int] | None = None,
) -> Best:
    """Only the pairs of which one side changed."""
    refresh_associations({*associations, *missing_associations()})
    refresh_needs({*needs, *missing_needs()})
    found = Best(Pairs.none(), {}, 0)
    if needs:
        found = _rank(needs, _shortlists(needs, depth, deeper or {}), depth, deeper or {})
    if associations:
        others = _rank(None, associations, depth, deeper or {}, without=needs)
        found = Best(
            Pairs.joined([found.pairs, others.pairs]),
            {**found.compatible, **others.compatible},
            max(found.associations, others.associations),
        )
    return found


def rank_as_they_stand(needs: Collection[uuid.UUID] | None = None, *, depth: int = EVERY_PAIR) -> Best:
    """These needs, or all of them, with the profiles as they are kept. Reads only."""
    return _rank(needs, None, depth, {})


def candidates_of(pairs: Pairs) -> tuple[list[Candidate], Names]:
    """These pairs with all that explains them, in the same order; those that a filter stops by now are left
    out: somebody changed their mind since they were ranked."""
    needs, associations = pairs.need_ids(), pairs.association_ids()
    network = load(
        Association.objects.filter(pk__in=set(associations)), Need.objects.filter(pk__in=set(needs))
    )
    need_sides = {side.id: side for side in network.needs}
    sides = {side.id: side for side in network.associations}
    today = clock.today()
    found = []
    for need_id, association_id in zip(needs, associations, strict=True):
        need, association = need_sides[need_id], sides[association_id]
        if stopped_by(need, association, today) is None:
            found.append(Candidate(need, association, score(need, association, network.related)))
    return found, network.names


def rankings_of_needs(per_need: int) -> tuple[list[Ranking], Names, int]:
    """Every need's ranking before capacity, with all that explains it, and among how many associations.

    Presents nothing.
    """
    best = rank_everybody(depth=per_need)
    candidates, names = candidates_of(best.pairs.first(per_need))
    by_need: dict[uuid.UUID, list[Candidate]] = {need: [] for need in best.compatible}
    for candidate in candidates:
        by_need[candidate.need.id].append(candidate)
    sides = {
        side.id: side for side in load(Association.objects.none(), Need.objects.filter(pk__in=by_need)).needs
    }
    rankings = [
        Ranking(
            sides[need],
            sorted(found, key=lambda each: (-each.assessment.total, each.association.id.bytes)),
            best.compatible[need],
        )
        for need, found in by_need.items()
    ]
    return rankings, names, best.associations


def _rank(
    need_keys: Collection[uuid.UUID] | None,
    association_keys: Collection[uuid.UUID] | None,
    depth: int,
    deeper: Mapping[uuid.UUID, int],
    *,
    without: Collection[uuid.UUID] = (),
) -> Best:
    needs, vocabulary = load_needs(need_keys, without=without)
    associations = load_associations(vocabulary, association_keys)
    depths = np.array([depth + deeper.get(key, 0) for key in needs.uuids()], np.int64)
    ground = Ground(related_masks(), usual_length())
    ranked = rank(needs, associations, ground, Threshold(PRESENT_FROM, PRESENT_TEXT_FROM), depths)
    pairs = Pairs.named(ranked.edges, needs, associations)
    return Best(pairs, dict(zip(needs.uuids(), ranked.compatible.tolist(), strict=True)), len(associations))


def _shortlists(
    needs: Collection[uuid.UUID], depth: int, deeper: Mapping[uuid.UUID, int]
) -> set[uuid.UUID] | None:
    """Whom the database finds best for these needs; None, everybody, when that costs less to read."""
    if len(needs) * SHORTLIST_COSTS > AssociationProfile.objects.filter(place=NATIONAL).count():
        return None
    related = related_masks()
    return {
        suits.id
        for need in needs
        for suits in best_associations(need, limit=depth + deeper.get(need, 0), related=related)
    }


def related_masks() -> list[int]:
    """The causes near each cause, by rank, as masks."""
    """The causes near each cause, by rank, as masks."""
    bits, related = read_bits().causes, related_causes()
    return [mask(related.get(slug, ()), bits) for slug in bits]
