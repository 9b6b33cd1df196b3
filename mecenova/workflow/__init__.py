"""States as data: transition tables, the journal of what happened, and the errors people may read."""
