"""The thesaurus (themes.txt): which themes of action a text speaks of, and which causes they confirm."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache
from pathlib import Path

from matching.scoring.text import words

_FILE = Path(__file__).with_name("themes.txt")
# How many words apart those of an expression may stand.
NEAR = 6
ACTION, PUBLIC, MEANS, ASIDE = "action", "public", "means", "aside"


@dataclass(frozen=True, slots=True)
class Theme:
    """`expressions` are tuples of folded words that must all be in the text; `wider` are slugs it implies.

    Words of an expression of `whole` are not read alone.
    """

    slug: str
    label: str
    facet: str
    causes: frozenset[str]
    wider: tuple[str, ...]
    expressions: tuple[tuple[str, ...], ...]
    whole: frozenset[tuple[str, ...]]


@lru_cache(maxsize=1)
def all_themes() -> dict[str, Theme]:
    """The file, read once."""
    themes: dict[str, Theme] = {}
    for line in _FILE.read_text(encoding="utf-8").splitlines():
        if not line or line.startswith("#"):
            continue
        slug, label, facet, causes, wider, expressions = (part.strip() for part in line.split("|"))
        themes[slug] = Theme(
            slug,
            label,
            facet,
            frozenset(_listed(causes)),
            tuple(_listed(wider)),
            tuple(tuple(words(expression)) for expression in _listed(expressions)),
            frozenset(
                tuple(words(expression)) for expression in _listed(expressions) if expression.startswith("!")
            ),
        )
    return themes


def implied_by(slug: str) -> frozenset[str]:
    """The wider themes of a theme, all the way up."""
    found: set[str] = set()
    waiting = list(all_themes()[slug].wider)
    while waiting:
        wider = waiting.pop()
        if wider not in found:
            found.add(wider)
            waiting += all_themes()[wider].wider
    return frozenset(found - {slug})


@dataclass(frozen=True, slots=True)
class _Entry:
    slug: str
    wanted: frozenset[str]
    whole: bool


def theme_index(stems: Mapping[str, str]) -> "ThemeIndex":
    """Finds themes with these stems. Built once for all texts: only the words of the thesaurus shape it."""
    known = expression_words()
    return _index_of(tuple(map(stems.get, known)))


@lru_cache(maxsize=1)
def expression_words() -> tuple[str, ...]:
    """Every word that some expression of the thesaurus is made of."""
    themes = all_themes().values()
    return tuple(sorted({word for theme in themes for said in theme.expressions for word in said}))


@lru_cache(maxsize=4)
def _index_of(stems: tuple[str | None, ...]) -> "ThemeIndex":
    read = zip(expression_words(), stems, strict=True)
    return ThemeIndex({word: stem for word, stem in read if stem})


class ThemeIndex:
    """Finds the themes of a set of stems: expressions are looked up by one of their stems."""

    def __init__(self, stems: Mapping[str, str]) -> None:
        self._by_stem: dict[str, list[_Entry]] = {}
        for theme in all_themes().values():
            for expression in theme.expressions:
                # Words without a stem (« à », « de ») ask for nothing.
                wanted = frozenset(stem for word in expression if (stem := stems.get(word)))
                if wanted:
                    key = max(wanted, key=lambda stem: (len(stem), stem))
                    self._by_stem.setdefault(key, []).append(
                        _Entry(theme.slug, wanted, expression in theme.whole)
                    )

    @cached_property
    def telling_stems(self) -> frozenset[str]:
        """Every stem that names an action or a public."""
        themes = all_themes()
        return frozenset(
            stem
            for listed in self._by_stem.values()
            for entry in listed
            if themes[entry.slug].facet in (ACTION, PUBLIC)
            for stem in entry.wanted
        )

    def find(self, positions: Mapping[str, Sequence[int]]) -> set[str]:
        """The themes named by stems at these positions of a text, their wider themes not included."""
        found = [
            entry
            for stem in positions
            for entry in self._by_stem.get(stem, ())
            if len(entry.wanted) == 1 or _are_near(stem, entry.wanted, positions)
        ]
        taken: dict[str, str] = {stem: entry.slug for entry in found if entry.whole for stem in entry.wanted}
        return {
            entry.slug
            for entry in found
            if entry.whole or all(taken.get(stem, entry.slug) == entry.slug for stem in entry.wanted)
        }


def _are_near(stem: str, wanted: frozenset[str], positions: Mapping[str, Sequence[int]]) -> bool:
    """Whether all the wanted stems stand around one occurrence of this one."""
    if not all(other in positions for other in wanted):
        return False
    return any(
        all(any(abs(here - there) <= NEAR for there in positions[other]) for other in wanted)
        for here in positions[stem]
    )


def _listed(text: str) -> list[str]:
    return [part for item in text.split(",") if (part := item.strip())]
