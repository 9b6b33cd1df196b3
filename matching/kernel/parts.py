"""The parts of the score over rectangles of needs by associations: `matching.scoring.parts`, column-wise.

Every weight and constant is read from `matching.scoring`; a property test holds the two to one answer. Values
are float32: sums agree with the scalar ones to 1e-4.
"""

from collections import defaultdict
from collections.abc import Callable
from typing import TypeVar

import numpy as np

from matching.kernel.arrays import Associations, Needs, bits_of
from matching.kernel.copying import Array
from matching.scoring import NEUTRAL, parts
from matching.scoring.lexicon import LENGTH_SHARE

T = TypeVar("T")


def densities(length: Array, usual: float) -> Array:
    """What a text longer than usual is discounted by."""
    excess = np.maximum(0.0, np.log(np.maximum(1, length) / usual))
    return (1.0 / (1.0 + LENGTH_SHARE * excess)).astype(np.float32)


def cause_fits(associations: Associations, related: list[int]) -> Array:
    """How far each cause is shared, by association: a row a cause. `related` are masks, by rank."""
    fits = np.zeros((len(related), len(associations)), np.float32)
    certain = np.where(associations.doubted, parts.DOUBTED, 1.0)
    silent = np.where(associations.speaks, parts.UNCONFIRMED, parts.DECLARED)
    for rank, near in enumerate(related):
        declared = associations.causes >> rank & 1 == 1
        spoken = associations.spoken_causes >> rank & 1 == 1
        near_it = np.where(associations.causes & near != 0, parts.NEAR, 0.0)
        told = np.where(declared, np.where(spoken, parts.CONFIRMED, silent), parts.SPOKEN)
        fits[rank] = np.where(declared | spoken, certain * told, near_it)
    return fits


def clarity(associations: Associations) -> Array:
    """A doubtful general interest costs a check; a text that tells can be judged."""
    told = np.where(associations.tells, 1.0, NEUTRAL)
    return np.where(associations.doubted, 0.0, told).astype(np.float32)


def causes(needs: Needs, rows: Array, fits: Array) -> tuple[Array, Array]:
    """The part, and whether any cause is shared. A need without causes is neutral, and shares none."""
    found = np.full((len(rows), fits.shape[1]), NEUTRAL, np.float32)
    shared = np.zeros(found.shape, bool)
    for mask in np.unique(needs.causes[rows]).tolist():
        if not mask:
            continue
        of_causes = fits[bits_of(mask)]
        value = 0.5 * of_causes.max(axis=0) + 0.5 * of_causes.mean(axis=0)
        same = needs.causes[rows] == mask
        found[same], shared[same] = value, value > 0
    return found, shared


def text(needs: Needs, rows: Array, found: Array) -> Array:
    """`found` is what the need's words and themes that the association says weigh together."""
    half = parts.TEXT_HALF * np.maximum(parts.LIGHTEST, needs.heaviest[rows])[:, None]
    value = np.minimum(1.0, parts.TEXT_SCALE * found / (found + half))
    return np.where(found > 0, value, 0.0).astype(np.float32)


def place(needs: Needs, rows: Array, somewhere: Array, stated: Array) -> Array:
    """`stated`: whether the association says one of the need's very places."""
    wide = np.where(needs.is_national[rows], np.float32(0.6), np.float32(0.85))[:, None]
    return np.where(somewhere, np.where(stated, np.float32(1.0), wide), np.float32(NEUTRAL))


def audiences(needs: Needs, rows: Array, present: Array) -> Array:
    wanted = needs.audiences[rows].tolist()
    return _by_value(wanted, len(present), lambda mask: overlap(mask, present) if mask else None)


def skills(needs: Needs, rows: Array, sought: list[Array], width: int) -> Array:
    """`sought`: by kind, the skills that each association's asks of that kind seek."""
    return _by_value(
        list(zip(needs.kinds[rows].tolist(), needs.skills[rows].tolist(), strict=True)),
        width,
        lambda said: overlap(said[1], sought[said[0]]) if said[1] else None,
    )


def amounts(needs: Needs, rows: Array, told: list[tuple[Array, Array]], width: int) -> Array:
    """The best of the asks. `told`: by kind, the columns that say an amount, ascending, and the amounts."""

    def best(said: tuple[int, float | None, float | None]) -> "Array | None":
        kind, low, high = said
        columns, asked = told[kind]
        if not len(columns) or (low is None and high is None):
            return None
        value = np.full(width, NEUTRAL, np.float32)
        fits = amount_fits(asked, low, high)
        first = np.flatnonzero(np.concatenate([[True], columns[1:] != columns[:-1]]))
        value[columns[first]] = np.maximum.reduceat(fits, first)
        return value

    ends = (_known(needs.budget_min[rows]), _known(needs.budget_max[rows]))
    return _by_value(list(zip(needs.kinds[rows].tolist(), *ends, strict=True)), width, best)


def _known(numbers: Array) -> list[float | None]:
    return [
        None if unsaid else number for number, unsaid in zip(numbers.tolist(), np.isnan(numbers), strict=True)
    ]


def overlap(wanted: int, present: Array) -> Array:
    """Neutral when one side says nothing."""
    shared = np.bitwise_count(present & wanted).astype(np.float32)
    least = np.minimum(np.bitwise_count(present), int(wanted).bit_count())
    value = 0.2 + 0.8 * shared / np.maximum(1, least)
    return np.where(least > 0, value, NEUTRAL).astype(np.float32)


def amount_fits(asked: Array, low: float | None, high: float | None) -> Array:
    """1 inside the range; else by how much it is out of it. An end that is not said, or zero, is open."""
    value = np.ones(len(asked))
    if low:
        value = np.where(asked < low, asked / low, value)
    if high:
        above = (asked > high) & (asked >= low) if low else asked > high
        value = np.where(above, high / asked, value)
    return value.astype(np.float32)


def _by_value(said: list[T], width: int, part: "Callable[[T], Array | None]") -> Array:
    """A row for each of these values, those that are equal weighed once. Neutral where `part` is None."""
    found = np.full((len(said), width), NEUTRAL, np.float32)
    rows_of: dict[T, list[int]] = defaultdict(list)
    for row, value in enumerate(said):
        rows_of[value].append(row)
    for value, rows in rows_of.items():
        weighed = part(value)
        if weighed is not None:
            found[rows] = weighed
    return found
