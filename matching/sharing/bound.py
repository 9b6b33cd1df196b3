"""What no method could do better than: how many could be presented in the time promised."""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array
from scipy.sparse.csgraph import breadth_first_order, maximum_flow

# Flows are whole numbers: places and turns are counted in thousandths.
UNIT = 1000


@dataclass(frozen=True, slots=True)
class Bound:
    """`served` is the largest number that places allow; `short` says for whom, by association, they lack.

    An association is short when those left out could take its place: it competes for companies that have no
    place to spare. All the others can be presented in time, whoever comes first.
    """

    served: float
    compatible: int
    short: NDArray[np.bool_]


def servable(
    company: NDArray[Any],
    association: NDArray[Any],
    places: NDArray[Any],
    associations: int,
    *,
    turns: float = 1.0,
) -> Bound:
    """The largest flow from companies' `places` (over the period) to associations, `turns` each.

    `company` and `association` are the compatible pairs, each counted once. By the max-flow min-cut theorem
    (Ford and Fulkerson, 1956), who is short is read from the cut: SciPy's `maximum_flow` (Dinic).
    """
    keys = np.unique(np.asarray(association, np.int64) * (len(places) + 1) + company)
    association, company = np.divmod(keys, len(places) + 1)
    compatible = np.unique(association)
    short = np.zeros(associations, bool)
    if not len(compatible):
        return Bound(0.0, 0, short)
    first, source = associations, associations + len(places)
    sink = source + 1
    rows = np.concatenate([np.full(len(compatible), source), association, first + np.arange(len(places))])
    columns = np.concatenate([compatible, first + company, np.full(len(places), sink)])
    values = np.concatenate(
        [
            np.full(len(compatible), round(turns * UNIT)),
            np.full(len(association), UNIT),
            np.round(np.asarray(places, float) * UNIT),
        ]
    ).astype(np.int32)
    graph = csr_array((values, (rows, columns)), shape=(sink + 1, sink + 1))
    found = maximum_flow(graph, source, sink)
    rest = graph - found.flow
    rest.data = (rest.data > 0).astype(np.int8)
    rest.eliminate_zeros()
    reached = breadth_first_order(rest, source, return_predecessors=False)
    short[reached[reached < associations]] = True
    return Bound(found.flow_value / UNIT / turns, len(compatible), short)
