"""News from this room, sent inside the operation's transaction, with `association` and, where it fits, `project`."""

from django.dispatch import Signal

association_registered = Signal()
association_changed = Signal()
project_published = Signal()
project_changed = Signal()
project_closed = Signal()
