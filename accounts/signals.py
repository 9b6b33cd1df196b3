"""News from this room, sent inside the operation's transaction."""

from django.dispatch import Signal

# organisation, by
organisation_checked = Signal()
organisation_left = Signal()
