"""News from this room, sent inside the operation's transaction, with `company` and, where it fits, `need`."""

from django.dispatch import Signal

company_registered = Signal()
company_changed = Signal()
need_published = Signal()
need_changed = Signal()
need_closed = Signal()
# A draft that nobody took up again, a need whose deadline is behind: whoever writes states closes them.
need_dormant = Signal()
need_past_deadline = Signal()
# need, user: its page is shown; the room that holds the requests answers where this reader stands, or None.
need_read = Signal()
