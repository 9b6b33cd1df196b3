"""Words of a French text as they are compared: folded, then reduced to the database's stems."""

import re
from collections.abc import Iterable, Mapping
from pathlib import Path

from mecenova.identifiers.names import fold

# Beyond this a text says nothing new about its author.
LONGEST = 20_000
_SPELLED_OUT = re.compile(r"\b(?:[a-z] ){2,}[a-z]\b")
_GENERIC_FILE = Path(__file__).with_name("generic_words.txt")


def words(text: str) -> list[str]:
    """Folded words in order; « O.G.E.C. » is one word, figures and lone letters are none."""
    folded = _SPELLED_OUT.sub(lambda found: found.group().replace(" ", ""), fold(text[:LONGEST]))
    return [word for word in folded.split() if len(word) > 1 and not word.isdigit()]


def generic_words() -> frozenset[str]:
    """What is too common in this trade to be a likeness (generic_words.txt)."""
    lines = _GENERIC_FILE.read_text(encoding="utf-8").splitlines()
    return frozenset(word for line in lines if not line.startswith("#") for word in words(line))


def stems_of(text_words: Iterable[str], stems: Mapping[str, str]) -> dict[str, str]:
    """Stem to the first word that had it; those the database holds for empty (« le ») are left out."""
    found: dict[str, str] = {}
    for word in text_words:
        stem = stems.get(word)
        if stem:
            found.setdefault(stem, word)
    return found
