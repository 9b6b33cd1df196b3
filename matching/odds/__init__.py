"""Honest odds: how many associations wait for how many places, counted and never embellished.

`cases` says of whom one counts; `counts` counts, any number of cases in the same few queries; `what_if` looks
beside a case; `table` crosses causes with kinds for the whole network; `chances` says who could be presented
to whom.
"""

from matching.odds.cases import Case, case_of, case_of_association, places_of
from matching.odds.chances import Chances, chances_today, most_served
from matching.odds.counts import ENOUGH, companies_of, odds, odds_of, rooms_of
from matching.odds.table import by_cause_and_kind
from matching.odds.what_if import what_if

__all__ = [
    "ENOUGH",
    "Case",
    "Chances",
    "by_cause_and_kind",
    "case_of",
    "case_of_association",
    "chances_today",
    "companies_of",
    "most_served",
    "odds",
    "odds_of",
    "places_of",
    "rooms_of",
    "what_if",
]
