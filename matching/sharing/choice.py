"""Who is shown to whom today: as many associations as can be, the longest-waiting first, at the best score.

Each round solves one assignment exactly, with SciPy's `min_weight_full_bipartite_matching` (the algorithm
of Jonker and Volgenant, 1987, on sparse matrices): places on one side, associations on the other. A pair
weighs its score plus what its association has waited. Serving by the largest sum of waits keeps every queue
as short as any rule could, when places suffice and when they do not (Tassiulas and Ephremides, 1992). What
else was tried: docs/adr/0021.
"""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.sparse import csr_array
from scipy.sparse.csgraph import min_weight_full_bipartite_matching

# What a day of waiting weighs against a score, which is 0 to 1: a little at first, so that scores decide; ten
# times that from the sixtieth on, so that nobody is passed over until the 90th. Measured in bench/sharing.py.
FIRST_DAYS, LAST_DAYS = 0.02, 0.2
PRESSING_FROM_DAY = 60
# A wait longer than this many days counts as this: sums stay far below what a place weighs.
LONGEST_COUNTED = 3650
# Filling one more place outweighs everything else.
WEIGHT_OF_A_PLACE = 10_000.0
# A pair that is compatible but not good enough to take a place, or that was shown before without a yes, is
# shown when its association has waited this long without a better one: a weak chance then is worth more than
# none before its 90 days.
LONG_AFTER_DAYS = 60
WEAK_FROM = 0.35
# Beyond so many places the choice is made in turns of fewer: the time of one solution grows faster than its
# size. The longest-waiting of all go in the first turns; about 2 % of the sum is lost.
AT_ONCE = 400
IN_TURNS_OF = 200


@dataclass(frozen=True, slots=True)
class Offers:
    """Pairs that may be presented: indices of need, company and association, and a score from 0 to 1."""

    need: NDArray[Any]
    company: NDArray[Any]
    association: NDArray[Any]
    score: NDArray[Any]

    def __len__(self) -> int:
        return len(self.need)

    def __getitem__(self, chosen: NDArray[Any]) -> "Offers":
        return Offers(self.need[chosen], self.company[chosen], self.association[chosen], self.score[chosen])


def waits_long(waiting: ArrayLike) -> NDArray[np.bool_]:
    """Who has waited so many days that less than a good new pair is better than nothing."""
    return np.asarray(waiting) >= LONG_AFTER_DAYS


def admissible(score: ArrayLike, worth: ArrayLike, waiting: ArrayLike) -> NDArray[np.bool_]:
    """Which pairs may take a place: those worth it, and weaker ones of those who wait long."""
    return np.asarray(worth, bool) | (waits_long(waiting) & (np.asarray(score) >= WEAK_FROM))


def urgency(waiting: NDArray[Any]) -> NDArray[np.float64]:
    """What these days of waiting weigh; one day more always weighs more."""
    days = np.clip(np.asarray(waiting, float), 0, LONGEST_COUNTED)
    pressing = np.maximum(days - PRESSING_FROM_DAY, 0)
    return FIRST_DAYS * (days - pressing) + LAST_DAYS * pressing


def choose_today(
    offers: Offers,
    places: NDArray[Any],
    left: NDArray[Any],
    waiting: NDArray[Any],
    early: NDArray[Any],
    presented_today: NDArray[Any],
) -> NDArray[np.int64]:
    """What `choose` gives of the places open today; then, for the associations whose turn cannot wait for the
    next ones (`early`), what it gives of all that their companies have `left` this month."""
    chosen = choose(offers, places, waiting, presented_today)
    served = np.array(presented_today, bool)
    served[offers.association[chosen]] = True
    still = np.asarray(left, np.int64) - np.bincount(offers.company[chosen], minlength=len(left))
    pressed = np.flatnonzero(np.asarray(early, bool)[offers.association])
    return np.union1d(chosen, pressed[choose(offers[pressed], still, waiting, served)])


def choose(
    offers: Offers, places: NDArray[Any], waiting: NDArray[Any], presented_today: NDArray[Any]
) -> NDArray[np.int64]:
    """Indices of the offers to present, ascending.

    `places` are those open today, by company; `waiting` the days, by association, since it was last presented
    (or could first be); `presented_today` says, by association, who has had its turn. Never more than the
    places, an association once; as many as can be; then the largest sum of scores and waits. A company's
    places are first shared between its needs. The same input gives the same choice.
    """
    left = np.maximum(np.asarray(places, np.int64), 0).copy()
    free = ~np.asarray(presented_today, bool)
    weight = np.asarray(offers.score, float) + urgency(waiting)[offers.association]
    chosen: list[NDArray[np.int64]] = []
    while True:
        open_ = np.flatnonzero((left[offers.company] > 0) & free[offers.association])
        if not len(open_):
            break
        found = open_[_turn(offers[open_], weight[open_], left)]
        chosen.append(found)
        free[offers.association[found]] = False
        left -= np.bincount(offers.company[found], minlength=len(left))
    return np.sort(np.concatenate(chosen)) if chosen else np.empty(0, np.int64)


