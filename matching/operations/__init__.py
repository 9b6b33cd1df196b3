from matching.operations.answers import (
    decline_suggestion,
    expire_suggestions,
    mark_seen,
    still_shown,
    take_interest,
    withdraw_suggestions,
)
from matching.operations.batches import close_round, needs_batches, open_round, rank_batch
from matching.operations.changes import note_change, note_changes
from matching.operations.diagnosis import (
    choose_after,
    diagnose,
    explain_ending,
    explain_later,
    follow_call,
    note_call,
    review_quiet,
    settle,
    settle_found,
    settle_widened,
    waits_for_choice_or_work,
    why_over,
)
from matching.operations.rounds import RoundInProgress, run_round

__all__ = [
    "RoundInProgress",
    "choose_after",
    "close_round",
    "decline_suggestion",
    "diagnose",
    "expire_suggestions",
    "explain_ending",
    "explain_later",
    "follow_call",
    "mark_seen",
    "needs_batches",
    "note_call",
    "note_change",
    "note_changes",
    "open_round",
    "rank_batch",
    "review_quiet",
    "run_round",
    "settle",
    "settle_found",
    "settle_widened",
    "still_shown",
    "take_interest",
    "waits_for_choice_or_work",
    "why_over",
    "withdraw_suggestions",
]
