"""News from the post, sent inside the transaction that writes it."""

from django.dispatch import Signal

# The trouble that has just been written, from AddressTrouble.
address_troubled = Signal()
# The address serves again, or is nobody's any more.
address_mended = Signal()
