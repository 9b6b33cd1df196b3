"""The closed lists, by slug and code: causes and what is near each, places, skills."""

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass

from django.db import connection

from mecenova.reference.enums import TerritoryLevel

# Read with each association that is compared or explained: one statement for them all. Audiences and sectors
# are named nowhere here.
LISTS = """
SELECT 'place', id, code, name FROM reference_territory WHERE level <> %(commune)s
UNION ALL
SELECT 'cause', id, slug, name FROM reference_cause
UNION ALL
SELECT 'skill', id, slug, name FROM reference_skill
UNION ALL
SELECT 'audience', id, slug, NULL FROM reference_audience
UNION ALL
SELECT 'sector', id, slug, NULL FROM reference_sector
UNION ALL
SELECT 'near', related.id, cause.slug, near.slug
FROM reference_cause_related AS related
JOIN reference_cause AS cause ON cause.id = related.from_cause_id
JOIN reference_cause AS near ON near.id = related.to_cause_id
ORDER BY 2
"""


@dataclass(frozen=True, slots=True)
class ClosedLists:
    """Names of causes and skills (by slug) and of places (by code), and the causes near each.

    `keys` are the rows of each list in their order, by slug or code.
    """

    names: Mapping[str, str]
    related: Mapping[str, frozenset[str]]
    keys: Mapping[str, Mapping[str, int]]


def closed_lists() -> ClosedLists:
    """As they are now; one query. Communes are too many: each is asked for by itself."""
    names: dict[str, str] = {}
    related: dict[str, set[str]] = defaultdict(set)
    keys: dict[str, dict[str, int]] = defaultdict(dict)
    with connection.cursor() as cursor:
        cursor.execute(LISTS, {"commune": TerritoryLevel.COMMUNE.value})
        for kind, key, slug, said in cursor.fetchall():
            if kind == "near":
                related[slug].add(said)
                continue
            keys[kind][slug] = key
            if said is not None:
                names[slug] = said
    return ClosedLists(names, _frozen(related), keys)


def _frozen(found: Mapping[str, set[str]]) -> dict[str, frozenset[str]]:
    return {slug: frozenset(near) for slug, near in found.items()}
