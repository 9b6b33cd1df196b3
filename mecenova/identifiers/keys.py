"""The key of a record, as an address or a person gives it."""

from uuid import UUID


def key_in(text: str | None) -> UUID | None:
    """The key that this text is; nothing when it is none."""
    try:
        return UUID((text or "").strip())
    except ValueError:
        return None
