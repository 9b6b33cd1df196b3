"""News from the agenda, sent inside the operation's transaction."""

from django.dispatch import Signal

# slot, by: an adviser and an organisation have talked
slot_held = Signal()
