"""Whose turn it is: a company's places shared out between the associations that suit it.

Pure functions on arrays: no database, no clock, no settings. `pace` opens a month's places bit by bit,
`choice` gives those open today, `bound` says how many could be presented in 90 days whatever the method,
`fairness` measures what came of it.
"""

from matching.sharing.bound import servable
from matching.sharing.choice import (
    LONG_AFTER_DAYS,
    LONGEST_COUNTED,
    Offers,
    admissible,
    choose,
    choose_today,
    waits_long,
)
from matching.sharing.fairness import gini
from matching.sharing.pace import PROMISED_DAYS, cannot_wait, open_places

__all__ = [
    "LONGEST_COUNTED",
    "LONG_AFTER_DAYS",
    "PROMISED_DAYS",
    "Offers",
    "admissible",
    "cannot_wait",
    "choose",
    "choose_today",
    "gini",
    "open_places",
    "servable",
    "waits_long",
]
