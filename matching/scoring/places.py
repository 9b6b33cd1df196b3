"""Names of places keep their capital when they are quoted, however the text they come from wrote them."""

import re
from functools import lru_cache
from pathlib import Path

from mecenova.identifiers.names import fold

_WORD = re.compile(r"[^\W\d_]+")
_FILE = Path(__file__).with_name("place_words.txt")


@lru_cache(maxsize=1)
def place_words() -> dict[str, str]:
    """Folded word to the name of a place, for those that are nothing else (place_words.txt)."""
    lines = _FILE.read_text(encoding="utf-8").splitlines()
    return {fold(word): word for line in lines if not line.startswith("#") for word in line.split()}


def with_capitals(text: str) -> str:
    """« jardins de lille » -> « jardins de Lille »."""
    return _WORD.sub(lambda word: place_words().get(fold(word.group()), word.group()), text)
