"""Text in the cells of a file that somebody will open with a spreadsheet."""

# What a spreadsheet would take for a formula.
FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r", "\n")


def inert(cell: str) -> str:
    """The same text, which a spreadsheet shows and never runs."""
    return f"'{cell}" if cell.startswith(FORMULA_STARTS) else cell


def inert_line(text: object) -> str:
    """On one plain line, and inert."""
    return inert(" ".join(str(text).split()))
