"""Needs ranked against associations: by rectangles of the same places, in blocks that bound memory."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from scipy.sparse import csr_array

from matching.kernel import parts
from matching.kernel.arrays import STATES, Associations, Edges, Needs
from matching.kernel.copying import Array
from matching.kernel.places import Rectangle, rectangles
from matching.scoring import WEIGHTS

# How many pairs are weighed at once: some twenty arrays of this many float32 at most.
BLOCK = 400_000


@dataclass(frozen=True, slots=True)
class Ranked:
    """The best pairs of each need, best first, and how many pairs were compatible in all, by need."""

    edges: Edges
    compatible: Array


@dataclass(frozen=True, slots=True)
class Ground:
    """What is common to every rectangle: masks of related causes, and how long a text usually is."""

    related: list[int]
    usual: float


@dataclass(frozen=True, slots=True)
class Threshold:
    """From which total, and which text part when the need names an action, a pair is worth a place."""

    total: float
    text: float


def rank(
    needs: Needs, associations: Associations, ground: Ground, threshold: Threshold, depth: Array
) -> Ranked:
    """For each need its `depth` best associations that nothing stops and with which it shares something."""
    compatible = np.zeros(len(needs), np.int64)
    found: list[Edges] = []
    everybody = _Everybody(associations, ground)
    for rectangle in rectangles(needs, associations):
        side = _Side(everybody, rectangle)
        for rows in _blocks(rectangle.rows, len(rectangle.columns)):
            edges = _weigh(needs, rows, side, threshold)
            starts, ends = (np.searchsorted(edges.need, rows, side=end) for end in ("left", "right"))
            compatible[rows] = ends - starts
            found.append(edges[_best(edges.score, starts, ends, depth[rows])])
    edges = Edges.joined(found)
    return Ranked(edges[np.lexsort((edges.association, -edges.score, edges.need))], compatible)


class _Everybody:
    """What each association brings whatever the need: weighed once for all rectangles."""

    def __init__(self, associations: Associations, ground: Ground) -> None:
        self.associations = associations
        self.fits = parts.cause_fits(associations, ground.related)
        self.clarity = parts.clarity(associations)
        self.density = parts.densities(associations.length, ground.usual)
        self.terms = associations.terms.T.tocsr()


class _Side:
    """The associations of one rectangle, by what every pair of it is asked."""

    def __init__(self, everybody: _Everybody, rectangle: Rectangle) -> None:
        associations = everybody.associations
        self.everybody = everybody
        self.columns = columns = rectangle.columns
        self.stops = associations.stops[columns]
        self.causes = associations.causes[columns]
        every = len(columns) == len(associations)
        self.terms = everybody.terms if every else associations.terms[columns].T.tocsr()
        self.places = associations.places
        self._standing = rectangle.standing

    def standing(self, places: csr_array) -> Array:
        """How these stand in the places of each need."""
        if self._standing is None:
            return (places @ self.places).toarray()
        return np.broadcast_to(self._standing, (places.shape[0], len(self.columns)))


def _blocks(rows: Array, width: int) -> Iterator[Array]:
    height = max(1, BLOCK // max(1, width))
    for start in range(0, len(rows), height):
        yield rows[start : start + height]


def _weigh(needs: Needs, rows: Array, side: _Side, threshold: Threshold) -> Edges:
    """The compatible pairs of one block, by need: parts are weighed for those alone that nothing stops."""
    everybody, associations = side.everybody, side.everybody.associations
    standing = side.standing(needs.places[rows])
    passes = standing > 0
    passes &= (side.stops & needs.stops[rows, None]) == 0
    passes &= (side.causes & needs.excluded_causes[rows, None]) == 0
    near, far = np.nonzero(passes)
    need, column = rows[near], side.columns[far]
    found = (needs.terms[rows] @ side.terms).toarray()[near, far]
    text = parts.text(found * everybody.density[column], needs.heaviest[need])
    cause, shares_cause = parts.causes(needs.causes[rows], near, everybody.fits, column)
    themed = np.flatnonzero(shares_cause | (text > 0))
    need, column, cause, text = need[themed], column[themed], cause[themed], text[themed]
    kinds = needs.kinds[need]
    values = {
        "theme": np.ones(len(need), np.float32),
        "cause": cause,
        "text": text,
        "place": parts.place(
            needs.is_national[need],
            associations.is_somewhere[column],
            standing[near[themed], far[themed]] >= STATES,
        ),
        "audience": parts.overlap(needs.audiences[need], associations.audiences[column]),
        "skills": parts.overlap(needs.skills[need], associations.asks.skills[kinds, column]),
        "amount": parts.amounts(
            needs.budget_min[need], needs.budget_max[need], kinds, associations.asks, column
        ),
        "clarity": everybody.clarity[column],
    }
    total = np.zeros(len(need), np.float32)
    for name, weight in WEIGHTS.items():
        total += np.float32(weight) * values[name]
    np.round(np.clip(total, 0.0, 1.0), 4, out=total)
    answers = (text >= threshold.text) | ~needs.speaks[need]
    worth = answers & (total >= np.float32(threshold.total) - np.float32(1e-6))
    return Edges(need.astype(np.int32), column.astype(np.int32), total, worth)


def _best(score: Array, starts: Array, ends: Array, depth: Array) -> Array:
    """Which to keep: of each need, whose pairs stand from a start to an end, so many; the first of equals."""
    kept = np.ones(len(score), bool)
    for place in np.flatnonzero(ends - starts > depth).tolist():
        scores, limit = score[starts[place] : ends[place]], int(depth[place])
        last = np.partition(scores, len(scores) - limit)[len(scores) - limit]
        best = scores > last
        best[np.flatnonzero(scores == last)[: limit - np.count_nonzero(best)]] = True
        kept[starts[place] : ends[place]] = best
    return np.flatnonzero(kept)
