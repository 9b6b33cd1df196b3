"""Honest odds: how many associations wait for how many places, counted and never embellished.

`cases` says of whom one counts; `counts` counts, any number of cases in the same few queries; `what_if` looks
beside a case; `table` crosses causes with kinds for the whole network.
"""

from matching.odds.cases import Case, case_of, case_of_association
from matching.odds.counts import ENOUGH, Odds, Room, companies_for, odds, odds_for, odds_of, rooms_of
from matching.odds.table import CauseLine, Cell, by_cause_and_kind
from matching.odds.what_if import Another, what_if

__all__ = [
    "ENOUGH",
    "Another",
    "Case",
    "CauseLine",
    "Cell",
    "Odds",
    "Room",
    "by_cause_and_kind",
    "case_of",
    "case_of_association",
    "companies_for",
    "odds",
    "odds_for",
    "odds_of",
    "rooms_of",
    "what_if",
]
