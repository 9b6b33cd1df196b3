"""Ranking, and who is shown to whom: best pairs first, the longest-waiting association when two are equal.

A greedy choice on purpose: it is plain to explain, and an exact method can take its place behind `allocate`.
"""

import uuid
from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from heapq import nsmallest
from math import ceil

from associations.models import Association
from companies.models import Need
from matching.network import Names, Network, ThemeFinder, load_few
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


def rank(
    need: NeedSide,
    network: Network,
    finder: ThemeFinder,
    today: date,
    *,
    depth: int,
    only: Collection[uuid.UUID] | None = None,
) -> Ranking:
    """The associations that suit a need, best first; a pair with no theme in common is not one.

    Equal scores keep the same order from run to run: by identifier, which says nothing of anybody.
    """
    found: list[Candidate] = []
    for association in finder.touching(need):
        if only is not None and association.id not in only:
            continue
        if stopped_by(need, association, today) is None:
            assessment = score(need, association, network.related)
            if assessment.has_theme:
                found.append(Candidate(need, association, assessment))
    best = nsmallest(
        depth, found, key=lambda candidate: (-candidate.assessment.total, candidate.association.id.bytes)
    )
    return Ranking(need, best, len(found))


@dataclass(frozen=True, slots=True)
class Suited:
    """The needs that suit one association, best first, and how many each filter stopped."""

    candidates: list[Candidate]
    stops: Mapping[str, int]
    names: Names


def suited_needs(association: Association, *, limit: int, today: date) -> Suited:
    """What an association may answer now: the same filters and score as a round, seen from its side."""
    network = load_few(Association.objects.filter(pk=association.pk), Need.objects.current())
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


def allocate(rankings: Iterable[Ranking], ledger: Ledger) -> list[Candidate]:
    """The pairs to present now, never more than a company's places.

    A first pass shares a company's places between its needs; a second fills what is left.
    """
    rankings = list(rankings)
    needs_of = Counter(ranking.need.company for ranking in rankings if ranking.candidates)
    candidates = sorted(
        (
            candidate
            for ranking in rankings
            for candidate in ranking.candidates
            if candidate.is_worth_a_place and _is_new(candidate, ledger)
        ),
        key=lambda candidate: _urgency(candidate, ledger),
    )
    chosen: dict[tuple[uuid.UUID, uuid.UUID], Candidate] = {}
    taken = set(ledger.presented_today)
    spent: Counter[uuid.UUID] = Counter()
    per_need: dict[uuid.UUID, int] = defaultdict(int)
    for shared in (True, False):
        for candidate in candidates:
            need, association = candidate.need, candidate.association
            places = ledger.places.get(need.company, 0)
            share = ceil(places / needs_of[need.company]) if shared else places
            if association.id in taken or spent[need.company] >= places or per_need[need.id] >= share:
                continue
            chosen[need.id, association.id] = candidate
            taken.add(association.id)
            spent[need.company] += 1
            per_need[need.id] += 1
    return list(chosen.values())


def _is_new(candidate: Candidate, ledger: Ledger) -> bool:
    need, association = candidate.need, candidate.association
    return (need.id, association.id) not in ledger.shown and (
        need.company,
        association.id,
    ) not in ledger.settled


def _urgency(candidate: Candidate, ledger: Ledger) -> tuple[float, datetime, bytes, bytes]:
    """Best score first (to the hundredth: less is no difference), then who has waited longest."""
    association = candidate.association
    return (
        -round(candidate.assessment.total, 2),
        ledger.waiting_since[association.id],
        association.id.bytes,
        candidate.need.id.bytes,
    )
