"""News from this room, sent inside the operation's transaction."""

from django.dispatch import Signal

# introduction, by
introduction_requested = Signal()
introduction_answered = Signal()
introduction_released = Signal()
