"""The parts of the score of many pairs: `matching.scoring.parts`, a column for each value.

Every weight and constant is read from `matching.scoring`; a property test holds the two to one answer. Values
are float32: sums agree with the scalar ones to 1e-4.
"""

import numpy as np

from matching.kernel.arrays import Asks, Associations
from matching.kernel.copying import Array
from matching.scoring import NEUTRAL, parts
from matching.scoring.lexicon import LENGTH_SHARE


def densities(length: Array, usual: float) -> Array:
    """What a text longer than usual is discounted by."""
    excess = np.maximum(0.0, np.log(np.maximum(1, length) / usual))
    return (1.0 / (1.0 + LENGTH_SHARE * excess)).astype(np.float32)


def cause_fits(associations: Associations, related: list[int]) -> Array:
    """How far each cause is shared, by association: a row a cause, and a last one for none. `related` are
    masks, by rank."""
    fits = np.zeros((len(related) + 1, len(associations)), np.float32)
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


def causes(masks: Array, near: Array, fits: Array, columns: Array) -> tuple[Array, Array]:
    """The part, and whether any cause is shared. A need without causes is neutral, and shares none.

    `near`: which of these masks, one a need, is each pair's.
    """
    most, total = np.zeros((2, len(near)), np.float32)
    left = masks
    while left.any():
        first = left & -left
        rank = np.where(left > 0, np.bitwise_count(first - 1), len(fits) - 1)
        fit = fits[rank[near], columns]
        np.maximum(most, fit, out=most)
        total += fit
        left = left ^ first
    number = np.bitwise_count(masks)[near]
    value = 0.5 * most + 0.5 * (total / np.maximum(1, number))
    return np.where(number > 0, value, np.float32(NEUTRAL)), value > 0


def text(found: Array, heaviest: Array) -> Array:
    """`found` is what the need's words and themes that the association says weigh together."""
    half = parts.TEXT_HALF * np.maximum(parts.LIGHTEST, heaviest)
    value = np.minimum(1.0, parts.TEXT_SCALE * found / (found + half))
    return np.where(found > 0, value, 0.0).astype(np.float32)


def place(is_national: Array, somewhere: Array, stated: Array) -> Array:
    """`stated`: whether the association says one of the need's very places."""
    wide = np.where(is_national, np.float32(0.6), np.float32(0.85))
    return np.where(somewhere, np.where(stated, np.float32(1.0), wide), np.float32(NEUTRAL))


def overlap(wanted: Array, present: Array) -> Array:
    """Neutral when one side says nothing."""
    shared = np.bitwise_count(present & wanted).astype(np.float32)
    least = np.minimum(np.bitwise_count(present), np.bitwise_count(wanted))
    value = 0.2 + 0.8 * shared / np.maximum(1, least)
    return np.where(least > 0, value, NEUTRAL).astype(np.float32)


def amounts(low: Array, high: Array, kinds: Array, asks: Asks, columns: Array) -> Array:
    """The best of the asks. Neutral when one side says no amount."""
    value = np.full(len(columns), NEUTRAL, np.float32)
    number = np.where(np.isnan(low) & np.isnan(high), 0, asks.number[kinds, columns])
    pairs = np.flatnonzero(number)
    if len(pairs):
        number = number[pairs]
        starts = np.cumsum(number) - number
        asked = np.arange(number.sum()) + np.repeat(asks.first[kinds[pairs], columns[pairs]] - starts, number)
        each = np.repeat(pairs, number)
        value[pairs] = np.maximum.reduceat(amount_fits(asks.amounts[asked], low[each], high[each]), starts)
    return value


def amount_fits(asked: Array, low: Array, high: Array) -> Array:
    """1 inside the range; else by how much it is out of it. An end unsaid (nan), or zero, is open."""
    below, above = asked < low, (asked > high) & (high > 0)
    value = np.ones(len(asked))
    value[above] = high[above] / asked[above]
    value[below] = asked[below] / low[below]
    return value.astype(np.float32)
