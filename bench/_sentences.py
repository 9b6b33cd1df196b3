"""The sentences that invented documents are made of: real purposes when they are at hand, and our own texts.

Without real purposes, others stand for them: sentences of the demo, and as many invented ones as make up
their number. Real purposes were counted: of their words of three letters or more, 57 in a hundred are words
of the shelf, as frequent there as here; the others are two thousand, few of them often said. So invented ones
draw the former by their frequency on the shelf, and the latter by Zipf's law (Human Behavior and the
Principle of Least Effort, 1949: the n-th word is said 1/n as often as the first).
"""

import csv
import random
import re
import tomllib
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parent.parent
SHORTEST = 25
# As counted in the file of real purposes: how many, their words, those that the shelf does not hold.
PURPOSES, MEAN_WORDS, OF_THE_SHELF, NEW_WORDS = 2_030, 7, 0.57, 2_030
_ENDS = re.compile(r"(?<=[.!?])\s+")
_WORD = re.compile(r"[a-zà-ÿœ]{3,}")
_BEGINS = (
    "b",
    "bl",
    "br",
    "c",
    "ch",
    "cl",
    "cr",
    "d",
    "dr",
    "f",
    "fl",
    "fr",
    "g",
    "gl",
    "gr",
    "j",
    "l",
    "m",
    "n",
    "p",
    "pl",
    "pr",
    "r",
    "s",
    "t",
    "tr",
    "v",
)
_VOWELS = ("a", "e", "é", "i", "o", "u", "ai", "au", "eau", "eu", "oi", "ou", "an", "en", "in", "on")
_LAST = ("l", "r", "s", "t", "x", "nde", "lle", "tte", "re", "ne", "che", "ge", "ment", "tion")


def of_this_site_and(folder: str | None, chance: random.Random) -> list[str]:
    """Sentences of the shelf's texts, and the purposes of that folder or what stands for them."""
    shelf = [part for text in _texts() for part in _ENDS.split(text)]
    others = _purposes(Path(folder)) if folder else [*_demo(), *_invented(shelf, chance)][:PURPOSES]
    return [each for each in dict.fromkeys(map(str.strip, [*shelf, *others])) if len(each) >= SHORTEST]


def _texts() -> Iterator[str]:
    for path in sorted((ROOT / "infotheque/shelf/texts").glob("*.md")):
        yield path.read_text(encoding="utf-8")


def _purposes(folder: Path) -> list[str]:
    found = []
    for path in sorted(folder.glob("associations*.csv"))[:1]:
        with path.open(encoding="utf-8") as lines:
            found = [row["objet"] for row in csv.DictReader(lines, delimiter=";")]
    return found


def _demo() -> list[str]:
    """What the invented associations and companies of the demo say of themselves."""
    read = (
        tomllib.loads(path.read_text(encoding="utf-8"))
        for path in sorted((ROOT / "mecenova/demo/data").glob("*.toml"))
    )
    sentences = [part for text in _strings(list(read)) for part in _ENDS.split(text)]
    return [each for each in dict.fromkeys(sentences) if len(each) >= SHORTEST and " " in each]


def _strings(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict | list):
        for each in value.values() if isinstance(value, dict) else value:
            yield from _strings(each)


def _invented(shelf: Iterable[str], chance: random.Random) -> Iterator[str]:
    """Without end: the caller takes as many as it needs."""
    known = Counter(word for each in shelf for word in _WORD.findall(each.lower()))
    new = _new_words(NEW_WORDS, chance)
    by_rank = [1 / rank for rank in range(1, len(new) + 1)]
    for _ in range(PURPOSES):
        length = chance.randint(4, 2 * MEAN_WORDS - 4)
        said = [chance.random() < OF_THE_SHELF for _ in range(length)]
        words = iter(chance.choices(list(known), list(known.values()), k=length))
        others = iter(chance.choices(new, by_rank, k=length))
        yield " ".join(next(words) if is_known else next(others) for is_known in said).capitalize()


def _new_words(number: int, chance: random.Random) -> Sequence[str]:
    """That could be French, and are not; two to four syllables."""
    found: dict[str, None] = {}
    while len(found) < number:
        syllables = (chance.choice(_BEGINS) + chance.choice(_VOWELS) for _ in range(chance.randint(2, 4)))
        found["".join(syllables) + chance.choice(_LAST)] = None
    return list(found)
