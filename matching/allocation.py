"""Ranking, and who is shown to whom: pairs by their keys, handed over to `matching.sharing` as numbers."""

import uuid
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date, datetime

import numpy as np

from matching.kernel import UUID, Array, Pairs, as_uuid
from matching.refusals import Experience, Refused, refused_before
from matching.scoring import Assessment, AssociationSide, NeedSide
from matching.sharing import Offers, admissible, choose, open_places
from mecenova.calendar import clock
from partnerships.operations import Places

# Below this a suggestion would waste a place of the company's attention.
PRESENT_FROM = 0.45
# A need that names an action is not answered by a cause or a place alone: more than a quarter of what its
# three heaviest words and themes weigh has to be found.
PRESENT_TEXT_FROM = 0.45
# How many of a need's best pairs a round looks at, beyond those it has already been shown.
DEPTH = 300


@dataclass(frozen=True, slots=True)
class Candidate:
    need: NeedSide
    association: AssociationSide
    assessment: Assessment

    @property
    def project(self) -> uuid.UUID | None:
        """The project whose ask answers the need, when there is one."""
        asks = self.association.asks_for(self.need.kind)
        return asks[0].project if asks else None

    @property
    def is_worth_a_place(self) -> bool:
        """Good enough to be shown to people; a ranking also holds the others."""
        answers = self.assessment.parts["text"] >= PRESENT_TEXT_FROM or not self.need.text.speaks
        return answers and self.assessment.total >= PRESENT_FROM


@dataclass(frozen=True, slots=True)
class Ranking:
    """A need's best candidates, and how many pairs were compatible in all."""

    need: NeedSide
    candidates: list[Candidate]
    compatible: int


@dataclass(frozen=True, slots=True)
class Ledger:
    """What has already happened: what an allocation must respect, on this day."""

    today: date
    places: Mapping[uuid.UUID, Places]
    # When each open association could first be presented, and since when it has waited.
    joined: Mapping[uuid.UUID, datetime]
    waiting_since: Mapping[uuid.UUID, datetime]
    # Associations already presented today: one presentation a day each.
    presented_today: Collection[uuid.UUID]
    # (need, association) already suggested, and (company, association) not to be brought back now.
    shown: Collection[tuple[uuid.UUID, uuid.UUID]]
    settled: Collection[tuple[uuid.UUID, uuid.UUID]]
    # What past answers taught companies and associations.
    experience: Experience

    def waited(self, association: uuid.UUID) -> int:
        """Days since it was last presented, or could first be."""
        return max(0, (self.today - clock.paris(self.waiting_since[association]).date()).days)


@dataclass(frozen=True, slots=True)
class Allocation:
    """The pairs to present (places in the list given), the sum of their scores, and the best sum that the
    same places would give if nobody's wait counted. `refused` says, by need and association, what past
    refusals cost those to which they do."""

    chosen: Array
    refused: Mapping[tuple[uuid.UUID, uuid.UUID], Refused]
    score: float
    best_score: float


def allocate(pairs: Pairs, ledger: Ledger) -> Allocation:
    """Which of these pairs to present now, never more than a company's places open today."""
    (needs, need), (companies, company), (associations, association) = (
        np.unique(keys, return_inverse=True) for keys in (pairs.need, pairs.company, pairs.association)
    )
    waiting = np.array([ledger.waited(as_uuid(key)) for key in associations.tolist()], np.int64)
    fresh = _are_new(ledger.shown, needs, need, associations, association)
    fresh &= _are_new(ledger.settled, companies, company, associations, association)
    fresh &= admissible(pairs.score, pairs.worth, waiting[association])
    kept = np.flatnonzero(fresh)
    refused = _refused(pairs[kept], ledger.experience)
    costs = np.array([each.cost if each else 0.0 for each in refused])
    offers = Offers(need[kept], company[kept], association[kept], pairs.score[kept].astype(float) - costs)
    places = [ledger.places[as_uuid(key)] for key in companies.tolist()]
    open_today = open_places(
        np.array([each.capacity for each in places], np.int64),
        np.array([each.left for each in places], np.int64),
        ledger.today,
    )
    presented = np.isin(associations, _bytes(ledger.presented_today))
    chosen = choose(offers, open_today, waiting, presented)
    best = choose(offers, open_today, np.zeros(len(waiting)), presented)
    return Allocation(
        kept[chosen],
        _of_chosen(pairs[kept[chosen]], [refused[place] for place in chosen.tolist()]),
        float(offers.score[chosen].sum()),
        float(offers.score[best].sum()),
    )


def _of_chosen(pairs: Pairs, refused: list[Refused | None]) -> dict[tuple[uuid.UUID, uuid.UUID], Refused]:
    keys = zip(pairs.need_ids(), pairs.association_ids(), strict=True)
    return {key: found for key, found in zip(keys, refused, strict=True) if found is not None}


def _refused(pairs: Pairs, experience: Experience) -> list[Refused | None]:
    keys = zip(pairs.need_ids(), pairs.company_ids(), pairs.association_ids(), strict=True)
    return refused_before(keys, experience)


def _are_new(
    known: Collection[tuple[uuid.UUID, uuid.UUID]], firsts: Array, first: Array, seconds: Array, second: Array
) -> Array:
    """Which pairs are not among the known ones. `first` and `second` are places in sorted keys."""
    if not known or not len(first):
        return np.ones(len(first), bool)
    one, other = (_bytes(keys) for keys in zip(*known, strict=True))
    places, others = _places_in(firsts, one), _places_in(seconds, other)
    here = (places >= 0) & (others >= 0)
    return ~np.isin(first * len(seconds) + second, places[here] * len(seconds) + others[here])


def _places_in(keys: Array, wanted: Array) -> Array:
    """Where each stands in the sorted keys; -1 for those that do not."""
    found = np.minimum(np.searchsorted(keys, wanted), len(keys) - 1)
    return np.where(keys[found] == wanted, found, -1)


def _bytes(keys: Collection[uuid.UUID]) -> Array:
    return np.array([key.bytes for key in keys], UUID)
