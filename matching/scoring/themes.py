"""The thesaurus (themes.txt): which themes of action a text speaks of, and which causes they confirm."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from matching.scoring.text import words

_FILE = Path(__file__).with_name("themes.txt")
ACTION, PUBLIC, MEANS, ASIDE = "action", "public", "means", "aside"


@dataclass(frozen=True, slots=True)
class Theme:
    """`expressions` are tuples of folded words that must all be in the text; `wider` are slugs it implies."""

    slug: str
    label: str
    facet: str
    causes: frozenset[str]
    wider: tuple[str, ...]
    expressions: tuple[tuple[str, ...], ...]


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


class ThemeIndex:
    """Finds the themes of a set of stems: expressions are looked up by one of their stems."""

    def __init__(self, stems: Mapping[str, str]) -> None:
        self._by_stem: dict[str, list[tuple[frozenset[str], str]]] = {}
        for theme in all_themes().values():
            for expression in theme.expressions:
                # Words without a stem (« à », « de ») ask for nothing.
                wanted = frozenset(stem for word in expression if (stem := stems.get(word)))
                if wanted:
                    self._by_stem.setdefault(max(wanted, key=lambda stem: (len(stem), stem)), []).append(
                        (wanted, theme.slug)
                    )

    @property
    def telling_stems(self) -> frozenset[str]:
        """Every stem that names an action or a public."""
        themes = all_themes()
        return frozenset(
            stem
            for listed in self._by_stem.values()
            for wanted, slug in listed
            if themes[slug].facet in (ACTION, PUBLIC)
            for stem in wanted
        )

    def find(self, present: Mapping[str, str] | frozenset[str]) -> dict[str, frozenset[str]]:
        """Theme to the stems that named it, its wider themes not included."""
        found: dict[str, set[str]] = {}
        for stem in present:
            for wanted, slug in self._by_stem.get(stem, ()):
                if all(other in present for other in wanted):
                    found.setdefault(slug, set()).update(wanted)
        return {slug: frozenset(by) for slug, by in found.items()}


def _listed(text: str) -> list[str]:
    return [part for item in text.split(",") if (part := item.strip())]
