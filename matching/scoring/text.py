"""Words of a French text as they are compared: folded, then reduced to the database's stems."""

import re
from collections.abc import Mapping, Sequence
from functools import lru_cache
from pathlib import Path

from matching.scoring.sides import Passage
from mecenova.identifiers.names import fold

# Beyond this a text says nothing new about its author.
LONGEST = 20_000
_SPELLED_OUT = re.compile(r"\b(?:[a-z] ){2,}[a-z]\b")
_WORD = re.compile(r"[^\W\d_]+")
# The first letter of a line or of a sentence.
_OPENING = re.compile(r"(?:^|[.!?…:])[^\w.!?…:]*([^\W\d_])")
# Between two words of one expression, on one line.
_LINK = re.compile(r"[^\S\n]+(?:(?:de|du|des|de la)[^\S\n]+|(?:de l|d)[’'])?")
_GENERIC_FILE = Path(__file__).with_name("generic_words.txt")
_EXACT_FILE = Path(__file__).with_name("exact_words.txt")


def words(text: str) -> list[str]:
    """Folded words in order; « O.G.E.C. » is one word, figures and lone letters are none."""
    folded = _SPELLED_OUT.sub(lambda found: found.group().replace(" ", ""), fold(text[:LONGEST]))
    return [word for word in folded.split() if len(word) > 1 and not word.isdigit()]


@lru_cache(maxsize=1)
def generic_words() -> frozenset[str]:
    """What is too common in this trade to be a likeness (generic_words.txt)."""
    return frozenset(word for line in _lines(_GENERIC_FILE) for word in words(line))


@lru_cache(maxsize=1)
def exact_stems() -> dict[str, str]:
    """Words that the dictionary would confuse with others, with a stem of their own (exact_words.txt)."""
    groups = [words(line) for line in _lines(_EXACT_FILE)]
    return {word: f"{group[0]}*" for group in groups if group for word in group}


def spelled(text: str) -> dict[str, str]:
    """Folded word to the word as it was written: « Lille », with the capital that it never goes without.

    That of the first word of a sentence, or of a line all in capitals, tells nothing of the word.
    """
    inside: dict[str, str] = {}
    elsewhere: dict[str, str] = {}
    for line in text[:LONGEST].splitlines():
        shouts, openings = line.isupper(), {found.start(1) for found in _OPENING.finditer(line)}
        for word in _WORD.finditer(line):
            folded, written = fold(word.group()), word.group()
            if shouts or word.start() in openings:
                elsewhere[folded] = written.lower()
            elif written.islower() or folded not in inside:
                inside[folded] = written
    return elsewhere | inside


def passages_of(text: str, stems: Mapping[str, str], written: Mapping[str, str]) -> dict[str, Passage]:
    """By stem, the passage that its first occurrence ends, with the word before it as its head; each word of
    it as it is `written` (`spelled`)."""
    text = text[:LONGEST]
    found: dict[str, Passage] = {}
    seen: set[str] = set()
    head, start, end = "", 0, 0
    for word in _WORD.finditer(text):
        stem = stems.get(fold(word.group()))
        if not stem:
            continue
        between = text[end : word.start()]
        if head not in ("", stem) and stem not in seen and _LINK.fullmatch(between):
            found[stem] = Passage(head, _as_written(text[start : word.end()], written), not between.strip())
        seen.add(stem)
        head, (start, end) = stem, word.span()
    return found


def _as_written(passage: str, written: Mapping[str, str]) -> str:
    return _WORD.sub(lambda word: written[fold(word.group())], passage)


def _lines(path: Path) -> list[str]:
    return [line for line in path.read_text(encoding="utf-8").splitlines() if not line.startswith("#")]


def positions_of(text_words: Sequence[str], stems: Mapping[str, str]) -> dict[str, list[int]]:
    """Stem to where it stands; words the database holds for empty (« le », « pour ») are left out."""
    found: dict[str, list[int]] = {}
    for position, word in enumerate(text_words):
        stem = stems.get(word)
        if stem:
            found.setdefault(stem, []).append(position)
    return found
