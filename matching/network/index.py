"""Who could share a theme with a need: found by cause, by word and by theme, without looking at everybody."""

from collections import defaultdict
from collections.abc import Mapping, Sequence

from matching.scoring import AssociationSide, NeedSide


class ThemeFinder:
    """Leaves out only pairs whose score says that they have no theme in common."""

    def __init__(
        self, associations: Sequence[AssociationSide], related: Mapping[str, frozenset[str]]
    ) -> None:
        self._associations = associations
        self._related = related
        self._declared: dict[str, set[int]] = defaultdict(set)
        self._said: dict[str, set[int]] = defaultdict(set)
        for place, association in enumerate(associations):
            for cause in association.causes:
                self._declared[cause].add(place)
            text = association.text
            for key in (
                *(_cause(slug) for slug in text.causes),
                *text.terms,
                *(_theme(slug) for slug in text.themes),
            ):
                self._said[key].add(place)

    def touching(self, need: NeedSide) -> list[AssociationSide]:
        """In the order of the network."""
        found: set[int] = set()
        for cause in need.causes:
            found |= self._declared[cause] | self._said[_cause(cause)]
            for near in self._related.get(cause, ()):
                found |= self._declared[near]
        for key in (*need.text.terms, *(_theme(slug) for slug in need.text.themes)):
            found |= self._said[key]
        return [self._associations[place] for place in sorted(found)]


def _theme(slug: str) -> str:
    """A theme, a cause and a word may be spelt alike."""
    return f"#{slug}"


def _cause(slug: str) -> str:
    return f"@{slug}"
