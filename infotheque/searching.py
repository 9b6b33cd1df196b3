"""A question to the library: its words understood with those that the library really holds.

`Word` rows are every word of what is on line. A word's kin are the words of its family and, for the one being
typed, those it may become; a word without any kin is taken for a slip, and the nearest word is proposed.
Everyday words are understood as what documents write for them (infotheque.everyday).
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field

from django.contrib.postgres.search import SearchQueryCombinable
from django.core.cache import cache
from rapidfuzz import process
from rapidfuzz.distance import DamerauLevenshtein
from redis.exceptions import RedisError

from infotheque import everyday
from infotheque.models import Word
from mecenova.identifiers.names import fold
from mecenova.search import asking
from mecenova.search.asking import Asked
from mecenova.search.families import family, spelling

# A family larger than this is no family; completions beyond these are guesses.
MOST_KIN = 24
SHORTEST_TYPED = 3
# Two letters wrong in ten, one in five.
NEAR_ENOUGH = 0.75
WORDS_KEY, WORDS_SECONDS = "infotheque.words", 3600


@dataclass(frozen=True, slots=True)
class Question:
    """What was asked, its heart, and the words understood with it.

    The heart is without the words that only ask; `correction` replaces those nobody wrote.
    """

    asked: Asked
    heart: Asked
    kin: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    correction: Mapping[str, str] = field(default_factory=dict)

    @property
    def query(self) -> SearchQueryCombinable | None:
        return asking.query(self.heart, self.kin)

    @property
    def terms(self) -> list[SearchQueryCombinable]:
        """Each thing wanted, what was probably meant included: documents that say most of them come near."""
        meant = {word: (*self.kin.get(word, ()), meant) for word, meant in self.correction.items()}
        return asking.terms(self.heart, {**self.kin, **meant})

    def corrected(self) -> "Question | None":
        """The question that was probably meant, or None when every word is known."""
        return understand(self.asked.with_words(self.correction)) if self.correction else None


def understand(asked: Asked) -> Question:
    """Two queries at most: the words' kin, and, for a slip, the whole vocabulary (kept in the cache)."""
    heart = asked.without({word for word in asked.words if everyday.is_empty(word)})
    folded = {word: fold(word) for word in heart.words}
    kin, heard = _near(folded, fold(heart.typing))
    unknown = {
        word: key for word, key in folded.items() if not kin[word] and not heard[word] and not key.isdigit()
    }
    alike = {word: words[0] for word, words in heard.items() if words and not kin[word]}
    return Question(asked, heart, kin, alike | _nearest(unknown))


def _near(
    folded: Mapping[str, str], typing: str
) -> tuple[dict[str, tuple[str, ...]], dict[str, tuple[str, ...]]]:
    """For each word, those of the library that stand for it, and those heard the same; most written first.

    What somebody wrote with the same slip is known, and does not hide what is written well.
    """
    families = {word: family(key) for word, key in folded.items()}
    spellings = {word: spelling(key) for word, key in folded.items()}
    typed = typing if len(typing) >= SHORTEST_TYPED else ""
    found: dict[str, list[str]] = defaultdict(list)
    alike: dict[str, list[str]] = defaultdict(list)
    begun: list[str] = []
    near = Word.objects.near(families.values(), spellings.values(), typed)
    for word, root, heard in near.values_list("word", "family", "spelling"):
        found[root].append(word)
        alike[heard].append(word)
        if typed and word.startswith(typed):
            begun.append(word)
    heard_same = {word: tuple(alike[key]) for word, key in spellings.items()}
    kin = {}
    for word, root in families.items():
        own = [*everyday.says(word), *found[root], *(begun if folded[word] == typing else ())]
        kin[word] = _few([*everyday.says(word), *found[root], *heard_same[word], *own]) if own else ()
    return kin, heard_same


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
