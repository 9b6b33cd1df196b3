"""News from this room's own rules, answered in the same transaction: whoever writes states does the rest."""

from django.dispatch import Signal

# introduction: it ended without an answer, and its association is owed an explanation
ending_to_explain = Signal()
# project: what it waits for since its diagnosis has lost its reason
diagnosis_is_moot = Signal()
