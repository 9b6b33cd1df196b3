from matching.operations.answers import (
    decline_suggestion,
    expire_suggestions,
    mark_seen,
    take_interest,
    withdraw_suggestions,
)
from matching.operations.changes import note_change, note_changes
from matching.operations.diagnosis import (
    choose_after,
    diagnose,
    explain_ending,
    explain_later,
    note_call,
    review_quiet,
    settle,
    settle_widened,
    waits_for_choice_or_work,
    why_over,
)
from matching.operations.rounds import RoundInProgress, run_round

__all__ = [
    "RoundInProgress",
    "choose_after",
    "decline_suggestion",
    "diagnose",
    "expire_suggestions",
    "explain_ending",
    "explain_later",
    "mark_seen",
    "note_call",
    "note_change",
    "note_changes",
    "review_quiet",
    "run_round",
    "settle",
    "settle_widened",
    "take_interest",
    "waits_for_choice_or_work",
    "why_over",
    "withdraw_suggestions",
]
