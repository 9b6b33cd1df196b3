"""Needs ranked against associations: by rectangles of the same places, in blocks that bound memory."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from matching.kernel import parts
from matching.kernel.arrays import KIND_RANKS, Associations, Edges, Needs
from matching.kernel.copying import Array
from matching.kernel.places import Rectangle, rectangles
from matching.scoring import WEIGHTS, WITHOUT_THEME

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
    whole = _Whole(associations, ground)
    for rectangle in rectangles(needs, associations):
        side = _Columns(whole, rectangle)
        for block in _blocks(rectangle.rows, len(side)):
            edges, numbers = _weigh(needs, block, side, threshold, depth)
            compatible[block] += numbers
            found.append(edges)
    edges = Edges.joined(found)
    return Ranked(edges[np.lexsort((edges.association, -edges.score, edges.need))], compatible)


class _Whole:
    """What each association brings whatever the need: weighed once for all rectangles."""

    def __init__(self, associations: Associations, ground: Ground) -> None:
        self.associations = associations
        self.fits = parts.cause_fits(associations, ground.related)
        self.clarity = parts.clarity(associations)
        self.density = parts.densities(associations.length, ground.usual)
        self.terms = associations.terms.T.tocsr()


class _Columns:
    """The associations of one rectangle."""

    def __init__(self, whole: _Whole, rectangle: Rectangle) -> None:
        self.rectangle = rectangle
        self.rows = columns = rectangle.columns
        associations = whole.associations
        self.stops = associations.stops[columns]
        self.declared = associations.causes[columns]
        self.audiences = associations.audiences[columns]
        self.somewhere = associations.is_somewhere[columns]
        self.fits = whole.fits[:, columns]
        self.clarity = whole.clarity[columns]
        self.density = whole.density[columns]
        every = len(columns) == len(associations)
        self.terms = whole.terms if every else associations.terms[columns].T.tocsr()
        self.skills = [associations.asks[kind].skills[columns] for kind in KIND_RANKS]
        self.amounts = [self._amounts(associations, kind) for kind in KIND_RANKS]

    def __len__(self) -> int:
        return len(self.rows)

    def meet(self, rows: Array) -> tuple[Array, Array]:
        """Which of these needs' pairs meet, and in a place that the association says."""
        if self.rectangle.meetings is not None:
            return self.rectangle.meetings.of(rows)
        return np.ones((1, len(self)), bool), self.rectangle.stated

    def _amounts(self, associations: Associations, kind: int) -> tuple[Array, Array]:
        asks = associations.asks[kind]
        if not len(asks.rows) or not len(self.rows):
            return np.empty(0, np.int64), np.empty(0)
        where = np.searchsorted(self.rows, asks.rows)
        where[where == len(self.rows)] = 0
        here = self.rows[where] == asks.rows
        return where[here], asks.amounts[here]


def _blocks(rows: Array, width: int) -> Iterator[Array]:
    height = max(1, BLOCK // max(1, width))
    for start in range(0, len(rows), height):
        yield rows[start : start + height]


def _weigh(
    needs: Needs, rows: Array, side: _Columns, threshold: Threshold, depth: Array
) -> tuple[Edges, Array]:
    """One block: the best of each of its needs, and how many were compatible."""
    passes = (side.stops & needs.stops[rows, None]) == 0
    passes &= (side.declared & needs.excluded_causes[rows, None]) == 0
    meet, stated = side.meet(rows)
    passes &= meet
    cause, shares_cause = parts.causes(needs, rows, side.fits)
    found = (needs.terms[rows] @ side.terms).toarray() * side.density
    text = parts.text(needs, rows, found)
    themed = shares_cause | (text > 0)
    passes &= themed
    values = {
        "theme": themed.astype(np.float32),
        "cause": cause,
        "text": text,
        "place": parts.place(needs, rows, side.somewhere, stated),
        "audience": parts.audiences(needs, rows, side.audiences),
        "skills": parts.skills(needs, rows, side.skills, len(side)),
        "amount": parts.amounts(needs, rows, side.amounts, len(side)),
        "clarity": side.clarity,
    }
    total = np.zeros(passes.shape, np.float32)
    for name, weight in WEIGHTS.items():
        total += np.float32(weight) * values[name]
    np.round(np.clip(np.where(themed, total, total * WITHOUT_THEME), 0.0, 1.0), 4, out=total)
    answers = (text >= threshold.text) | ~needs.speaks[rows, None]
    worth = answers & (total >= np.float32(threshold.total) - np.float32(1e-6))
    compatible = passes.sum(axis=1)
    return _best(rows, side.rows, passes, total, worth, depth[rows]), compatible


def _best(rows: Array, columns: Array, passes: Array, total: Array, worth: Array, depth: Array) -> Edges:
    """Of those that pass; `passes` is left with them alone."""
    for place in np.flatnonzero(passes.sum(axis=1) > depth).tolist():
        kept = np.flatnonzero(passes[place])
        limit = int(depth[place])
        scores = total[place, kept]
        last = np.partition(scores, len(kept) - limit)[len(kept) - limit]
        sure = kept[scores > last]
        passes[place] = False
        passes[place, np.r_[sure, kept[scores == last][: limit - len(sure)]]] = True
    which, kept = np.nonzero(passes)
    return Edges(
        rows[which].astype(np.int32),
        columns[kept].astype(np.int32),
        total[which, kept],
        worth[which, kept],
    )
