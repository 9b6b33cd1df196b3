"""A question to the library: its words understood with those that the library really holds.

`Word` rows are every word of what is on line. A word's kin are the words of its family and, for the one being
typed, those it may become; a word without any kin is taken for a slip, and the nearest word is proposed.
Everyday words are understood as what documents write for them (infotheque.everyday). Each thing asked is
known with how many documents hold it: the rarer, the more it tells.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from math import log1p, prod

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
NEAR = ("word", "family", "spelling", "documents", "library")
# Two letters wrong in ten, one in five.
NEAR_ENOUGH = 0.75
# Of a long question, the rarest word does not decide alone: tuned on judged queries (bench/library.py).
DAMPED = 0.8
WORDS_KEY, WORDS_SECONDS = "infotheque.words", 3600


@dataclass(frozen=True, slots=True)
class Question:
    """What was asked, its heart, and the words understood with it.

    The heart is without the words that only ask; `correction` replaces those nobody wrote; `shares` tell
    which part (0 to 1) of the `library`, so many documents, holds each word or phrase of the heart, or one of
    its kin.
    """

    asked: Asked
    heart: Asked
    kin: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    correction: Mapping[str, str] = field(default_factory=dict)
    shares: Mapping[str, float] = field(default_factory=dict)
    library: int = 1

    @property
    def query(self) -> SearchQueryCombinable | None:
        return asking.query(self.heart, self.kin)

    @property
    def terms(self) -> list[SearchQueryCombinable]:
        """Each thing wanted: documents that say most of them come near."""
        return asking.terms(self.heart, self.kin)

    @property
    def held(self) -> list[float]:
        """About how many documents hold each of the terms, in their order; one at least."""
        wanted = (*self.heart.words, *self.heart.phrases)
        return [max(1.0, self.library * self.shares.get(each, 0)) for each in wanted]

    @property
    def weights(self) -> list[float]:
        """Of each of the terms: the logarithm of how rare it is (Spärck Jones, 1972), damped."""
        return [log1p(self.library / held) ** DAMPED for held in self.held]

    def corrected(self) -> "Question | None":
        """The question that was probably meant, or None when every word is known."""
        return understand(self.asked.with_words(self.correction)) if self.correction else None


@dataclass(frozen=True, slots=True)
class _Known:
    """What the library writes near a question; the most written first.

    `families` give the share of its documents that hold each word, by its root; `heard` the words by their
    spelling, `begun` those that go on from the word being typed. `library` is how many documents there are.
    """

    families: Mapping[str, dict[str, float]]
    heard: Mapping[str, list[str]]
    begun: list[str]
    library: int

    def share(self, said: Iterable[str]) -> float:
        """The part of the library that holds one of these words or phrases, as if each came by chance.

        A phrase is held by no more documents than its rarest word.
        """
        words: dict[str, float] = {}
        for each in map(fold, said):
            parts = [part for part in asking.words_in(each) if len(part) >= SHORTEST_TYPED]
            families = [self.families.get(family(part), {}) for part in parts]
            if len(families) > 1:
                words[each] = min(map(_either, families))
            else:
                words |= families[0] if families else {}
        return _either(words)


def _either(shares: Mapping[str, float]) -> float:
    return 1 - prod(1 - share for share in shares.values())


def understand(asked: Asked) -> Question:
    """Two queries at most: the words' kin, and, for a slip, the whole vocabulary (kept in the cache)."""
    heart = asked.saying(everyday.in_words_of_the_field(asked.words))
    heart = heart.without({word for word in heart.words if everyday.is_empty(word)})
    folded = {word: fold(word) for word in heart.words}
    known = _look_up(heart)
    heard = {word: tuple(known.heard.get(spelling(key), ())) for word, key in folded.items()}
    kin = {word: _kin(word, heard[word], known, is_typed=word == heart.typing) for word in heart.words}
    unknown = {
        word: key for word, key in folded.items() if not kin[word] and not heard[word] and not key.isdigit()
    }
    alike = {word: words[0] for word, words in heard.items() if words and not kin[word]}
    slips = {word: everyday.meant_by(word) for word in unknown}
    alike |= {word: meant for word, meant in slips.items() if meant}
    unknown = {word: key for word, key in unknown.items() if word not in alike}
    shares = {word: known.share((word, *kin[word])) for word in heart.words}
    shares |= {phrase: known.share([phrase]) for phrase in heart.phrases}
    return Question(asked, heart, kin, alike | _nearest(unknown), shares, known.library)


def _look_up(heart: Asked) -> _Known:
    """In one query. What somebody wrote with the same slip does not hide what is written well."""
    families: dict[str, dict[str, float]] = defaultdict(dict)
    heard: dict[str, list[str]] = defaultdict(list)
    begun: list[str] = []
    words = [fold(word) for word in heart.words]
    meant = [said for word in heart.words for said in everyday.says(word)]
    others = [part for said in (*meant, *heart.phrases) for part in asking.words_in(fold(said))]
    typed = fold(heart.typing) if len(heart.typing) >= SHORTEST_TYPED else ""
    near = Word.objects.near(map(family, (*words, *others)), map(spelling, words), typed)
    library = 1
    for word, root, sound, documents, library in near.values_list(*NEAR):
        families[root][word] = documents / library
        heard[sound].append(word)
        if typed and word.startswith(typed):
            begun.append(word)
    return _Known(families, heard, begun, library)


def _kin(word: str, heard: Iterable[str], known: _Known, *, is_typed: bool) -> tuple[str, ...]:
    """The words of the library that stand for it; none when only words heard the same do."""
    says, own = everyday.says(word), known.families.get(family(fold(word)), {})
    begun = known.begun if is_typed else []
    if not (says or own or begun):
        return ()
    return tuple(dict.fromkeys((*says, *own, *heard, *says, *own, *begun)))[:MOST_KIN]


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
