"""How many of a month's places are open on a given day."""

from datetime import date
from typing import Any

import numpy as np
from numpy.typing import NDArray

# Promise 4: presented to a compatible company, or called by a person, at least this often.
PROMISED_DAYS = 90
# A month's places open on its 1st, 11th and 21st day: a company reads short lists, not one line a day, and
# those who become due late in the month still find a place. All companies open together, because a choice
# among many pairs suits people better than one among few. Two are served before: who cannot wait until then,
# and whoever suits a company whose needs are all over by then.
OPENINGS = 3
DAYS_BETWEEN = 10
# From this day on nobody waits for the next opening: 90 days would be over. Sooner, those who come after find
# nothing left (bench/sharing.py).
EARLY_FROM_DAY = 88


def cannot_wait(waiting: NDArray[Any]) -> NDArray[np.bool_]:
    """For whom a place of this month opens before its day. `waiting`: days, by association."""
    return np.asarray(waiting) >= EARLY_FROM_DAY


def open_places(
    capacity: NDArray[Any], left: NDArray[Any], today: date, answers_for: NDArray[Any] | None = None
) -> NDArray[np.int64]:
    """Places that may be spent today, by company, out of the `left` of its monthly `capacity`.

    Rounded up: one place a month opens on the 1st. What is not spent stays open until the month ends.
    `answers_for`: for how many days after today the company has a need that takes answers. One that has none
    at the next opening has all its places open: they would be lost.
    """
    left = np.maximum(left, 0)
    step = min(OPENINGS, 1 + (today.day - 1) // DAYS_BETWEEN)
    opened = -(-np.asarray(capacity, np.int64) * step // OPENINGS)
    open_now = np.clip(opened - (np.asarray(capacity, np.int64) - left), 0, left)
    if answers_for is None:
        return open_now
    until_next = step * DAYS_BETWEEN + 1 - today.day
    return np.where(np.asarray(answers_for) < until_next, left, open_now)
