"""Whether two names of organisations may be one, and all the likely pairs of a place in bounded time."""

from collections import defaultdict
from collections.abc import Hashable, Iterable, Iterator, Mapping, Sequence
from typing import TypeVar

from rapidfuzz import fuzz

K = TypeVar("K", bound=Hashable)

SAME = 100
LEAST = 86
# Two words are one word mistyped from this ratio on; a figure is never mistyped.
SAME_WORD, SHORTEST_MISTYPED = 82, 5
# A word that so many names of the place share tells nothing: its names are compared by their other words.
MOST_SHARING = 60

# What says neither who nor where. « name_key » has removed the legal forms at both ends already.
_SMALL_WORDS = "a au aux avec chez d dans de des du en et l la le les par pour s sur un une"
_FORMS = "association assoc asso loi 1901 sarl sas sasu eurl snc scop scic gie sa se fondation groupe societe"
_EMPTY_WORDS = frozenset(f"{_SMALL_WORDS} {_FORMS} france".split())


def words_of(name: str) -> frozenset[str]:
    """The words of a folded name that say something; all of them when none does."""
    words = name.split()
    return frozenset(word for word in words if word not in _EMPTY_WORDS) or frozenset(words)


def likeness(one: str, other: str, places: Iterable[str] = ()) -> int:
    """0 to 100; 0 below what is worth a look. `places` are the words of their town, that a name may add."""
    if one == other:
        return SAME
    mine, theirs = words_of(one), words_of(other)
    left = sorted(mine - theirs - set(places))
    right = sorted(theirs - mine - set(places))
    if not (mine & theirs or (left and right)):
        return 0
    if not left and not right:
        return SAME - 1
    if left and right:
        return _mistyped(one, other, left, right)
    # One name only adds words: « secours des lampes » and « secours des lampes jeunes » may well be two.
    score = round(fuzz.token_sort_ratio(one, other))
    return score if score >= LEAST + 4 and not any(map(_counts, (*left, *right))) else 0


def shared_place(one: str, other: str) -> frozenset[str]:
    """The words of the town that both are in, as far as is known; of two towns, each tells them apart."""
    return frozenset((one or other).split()) if one == other or not (one and other) else frozenset()


def _mistyped(one: str, other: str, left: Sequence[str], right: Sequence[str]) -> int:
    if len(left) != len(right):
        joined = fuzz.ratio(_joined(one, left), _joined(other, right))
        return round(joined) - 1 if joined >= LEAST + 6 and not any(map(_counts, (*left, *right))) else 0
    waiting = list(right)
    for word in left:
        best = max(waiting, key=lambda each: fuzz.ratio(word, each))
        if not _is_same_word(word, best):
            return 0
        waiting.remove(best)
    score = round(fuzz.token_sort_ratio(one, other))
    return score if score >= LEAST else 0


def _joined(name: str, words: Sequence[str]) -> str:
    """In the order of the name: « trans pyrenees » is « transpyrenees »."""
    return "".join(word for word in name.split() if word in words)


def _is_same_word(one: str, other: str) -> bool:
    if _counts(one) or _counts(other) or min(len(one), len(other)) < SHORTEST_MISTYPED:
        return False
    return fuzz.ratio(one, other) >= SAME_WORD


def _counts(word: str) -> bool:
    return any(letter.isdigit() for letter in word)


def likely_pairs(names: Mapping[K, str], towns: Mapping[K, str]) -> Iterator[tuple[K, K, int]]:
    """The pairs of one place that are alike, each once.

    Only names that share a word, or the beginning of one, are compared; a word of more than MOST_SHARING
    names is no reason to compare them. The cost grows with the names, not with their square.
    """
    by_word: dict[str, list[K]] = defaultdict(list)
    for key, name in names.items():
        words = words_of(name)
        for clue in {
            *words,
            *(f"{word[:4]}…" for word in words if len(word) >= SHORTEST_MISTYPED),
            f"={name}",
        }:
            by_word[clue].append(key)
    met: set[tuple[K, K]] = set()
    order = {key: place for place, key in enumerate(names)}
    for clue, keys in by_word.items():
        if len(keys) > MOST_SHARING and not clue.startswith("="):
            continue
        for place, one in enumerate(keys):
            for other in keys[place + 1 :]:
                pair = (one, other) if order[one] < order[other] else (other, one)
                if pair in met:
                    continue
                met.add(pair)
                places = shared_place(towns.get(one, ""), towns.get(other, ""))
                if score := likeness(names[one], names[other], places):
                    yield (*pair, score)
