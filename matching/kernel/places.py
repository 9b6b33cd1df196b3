"""Which needs and associations may meet: rectangles of a few groups, or one whose pairs are told apart."""

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
from scipy.sparse import csr_array

from matching.kernel.arrays import Associations, Needs
from matching.kernel.copying import Array
from matching.models import NATIONAL

# Weighing so many pairs costs as much as setting one more rectangle up.
RECTANGLE_COSTS = 16_000
# Beside the places themselves: all of France said so, and no place said.
_FRANCE, _ANYWHERE = 0, 1


@dataclass(frozen=True, slots=True)
class Meetings:
    """Needs, then associations, by places: the second says of associations only the places they state."""

    needs: csr_array
    within: csr_array
    stated: csr_array

    def of(self, rows: Array) -> tuple[Array, Array]:
        """Whether each association acts in one of these needs' places, and whether it says so."""
        named = self.needs[rows]
        return (named @ self.within).toarray() > 0, (named @ self.stated).toarray() > 0


@dataclass(frozen=True, slots=True)
class Rectangle:
    """Rows of needs and of associations. Either they all meet, and `stated` says which associations say the
    very place; or `meetings` tells pair by pair."""

    rows: Array
    columns: Array
    stated: Any = None
    meetings: Meetings | None = None


def rectangles(needs: Needs, associations: Associations) -> Iterator[Rectangle]:
    """All the pairs that may meet, each in one rectangle."""
    groups: dict[tuple[tuple[int, ...], bool, bool], list[int]] = defaultdict(list)
    for row, places in enumerate(needs.places):
        groups[places, bool(needs.is_national[row]), bool(needs.says_france[row])].append(row)
    if len(needs) * len(associations) <= len(groups) * RECTANGLE_COSTS:
        meetings = _meetings(needs, associations)
        yield Rectangle(np.arange(len(needs)), np.arange(len(associations)), meetings=meetings)
        return
    for (places, national, france), rows in groups.items():
        columns, stated = _of_places(associations, places, national=national, france=france)
        yield Rectangle(np.array(rows), columns, stated)


def _of_places(
    associations: Associations, places: tuple[int, ...], *, national: bool, france: bool
) -> tuple[Array, Array]:
    """Who acts in one of these places, and whether each says that very place."""
    columns = [associations.within[place] for place in places if place in associations.within]
    stated = [associations.stated[place] for place in places if place in associations.within]
    if national:
        everywhere, said = associations.within[NATIONAL], associations.stated[NATIONAL]
        inside = associations.is_in_france[everywhere] if france else np.ones(len(everywhere), bool)
        columns.append(everywhere[inside])
        # A need that names no place shares none, even with an association of all France.
        stated.append(said[inside] if france else np.zeros(len(everywhere), bool))
    if not columns:
        return np.empty(0, np.int32), np.empty(0, bool)
    if len(columns) == 1:
        return columns[0], stated[0]
    found, where = np.unique(np.concatenate(columns), return_inverse=True)
    anywhere = np.zeros(len(found), bool)
    np.logical_or.at(anywhere, where, np.concatenate(stated))
    return found, anywhere


def _meetings(needs: Needs, associations: Associations) -> Meetings:
    places = sorted({place for place in associations.within if place != NATIONAL})
    rank = {place: number + 2 for number, place in enumerate(places)}
    width = len(rank) + 2
    named = [
        (row, column)
        for row, of_need in enumerate(needs.places)
        for column in (
            *(rank[place] for place in of_need if place in rank),
            *((_FRANCE if needs.says_france[row] else _ANYWHERE,) if needs.is_national[row] else ()),
        )
    ]
    everywhere, said = associations.within[NATIONAL], associations.stated[NATIONAL]
    inside = associations.is_in_france[everywhere]
    within = [(_FRANCE, everywhere[inside]), (_ANYWHERE, everywhere)]
    within += [(rank[place], associations.within[place]) for place in places]
    stated = [(_FRANCE, everywhere[inside & said])]
    stated += [(rank[place], associations.within[place][associations.stated[place]]) for place in places]
    rows, columns = np.array(named, np.int64).reshape(-1, 2).T
    return Meetings(
        csr_array((np.ones(len(rows), np.int32), (rows, columns)), shape=(len(needs), width)),
        _by_place(within, width, len(associations)),
        _by_place(stated, width, len(associations)),
    )


def _by_place(found: list[tuple[int, Array]], width: int, number: int) -> csr_array:
    rows = np.concatenate([np.full(len(columns), place) for place, columns in found])
    columns = np.concatenate([columns for _, columns in found])
    return csr_array((np.ones(len(rows), np.int32), (rows, columns)), shape=(width, number))
