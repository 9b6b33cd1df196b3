"""News from this room, sent inside the operation's transaction."""

from django.dispatch import Signal

# organisation, by
organisation_checked = Signal()
organisation_left = Signal()
# organisation: before it leaves, each room answers what would end (accounts.operations.departures.Ending).
organisation_leaving = Signal()
# A record that nobody answered for has its first member, by a claim; checked before it is told.
organisation_attended = Signal()

# Found alive, checked, and without a next step: the room of its profile opens the one it is at.
organisation_step_lost = Signal()

# erasing (accounts.operations.erasing.Erasing): a record that has left loses its words; each room, its own.
organisation_erased = Signal()

# merging (accounts.operations.merging.Merging): two records become one. First the rows of each room follow,
# then profiles become one and steps go on; both inside the one transaction, in no given order between rooms.
organisations_merging = Signal()
organisations_merged = Signal()
