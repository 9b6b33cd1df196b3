"""Which causes a text speaks of, by word weights learnt from texts whose cause is known (cause_words.txt).

Only to propose causes to a person, who confirms or not: the score does not use it, for it did
not gain by it (docs/algorithms/matching.md).
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from functools import lru_cache
from pathlib import Path

_FILE = Path(__file__).with_name("cause_words.txt")
# A text proposes the causes whose weights add up to this, and to half of the strongest one's.
PROPOSED_FROM = 2.0
PROPOSED_SHARE = 0.5
MOST_PROPOSED = 3


def likely_causes(stems: Iterable[str]) -> list[str]:
    """Slugs of the causes to propose for a text with these stems, the likeliest first; often none."""
    sums = cause_sums(stems)
    least = max(PROPOSED_FROM, PROPOSED_SHARE * max(sums.values(), default=0.0))
    found = sorted((cause for cause in sums if sums[cause] >= least), key=lambda cause: (-sums[cause], cause))
    return found[:MOST_PROPOSED]


def cause_sums(stems: Iterable[str]) -> Mapping[str, float]:
    """For each cause that a word speaks for, the sum of the log-odds of the distinct words."""
    sums: dict[str, float] = defaultdict(float)
    weights = cause_weights()
    for stem in sorted(set(stems)):
        for cause, weight in weights.get(stem, {}).items():
            sums[cause] += weight
    return sums


@lru_cache(maxsize=1)
def cause_weights() -> Mapping[str, Mapping[str, float]]:
    """Stem to the causes it speaks for: the logarithm of how much likelier it is there than elsewhere."""
    weights = {}
    for line in _FILE.read_text(encoding="utf-8").splitlines():
        if line and not line.startswith("#"):
            stem, told = line.split(" | ")
            weights[stem] = {cause: float(weight) for cause, weight in map(str.split, told.split(", "))}
    return weights
