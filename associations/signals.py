"""News of this room, sent inside the operation's transaction: association, or project and association."""

from django.dispatch import Signal

association_registered = Signal()
association_changed = Signal()
# A person of the team has talked with it (`by`, `note`): whoever waited for a call about it waits no more.
association_called = Signal()
# Many at once: `associations`, the keys of those that an import has written.
associations_imported = Signal()
project_published = Signal()
project_changed = Signal()
project_closed = Signal()
# A published project comes to its review (`project`, `since`, `turn`). A receiver that writes to the
# association itself, because it has more to say, answers True: the plain review is then not sent.
project_reviewed = Signal()
# It had lost its step, and has its own again: a receiver that had put another in its place does so again.
project_step_lost = Signal()
# A draft that nobody took up again: whoever writes states puts it away.
project_dormant = Signal()
