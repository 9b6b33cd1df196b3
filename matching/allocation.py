"""Ranking, and who is shown to whom: best pairs first, the longest-waiting association when two are equal.

A greedy choice on purpose: it is plain to explain, and an exact method can take its place behind `allocate`.
"""

import uuid
from collections import Counter
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from heapq import nsmallest
from math import ceil

import numpy as np

from associations.models import Association
from companies.models import Need
from matching.kernel import Array, Pairs
from matching.network import Names, load
from matching.scoring import Assessment, AssociationSide, NeedSide, score, stopped_by

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
    """What has already happened: what an allocation must respect."""

    places: Mapping[uuid.UUID, int]
    waiting_since: Mapping[uuid.UUID, datetime]
    # Associations already presented today: one presentation a day each.
    presented_today: Collection[uuid.UUID]
    # (need, association) already suggested, and (company, association) not to be brought back now.
    shown: Collection[tuple[uuid.UUID, uuid.UUID]]
    settled: Collection[tuple[uuid.UUID, uuid.UUID]]


@dataclass(frozen=True, slots=True)
class Suited:
    """The needs that suit one association, best first, and how many each filter stopped."""

    candidates: list[Candidate]
    stops: Mapping[str, int]
    names: Names


def suited_needs(association: Association, *, limit: int, today: date) -> Suited:
    """What an association may answer now: the same filters and score as a round, seen from its side."""
    network = load(Association.objects.filter(pk=association.pk), Need.objects.current())
    side = network.associations[0]
    stops: Counter[str] = Counter()
    found: list[Candidate] = []
    for need in network.needs:
        stop = stopped_by(need, side, today)
        if stop is not None:
            stops[stop] += 1
            continue
        candidate = Candidate(need, side, score(need, side, network.related))
        if candidate.is_worth_a_place:
            found.append(candidate)
    best = nsmallest(
        limit, found, key=lambda candidate: (-candidate.assessment.total, candidate.need.id.bytes)
    )
    return Suited(best, stops, network.names)


def allocate(pairs: Pairs, ledger: Ledger) -> Array:
    """Which of these pairs to present now, never more than a company's places.

    A first pass shares a company's places between its needs; a second fills what is left.
    """
    needs, companies, associations = pairs.need_ids(), pairs.company_ids(), pairs.association_ids()
    needs_of = Counter(company for _, company in set(zip(needs, companies, strict=True)))

    def urgency(place: int) -> tuple[float, datetime, bytes, bytes]:
        """Best score first (to the hundredth: less is no difference), then who has waited longest."""
        association = associations[place]
        waiting = ledger.waiting_since[association]
        return -round(float(pairs.score[place]), 2), waiting, association.bytes, needs[place].bytes

    candidates = sorted(
        (
            place
            for place in np.flatnonzero(pairs.worth).tolist()
            if (needs[place], associations[place]) not in ledger.shown
            and (companies[place], associations[place]) not in ledger.settled
        ),
        key=urgency,
    )
    chosen: dict[int, None] = {}
    taken = set(ledger.presented_today)
    spent: Counter[uuid.UUID] = Counter()
    per_need: Counter[uuid.UUID] = Counter()
    for shared in (True, False):
        for place in candidates:
            need, company, association = needs[place], companies[place], associations[place]
            places = ledger.places.get(company, 0)
            share = ceil(places / needs_of[company]) if shared else places
            if association in taken or spent[company] >= places or per_need[need] >= share:
                continue
            chosen[place] = None
            taken.add(association)
            spent[company] += 1
            per_need[need] += 1
    return np.fromiter(chosen, np.int64, len(chosen))
