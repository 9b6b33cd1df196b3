"""News from this room, sent inside the operation's transaction."""

from django.dispatch import Signal

# by: the first shelf is in the library; rooms above may tie its documents to what they prescribe.
shelf_loaded = Signal()
# deposit: files wait to be read.
files_deposited = Signal()
# document: its review date has come.
review_due = Signal()
