"""How many of a month's places are open on a given day."""

from datetime import date
from typing import Any

import numpy as np
from numpy.typing import NDArray

# Promise 4: presented to a compatible company, or called by a person, at least this often.
PROMISED_DAYS = 90
# A month's places open on its 1st, 11th and 21st day: a company reads short lists, not one line a day, and
# those who become due late in the month still find a place. All companies open together, because a choice
# among many pairs suits people better than one among few. Only who cannot wait until then is served before.
OPENINGS = 3
DAYS_BETWEEN = 10
# From this day on nobody waits for the next opening: 90 days would be over. Sooner, those who come after find
# nothing left (bench/sharing.py).
EARLY_FROM_DAY = 88


def cannot_wait(waiting: NDArray[Any]) -> NDArray[np.bool_]:
    """For whom a place of this month opens before its day. `waiting`: days, by association."""
    return np.asarray(waiting) >= EARLY_FROM_DAY


def open_places(capacity: NDArray[Any], left: NDArray[Any], today: date) -> NDArray[np.int64]:
    """Places that may be spent today, by company, out of the `left` of its monthly `capacity`.

    Rounded up: one place a month opens on the 1st. What is not spent stays open until the month ends.
    """
    step = min(OPENINGS, 1 + (today.day - 1) // DAYS_BETWEEN)
    opened = -(-np.asarray(capacity, np.int64) * step // OPENINGS)
    spent = np.asarray(capacity, np.int64) - left
    return np.clip(opened - spent, 0, np.maximum(left, 0))
