"""The closed lists, by slug and code: causes and what is near each, places and what contains them."""

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from sys import intern

from django.db import connection

from mecenova.reference.enums import TerritoryLevel
from mecenova.reference.models import Territory

# Read with each association that is compared or explained: one statement for them all. Audiences and sectors
# are named nowhere here.
LISTS = """
SELECT 'place', place.id, place.code, place.name, parent.code
FROM reference_territory AS place
LEFT JOIN reference_territory AS parent ON parent.id = place.parent_id
WHERE place.level <> %(commune)s
UNION ALL
SELECT 'cause', id, slug, name, NULL FROM reference_cause
UNION ALL
SELECT 'skill', id, slug, name, NULL FROM reference_skill
UNION ALL
SELECT 'audience', id, slug, NULL, NULL FROM reference_audience
UNION ALL
SELECT 'sector', id, slug, NULL, NULL FROM reference_sector
UNION ALL
SELECT 'near', related.id, cause.slug, near.slug, NULL
FROM reference_cause_related AS related
JOIN reference_cause AS cause ON cause.id = related.from_cause_id
JOIN reference_cause AS near ON near.id = related.to_cause_id
ORDER BY 2
"""


class Places:
    """Territories and all that contains each."""

    def __init__(self, parents: Mapping[str, str | None]) -> None:
        self._parents = dict(parents)

    def lineage(self, code: str) -> frozenset[str]:
        if code not in self._parents:
            self._parents[code] = (
                Territory.objects.filter(code=code).values_list("parent__code", flat=True).first()
            )
        found: set[str] = set()
        step: str | None = code
        while step and step not in found:
            found.add(intern(step))
            step = self._parents.get(step)
        return frozenset(found)


@dataclass(frozen=True, slots=True)
class ClosedLists:
    """Names of causes and skills (by slug) and of places (by code), places, and the causes near each.

    `keys` are the rows of each list in their order, by slug or code.
    """

    names: Mapping[str, str]
    places: Places
    related: Mapping[str, frozenset[str]]
    keys: Mapping[str, Mapping[str, int]]


def closed_lists() -> ClosedLists:
    """As they are now; one query. Communes are too many: each is asked for by itself."""
    names: dict[str, str] = {}
    parents: dict[str, str | None] = {}
    related: dict[str, set[str]] = defaultdict(set)
    keys: dict[str, dict[str, int]] = defaultdict(dict)
    with connection.cursor() as cursor:
        cursor.execute(LISTS, {"commune": TerritoryLevel.COMMUNE.value})
        for kind, key, slug, said, parent in cursor.fetchall():
            if kind == "near":
                related[slug].add(said)
                continue
            keys[kind][slug] = key
            if said is not None:
                names[slug] = said
            if kind == "place":
                parents[slug] = parent
    return ClosedLists(names, Places(parents), _frozen(related), keys)


def _frozen(found: Mapping[str, set[str]]) -> dict[str, frozenset[str]]:
    return {slug: frozenset(near) for slug, near in found.items()}
