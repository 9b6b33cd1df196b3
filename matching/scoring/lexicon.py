"""The words of the network: their stems, and how many associations use each. Rare words weigh more."""

import math
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from heapq import nlargest
from typing import Any

from matching.scoring.sides import TextSide
from matching.scoring.text import exact_stems, generic_words, passages_of, positions_of, spelled, words
from matching.scoring.themes import ACTION, ASIDE, MEANS, PUBLIC, all_themes, implied_by, theme_index

FACETS = {ACTION: 1.0, PUBLIC: 0.5, MEANS: 0.3, ASIDE: 0.0}
TITLE, DESCRIPTION = 1.0, 0.4
# Between 0 (rare and common themes weigh the same) and 1 (as rare words do).
THEME_RARITY = 0.7
# A wider theme than the one asked for: another sport is not rugby, but it is sport.
WIDER_ASKED, WIDER_PRESENT = 0.35, 0.7
# A word of its own, beside the theme it belongs to; less when no theme knows it.
KNOWN_WORD, OTHER_WORD = 0.35, 0.12
# From this many words on a text tells something.
TELLING = 4
# How many of a need's words and themes say what it is about.
HEAVIEST = 3
# How much a text longer than usual is discounted.
LENGTH_SHARE = 0.2


@dataclass(frozen=True, slots=True)
class Reading:
    """What was found in one association's texts: stems and themes, wider ones marked by a lesser presence."""

    stems: tuple[str, ...]
    themes: Mapping[str, float]
    told: bool


class Lexicon:
    """Reads texts with the stems that the database gives; `read` also counts, for the sides to use."""

    def __init__(self, stems: Mapping[str, str]) -> None:
        self.stems = {**stems, **exact_stems()}
        self.frequency: Counter[str] = Counter()
        self.theme_frequency: Counter[str] = Counter()
        self.size = 0
        self.length = 0
        self._generic = frozenset(stem for word in generic_words() if (stem := self.stems.get(word)))
        self._index = theme_index(self.stems)
        self._known = self._index.telling_stems

    def counts(self) -> dict[str, Any]:
        """All that `with_counts` needs to make this lexicon again elsewhere."""
        return {
            "stems": self.stems,
            "frequency": dict(self.frequency),
            "theme_frequency": dict(self.theme_frequency),
            "size": self.size,
            "length": self.length,
        }

    @classmethod
    def with_counts(cls, counts: Mapping[str, Any], more_stems: Mapping[str, str]) -> "Lexicon":
        """The lexicon of an earlier run, knowing the words of newer texts as well."""
        lexicon = cls({**counts["stems"], **more_stems})
        lexicon.frequency = Counter(counts["frequency"])
        lexicon.theme_frequency = Counter(counts["theme_frequency"])
        lexicon.size, lexicon.length = counts["size"], counts["length"]
        return lexicon

    def read(self, name: str, told: str, *, count: bool = True) -> Reading:
        """An association's name, and what it tells of itself; counted unless it already was."""
        named, said = words(name), words(told)
        present = positions_of([*named, *said], self.stems)
        themes = dict.fromkeys(self._index.find(present), 1.0)
        for slug in tuple(themes):
            for wider in implied_by(slug):
                themes.setdefault(wider, WIDER_PRESENT)
        telling = {stem for word in said if (stem := self.stems.get(word)) and stem not in self._generic}
        stems = tuple(stem for stem in present if stem not in self._generic)
        if count:
            self.frequency.update(stems)
            self.theme_frequency.update(themes)
            self.size += 1
            self.length += len(stems)
        return Reading(stems, themes, len(telling) >= TELLING)

    def telling_stems(self, text: str) -> frozenset[str]:
        """The stems of a text, without the words too common to tell anything."""
        return frozenset(stem for word in words(text) if (stem := self.stems.get(word))) - self._generic

    def association_text(self, reading: Reading) -> TextSide:
        """After every association was read: lengths are compared to the usual one."""
        known = all_themes()
        usual = max(1.0, self.length / max(1, self.size))
        excess = max(0.0, math.log(max(1, len(reading.stems)) / usual))
        real = [slug for slug in reading.themes if known[slug].facet != MEANS]
        return TextSide(
            terms=dict.fromkeys(reading.stems, 1.0),
            themes=reading.themes,
            density=1.0 / (1.0 + LENGTH_SHARE * excess),
            causes=frozenset(cause for slug in real for cause in known[slug].causes),
            speaks=bool(real),
            doubts=tuple(slug for slug in real if known[slug].facet == ASIDE),
            told=reading.told,
        )

    def need_text(self, title: str, description: str) -> TextSide:
        """A need's words and themes with their weights: those of the title first."""
        title_words, all_words = words(title), words(f"{title} {description}")
        titled, everything = positions_of(title_words, self.stems), positions_of(all_words, self.stems)
        themes: dict[str, float] = {}
        known, in_title = all_themes(), self._index.find(titled)
        self._weigh_themes(themes, self._index.find(everything), DESCRIPTION)
        self._weigh_themes(themes, in_title, TITLE)
        if not any(known[slug].facet == ACTION for slug in in_title):
            # « Accueillir les réfugiés »: for whom is then what it is about.
            self._weigh_themes(themes, in_title, FACETS[ACTION] / FACETS[PUBLIC])
        terms = {
            stem: self._term_weight(stem, TITLE if stem in titled else DESCRIPTION)
            for stem in everything
            if stem not in self._generic and self.frequency[stem]
        }
        written = spelled(f"{title}\n{description}")
        first = {stem: all_words[places[0]] for stem, places in everything.items()}
        first = {stem: written.get(word, word) for stem, word in first.items()}
        heaviest = nlargest(HEAVIEST, (*themes.values(), *terms.values()))
        speaks = any(known[slug].facet == ACTION for slug in themes)
        return TextSide(
            terms=terms,
            themes=themes,
            words=first,
            passages=passages_of(f"{title}\n{description}", self.stems, written),
            heaviest=sum(heaviest),
            speaks=speaks,
        )

    def _term_weight(self, stem: str, place: float) -> float:
        return (
            place * (KNOWN_WORD if stem in self._known else OTHER_WORD) * self._rarity(self.frequency[stem])
        )

    def _weigh_themes(self, themes: dict[str, float], found: Iterable[str], place: float) -> None:
        known = all_themes()
        for slug in found:
            for theme, share in ((slug, 1.0), *((wider, WIDER_ASKED) for wider in implied_by(slug))):
                rarity = self._rarity(self.theme_frequency[theme]) ** THEME_RARITY
                weight = place * share * FACETS[known[theme].facet] * rarity
                if weight:
                    themes[theme] = max(themes.get(theme, 0.0), weight)

    def _rarity(self, frequency: int) -> float:
        """1 for what one association says, near 0 for what all say."""
        return math.log((self.size + 1) / (frequency + 1) + 1) / math.log(self.size + 2)


def vocabulary(texts: Iterable[str]) -> set[str]:
    """Every distinct word to ask the database about, thesaurus and generic words included."""
    found = {word for text in texts for word in words(text)}
    found |= generic_words()
    found |= {
        word for theme in all_themes().values() for expression in theme.expressions for word in expression
    }
    return found


def shared_terms(side: TextSide, other: TextSide) -> Sequence[str]:
    """What a need's text shares with an association's, the heaviest first."""
    return sorted(
        (term for term in side.terms if term in other.terms), key=lambda term: (-side.terms[term], term)
    )
