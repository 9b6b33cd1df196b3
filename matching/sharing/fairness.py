"""How evenly attention was shared: plain figures of what happened."""

from typing import Any

import numpy as np
from numpy.typing import NDArray


def gini(presentations: NDArray[Any]) -> float | None:
    """Gini's coefficient of the numbers of presentations: 0 when all have as many, near 1 when one has all.

    None when there is nobody, or nothing was presented.
    """
    ordered = np.sort(np.asarray(presentations, float))
    total = ordered.sum()
    if not total:
        return None
    ranks = np.arange(1, len(ordered) + 1)
    return float((2 * ranks - len(ordered) - 1) @ ordered / (len(ordered) * total))
