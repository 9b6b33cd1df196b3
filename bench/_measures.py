"""How good a ranking is, and how sure we are of it: nDCG, precision, recall, bootstrap, kappa."""

import math
import random
from collections.abc import Mapping, Sequence
from itertools import product

RELEVANT = 2
GRADES = range(4)
RESAMPLES = 10_000
SEED = 2026


def ndcg(ranking: Sequence[str], grades: Mapping[str, int], depth: int) -> float:
    """Of the judged alone, in their order: unjudged associations are passed over. Gain 2^grade - 1.

    Source: Järvelin and Kekäläinen 2002; passing over the unjudged is Sakai's condensed list (2007).
    """
    found = [grades[key] for key in ranking if key in grades][:depth]
    best = sorted(grades.values(), reverse=True)[:depth]
    return _gain(found) / _gain(best)


def precision(ranking: Sequence[str], grades: Mapping[str, int], depth: int) -> float:
    """The share of the first judged ones that a reader would have taken (grade 2 or 3)."""
    found = [grades[key] for key in ranking if key in grades][:depth]
    return sum(grade >= RELEVANT for grade in found) / depth


def recall(ranking: Sequence[str], grades: Mapping[str, int], depth: int) -> float:
    """The share of what a reader would have taken among the first; the unjudged keep their places."""
    wanted = {key for key, grade in grades.items() if grade >= RELEVANT}
    return len(wanted & set(ranking[:depth])) / len(wanted)


def mean(values: Sequence[float]) -> float:
    return sum(values) / len(values) if values else math.nan


def interval(differences: Sequence[float]) -> tuple[float, float]:
    """95 % of the means of the needs drawn again with replacement (percentile bootstrap, fixed seed)."""
    chance = random.Random(SEED)
    means = sorted(mean(chance.choices(differences, k=len(differences))) for _ in range(RESAMPLES))
    return means[round(0.025 * RESAMPLES)], means[round(0.975 * RESAMPLES) - 1]


def kappa(pairs: Sequence[tuple[int, int]], *, quadratic: bool) -> float:
    """Cohen's kappa of two readers' grades (1960); weighted by the square of the distance (1968)."""
    number = len(pairs)

    def weight(one: int, other: int) -> float:
        return (one - other) ** 2 if quadratic else float(one != other)

    observed = sum(weight(one, other) for one, other in pairs)
    first = [sum(one == grade for one, _ in pairs) for grade in GRADES]
    second = [sum(other == grade for _, other in pairs) for grade in GRADES]
    expected = sum(
        weight(one, other) * first[one] * second[other] / number for one, other in product(GRADES, GRADES)
    )
    return 1 - observed / expected if expected else 1.0


def _gain(found: Sequence[int]) -> float:
    return sum((2**grade - 1) / math.log2(place + 2) for place, grade in enumerate(found))
