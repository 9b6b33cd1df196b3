"""Who could be presented to whom on one day, and how many of those who waited the places left would serve."""

from collections import defaultdict
from collections.abc import Collection, Hashable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import TypeVar
from uuid import UUID

import numpy as np

from matching.allocation import hopeful, reach
from matching.ledger import read_ledger
from matching.ranking import rank_as_they_stand
from matching.sharing import servable
from mecenova.calendar import clock

Place = TypeVar("Place", bound=Hashable)


@dataclass(frozen=True, slots=True)
class Chances:
    """On that day: the associations that suit a company, and the companies that each may be shown to."""

    day: date
    suited: frozenset[UUID]
    possible: Mapping[UUID, Collection[UUID]]


def chances_today() -> Chances:
    """Whatever the places; pairs as the last round left them. Reads only."""
    pairs = hopeful(rank_as_they_stand().pairs)
    found = reach(pairs, read_ledger(pairs.associations()))
    suited, allowed = (pairs[np.flatnonzero(which)] for which in (found.suits, found.may))
    possible: dict[UUID, set[UUID]] = defaultdict(set)
    for association, company in zip(allowed.association_ids(), allowed.company_ids(), strict=True):
        possible[association].add(company)
    return Chances(clock.today(), frozenset(suited.association_ids()), possible)


def most_served(waiting: Collection[Collection[Place]], places: Mapping[Place, int]) -> int:
    """The largest number of those who wait that these places serve, each by one of the places it may have."""
    names = sorted({name for each in waiting for name in each}, key=repr)
    rank = {name: row for row, name in enumerate(names)}
    pairs = [(rank[name], number) for number, each in enumerate(waiting) for name in set(each)]
    if not pairs:
        return 0
    place, who = np.array(pairs).T
    number = np.array([max(0, places.get(name, 0)) for name in names])
    return int(servable(place, who, number, len(waiting)).served)
