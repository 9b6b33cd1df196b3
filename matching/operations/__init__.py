from matching.operations.answers import (
    decline_suggestion,
    expire_suggestions,
    mark_seen,
    take_interest,
    withdraw_suggestions,
)
from matching.operations.changes import note_change, note_changes
from matching.operations.rounds import RoundInProgress, ranking_of_needs, run_round

__all__ = [
    "RoundInProgress",
    "decline_suggestion",
    "expire_suggestions",
    "mark_seen",
    "note_change",
    "note_changes",
    "ranking_of_needs",
    "run_round",
    "take_interest",
    "withdraw_suggestions",
]
