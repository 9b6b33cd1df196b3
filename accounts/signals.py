"""News from this room, sent inside the operation's transaction."""

from django.dispatch import Signal

# organisation, by
organisation_checked = Signal()
organisation_left = Signal()
# A checked record that nobody answered for has its first member.
organisation_attended = Signal()
