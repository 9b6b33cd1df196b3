"""Which needs and associations may meet: rectangles of a few groups, or one whose pairs are told apart."""

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from scipy.sparse import csr_array

from matching.kernel.arrays import Associations, Needs
from matching.kernel.copying import Array

# Looking at so many pairs costs as much as setting one more rectangle up.
RECTANGLE_COSTS = 16_000


@dataclass(frozen=True, slots=True)
class Rectangle:
    """Rows of needs and of associations. Either each association stands alike towards all of these needs, and
    `standing` says how; or it is to be asked of their places, pair by pair."""

    rows: Array
    columns: Array
    standing: Array | None = None


def rectangles(needs: Needs, associations: Associations) -> Iterator[Rectangle]:
    """All the pairs that may meet, each in one rectangle."""
    groups = _of_same_places(needs.places)
    if len(needs) * len(associations) <= len(groups) * RECTANGLE_COSTS:
        yield Rectangle(np.arange(len(needs)), np.arange(len(associations)))
        return
    for rows in groups:
        standing = needs.places[rows[:1]] @ associations.places
        standing.sort_indices()
        yield Rectangle(np.array(rows), standing.indices, standing.data)


def _of_same_places(places: csr_array) -> list[list[int]]:
    """Rows of needs open to exactly the same places."""
    groups: dict[bytes, list[int]] = defaultdict(list)
    for row, (start, end) in enumerate(pairwise(places.indptr.tolist())):
        groups[places.indices[start:end].tobytes()].append(row)
    return list(groups.values())
