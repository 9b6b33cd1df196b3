"""News from this room, sent inside the operation's transaction, with `company` and, where it fits, `need`."""

from django.dispatch import Signal

company_registered = Signal()
company_changed = Signal()
need_published = Signal()
need_changed = Signal()
need_closed = Signal()