def _turn(offers: Offers, weight: NDArray[Any], left: NDArray[Any]) -> NDArray[np.int64]:
    """One exact assignment: of all the places at once, or of one place of the first companies."""
    most = np.minimum(left, np.bincount(offers.company, minlength=len(left)))
    if most.sum() > AT_ONCE:
        # The company whose best pair weighs most first: the longest-waiting are not left to the last.
        best = np.zeros(len(left))
        np.maximum.at(best, offers.company, weight)
        first = np.lexsort((np.arange(len(left)), -best))[:IN_TURNS_OF]
        most = np.where(np.isin(np.arange(len(left)), first), np.minimum(most, 1), 0)
    kept = _heaviest(offers, weight, most)
    return kept[_assign(offers[kept], weight[kept], most)]


def _heaviest(offers: Offers, weight: NDArray[Any], most: NDArray[Any]) -> NDArray[np.int64]:
    """The pairs that an assignment of so many places may need: no need's list is looked at further down."""
    open_ = np.flatnonzero(most[offers.company] > 0)
    order = open_[np.lexsort((open_, -weight[open_], offers.need[open_]))]
    return np.sort(order[_ranks(offers.need[order]) < most.sum()])


def _ranks(ordered: NDArray[Any]) -> NDArray[np.int64]:
    """The place of each in its own group, groups standing together."""
    starts = np.flatnonzero(np.r_[True, ordered[1:] != ordered[:-1]])
    return np.arange(len(ordered)) - np.repeat(starts, np.diff(np.r_[starts, len(ordered)]))


def _assign(offers: Offers, weight: NDArray[Any], places: NDArray[Any]) -> NDArray[np.int64]:
    """Solve it: rows are places, columns associations, and for each place the possibility to stay empty."""
    place, pair = _possibilities(offers, places)
    associations, column = np.unique(offers.association, return_inverse=True)
    rows, width = int(place.max()) + 1, len(associations)
    column = column[pair]
    # A place and an association have one possibility: that of the need they suit best.
    order = np.lexsort((pair, -weight[pair], column, place))
    first = np.r_[True, (np.diff(place[order]) != 0) | (np.diff(column[order]) != 0)]
    place, column, pair = (each[order[first]] for each in (place, column, pair))
    empty = np.arange(rows)
    costs = csr_array(
        (
            np.concatenate([WEIGHT_OF_A_PLACE - weight[pair], np.full(rows, 2 * WEIGHT_OF_A_PLACE)]),
            (np.concatenate([place, empty]), np.concatenate([column, width + empty])),
        ),
        shape=(rows, width + rows),
    )
    found_rows, found_columns = min_weight_full_bipartite_matching(costs)
    filled = found_columns < width
    keys = place.astype(np.int64) * width + column
    return pair[np.searchsorted(keys, found_rows[filled].astype(np.int64) * width + found_columns[filled])]


def _possibilities(offers: Offers, places: NDArray[Any]) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Which place may take which pair: (place, pair) columns.

    Of a company's places each of its needs has an equal share; what cannot be shared is open to all of them.
    """
    _, first, need = np.unique(offers.need, return_index=True, return_inverse=True)
    owner = offers.company[first]
    number = np.bincount(owner, minlength=len(places))
    own = places[owner] // number[owner]
    shared = places - _total(own, owner, len(places))
    starts_of_need = np.cumsum(own) - own
    starts_of_company = own.sum() + np.cumsum(shared) - shared
    of_need = _spread(starts_of_need[need], own[need])
    of_company = _spread(starts_of_company[offers.company], shared[offers.company])
    place = np.concatenate([of_need[0], of_company[0]])
    _, packed = np.unique(place, return_inverse=True)
    return packed, np.concatenate([of_need[1], of_company[1]])


def _total(own: NDArray[Any], owner: NDArray[Any], companies: int) -> NDArray[np.int64]:
    return np.bincount(owner, own, companies).astype(np.int64)


def _spread(start: NDArray[Any], length: NDArray[Any]) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Each pair with the places from `start` on, `length` of them."""
    pair = np.repeat(np.arange(len(start)), length)
    offset = np.arange(len(pair)) - np.repeat(np.cumsum(length) - length, length)
    return np.repeat(start, length) + offset, pair
