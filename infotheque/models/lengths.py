"""How long what a document says may be, and what is left in the database where it is only named."""

# Together under what a search vector can hold (300,000 characters, see mecenova.search).
LONGEST_SUMMARY = 3_000
LONGEST_BODY = 60_000
LONGEST_TEXT = 200_000
LONGEST_LINK = 500
# Never read for a list: they can be as long as a book.
HEAVY = ("body", "text", "search", "head")


def heavy_at(path: str) -> tuple[str, ...]:
    """The same of the document that a row leads to by this path, to `defer` where it is only named."""
    return tuple(f"{path}__{name}" for name in HEAVY)
