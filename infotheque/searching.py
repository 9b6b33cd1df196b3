"""A question to the library: its words understood with those that the library really holds.

`Word` rows are every word of what is on line. A word's kin are the words of its family and, for the one being
typed, those it may become; a word without any kin is taken for a slip, and the nearest word is proposed.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field

from django.core.cache import cache
from rapidfuzz import process
from rapidfuzz.distance import DamerauLevenshtein
from redis.exceptions import RedisError

from infotheque.models import Word
from mecenova.identifiers.names import fold
from mecenova.search import asking
from mecenova.search.asking import Asked
from mecenova.search.families import family
from mecenova.search.functions import FrenchSearchQuery

# A family larger than this is no family; completions beyond these are guesses.
MOST_KIN = 24
SHORTEST_TYPED = 3
# Two letters wrong in ten, one in five.
NEAR_ENOUGH = 0.75
WORDS_KEY, WORDS_SECONDS = "infotheque.words", 3600


@dataclass(frozen=True, slots=True)
class Question:
    """What was asked and the words understood with it; `correction` replaces those nobody wrote."""

    asked: Asked
    kin: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    correction: Mapping[str, str] = field(default_factory=dict)

    @property
    def query(self) -> FrenchSearchQuery | None:
        return asking.query(self.asked, self.kin)

    @property
    def plain(self) -> FrenchSearchQuery | None:
        """The words as they were typed: what says exactly these comes first."""
        return asking.query(self.asked, {})

    def corrected(self) -> "Question | None":
        """The question that was probably meant, or None when every word is known."""
        return understand(self.asked.with_words(self.correction)) if self.correction else None


def understand(asked: Asked) -> Question:
    """Two queries at most: the words' kin, and, for a slip, the whole vocabulary (kept in the cache)."""
    folded = {word: fold(word) for word in asked.words}
    kin = _kin(folded, fold(asked.typing))
    unknown = {word for word in asked.words if not kin.get(word) and not folded[word].isdigit()}
    return Question(asked, kin, _nearest({word: folded[word] for word in unknown}))


def _kin(folded: Mapping[str, str], typing: str) -> dict[str, tuple[str, ...]]:
    """For each word, the words of the library that stand for it, the most written first."""
    families = {word: family(key) for word, key in folded.items()}
    typed = typing if len(typing) >= SHORTEST_TYPED else ""
    found: dict[str, list[str]] = defaultdict(list)
    begun: list[str] = []
    for word, root in Word.objects.near(families.values(), typed).values_list("word", "family"):
        found[root].append(word)
        if typed and word.startswith(typed):
            begun.append(word)
    return {
        word: _few([*found[root], *(begun if folded[word] == typing else ())])
        for word, root in families.items()
    }


def _few(words: Iterable[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(words))[:MOST_KIN]


def _nearest(unknown: Mapping[str, str]) -> dict[str, str]:
    """The known word that each unknown one was probably meant to be; none is better than a far one."""
    if not unknown:
        return {}
    known = _all_words()
    found: dict[str, str] = {}
    for word, key in unknown.items():
        near = process.extractOne(
            key, known, scorer=DamerauLevenshtein.normalized_similarity, score_cutoff=NEAR_ENOUGH
        )
        if near is not None:
            found[word] = near[0]
    return found


def _all_words() -> list[str]:
    """The most written first: of two words as near, the usual one is proposed. Without a cache, a query."""
    with suppress(RedisError):
        if known := cache.get(WORDS_KEY):
            return known
    known = list(Word.objects.order_by("-documents", "word").values_list("word", flat=True))
    with suppress(RedisError):
        cache.set(WORDS_KEY, known, WORDS_SECONDS)
    return known


def forget_words() -> None:
    """The library has changed; without the cache, the old list serves for an hour at most."""
    with suppress(RedisError):
        cache.delete(WORDS_KEY)
