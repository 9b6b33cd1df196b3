"""What a person typed, as they mean it: words, phrases between quotes, words to leave out after a minus."""

import re
from collections.abc import Container, Iterable, Mapping
from dataclasses import dataclass
from functools import reduce
from operator import and_, or_

from django.contrib.postgres.search import SearchQueryCombinable

from mecenova.search.functions import FrenchSearchQuery, FrenchWordQuery

LONGEST = 200
# More words than this narrow nothing further, and cost.
MOST_TERMS = 12
_TERM = re.compile(r"""(?P<minus>(?<!\S)-)?(?:["«“](?P<phrase>[^"»”]*)["»”]?|(?P<word>[^\s"«»“”]+))""")
_WORD = re.compile(r"[^\W_]+")
# Written everywhere, and no stop word of the dictionary once folded (« à ») or typed in capitals.
_TOO_SHORT = 1


@dataclass(frozen=True, slots=True)
class Asked:
    """`words` and `phrases` are all wanted, `excluded` not; `typing` is the last word, if it may go on."""

    words: tuple[str, ...] = ()
    phrases: tuple[str, ...] = ()
    excluded: tuple[str, ...] = ()
    typing: str = ""

    def __bool__(self) -> bool:
        return bool(self.words or self.phrases)

    def with_words(self, other: Mapping[str, str]) -> "Asked":
        """The same question with some words replaced: a correction."""
        words = tuple(other.get(word, word) for word in self.words)
        return Asked(words, self.phrases, self.excluded, other.get(self.typing, self.typing))

    def saying(self, words: tuple[str, ...]) -> "Asked":
        """The same question in other words; the last one may go on if it is still there."""
        return Asked(words, self.phrases, self.excluded, self.typing if self.typing in words else "")

    def without(self, empty: Container[str]) -> "Asked":
        """The same question without the words that say nothing, unless nothing else was asked."""
        words = tuple(word for word in self.words if word not in empty)
        return self.saying(words) if words or self.phrases else self

    def __str__(self) -> str:
        phrases = [f'"{phrase}"' for phrase in self.phrases]
        return " ".join([*self.words, *phrases, *(f"-{word}" for word in self.excluded)])


def read(text: str) -> Asked:
    """Never refuses: signs that mean nothing are spaces, and what is beyond LONGEST is not read."""
    text = text[:LONGEST].replace("\x00", " ")
    words: list[str] = []
    phrases: list[str] = []
    excluded: list[str] = []
    for found in list(_TERM.finditer(text))[:MOST_TERMS]:
        said = _WORD.findall(found["phrase"] if found["word"] is None else found["word"])
        said = [word for word in said if len(word) > _TOO_SHORT or word.isdigit()]
        if not said:
            continue
        if found["minus"]:
            excluded += said
        elif found["word"] is None and len(said) > 1:
            phrases.append(" ".join(said))
        else:
            words += said
    last = words[-1] if words and text and _WORD.search(text[-1]) else ""
    return Asked(tuple(words), tuple(phrases), tuple(excluded), last)


def words_in(text: str) -> list[str]:
    """Those of a text, as they are searched: an apostrophe or a hyphen ends one."""
    return _WORD.findall(text)


def query(asked: Asked, kin: Mapping[str, Iterable[str]]) -> SearchQueryCombinable | None:
    """Every word or one of its kin, every phrase, nothing of what is left out. None when nothing is asked."""
    wanted = terms(asked, kin)
    if not wanted:
        return None
    return reduce(and_, [*wanted, *(~FrenchSearchQuery(word) for word in asked.excluded)])


def terms(asked: Asked, kin: Mapping[str, Iterable[str]]) -> list[SearchQueryCombinable]:
    """Each thing wanted: the words, each with its kin, then the phrases."""
    return [*(_any_of(word, kin.get(word, ())) for word in asked.words), *map(_phrase, asked.phrases)]


def _any_of(word: str, kin: Iterable[str]) -> SearchQueryCombinable:
    """Kin are words, or several words that are one thing."""
    phrases = [_phrase(each) for each in kin if not _WORD.fullmatch(each)]
    return reduce(or_, phrases, FrenchWordQuery(word, [each for each in kin if _WORD.fullmatch(each)]))


def _phrase(words: str) -> SearchQueryCombinable:
    return FrenchSearchQuery(f'"{words}"')
