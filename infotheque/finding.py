"""One statement for a page of results: what is found, how many under each choice, and the keys to show.

What is found is looked at once, whatever is then asked of it: counting again for each choice, or finding
again to order, costs as much as the search itself once thousands of documents answer.
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from uuid import UUID

from django.contrib.postgres.search import SearchQueryCombinable
from django.db import connection

from infotheque.models.document import DocumentQuerySet

PAGE_SIZE = 20
# Nobody turns so many pages; the last one is shown.
LAST_PAGE = 1_000_000

# In the order of GROUPING's columns, the first of which weighs most.
GROUPED = ("type", "annee", "source", "forme", "moment", "public")
ALL_TOGETHER = 2 ** len(GROUPED) - 1
FACETS = {str(ALL_TOGETHER ^ 1 << place): name for place, name in enumerate(reversed(GROUPED))}

# Links are read from one end to the other (OFFSET 0): how many rows are found is not known beforehand, and to
# look up thousands of them one by one takes ten times as long.
FIND_SQL = """
WITH found AS MATERIALIZED ({found}),
counted AS MATERIALIZED (
    SELECT GROUPING(kind, year, publisher, partnership_kinds, stages, readers) AS facet,
        coalesce(kind, year::text, publisher,
                 array_to_string(coalesce(partnership_kinds, stages, readers), ',')) AS choice,
        count(*) AS number
    FROM found
    GROUP BY GROUPING SETS ((), kind, year, publisher, partnership_kinds, stages, readers)
),
size AS (SELECT number FROM counted WHERE facet = {all_together}),
of_causes AS (
    SELECT link.cause_id, count(*) AS number
    FROM found
    JOIN (SELECT document_id, cause_id FROM infotheque_document_causes OFFSET 0) AS link
        ON link.document_id = found.id
    GROUP BY link.cause_id
),
page AS (
    SELECT id FROM found LEFT JOIN unnest(%s::uuid[], %s::float8[]) AS near(id, score) USING (id)
    ORDER BY score DESC NULLS LAST, published_at DESC, id
    LIMIT %s OFFSET least(%s, (SELECT (number - 1) / %s FROM size)) * %s
)
SELECT facet::text, choice, number, '' FROM counted
UNION ALL (SELECT 'cause', cause.slug, number, cause.name
    FROM of_causes JOIN reference_cause AS cause ON cause.id = of_causes.cause_id
    ORDER BY cause.order, cause.slug)
UNION ALL SELECT 'page', id::text, row_number() OVER (), '' FROM page
"""
COLUMNS = ("id", "kind", "year", "publisher", "partnership_kinds", "stages", "readers", "published_at")


@dataclass(frozen=True, slots=True)
class Listing:
    """`total` documents; for each facet, the choices that some hold; the keys of one page, in order.

    `causes` are the names of those that some hold, by their slugs, in their order.
    """

    total: int = 0
    choices: Mapping[str, Mapping[str, int]] = field(default_factory=dict)
    causes: Mapping[str, str] = field(default_factory=dict)
    keys: Sequence[UUID] = ()


def find(
    base: DocumentQuerySet,
    query: SearchQueryCombinable | None,
    *,
    or_these: Sequence[UUID] = (),
    scores: Mapping[UUID, float],
    page: str,
) -> Listing:
    """Those of `base` that say what the query asks, and those of these keys; all of them without a query.

    The best `scores` come first, then the newest. `page` is as in an address.
    """
    found = base if query is None else base.saying(query, or_these=or_these)
    sql, params = found.order_by().values(*COLUMNS).query.sql_with_params()
    places = (list(scores), list(scores.values()), PAGE_SIZE, _page_number(page) - 1, PAGE_SIZE, PAGE_SIZE)
    with connection.cursor() as cursor:
        cursor.execute(FIND_SQL.format(found=sql, all_together=ALL_TOGETHER), (*params, *places))
        return _listing(cursor.fetchall())


def _listing(rows: Sequence[tuple[str, str | None, int, str]]) -> Listing:
    total, places = 0, []
    causes: dict[str, str] = {}
    choices: dict[str, dict[str, int]] = defaultdict(lambda: defaultdict(int))
    for facet, choice, number, name in rows:
        if facet == str(ALL_TOGETHER):
            total = number
        elif facet == "page":
            places.append((number, UUID(choice)))
        elif facet == "cause":
            choices[facet][str(choice)], causes[str(choice)] = number, name
        else:
            # Several forms, moments or publics of one document are counted apart.
            for each in filter(None, _apart(FACETS[facet], choice or "")):
                choices[FACETS[facet]][each] += number
    return Listing(total, choices, causes, [key for _, key in sorted(places)])


def _apart(facet: str, choice: str) -> list[str]:
    return [choice] if facet == "source" else choice.split(",")


def _page_number(page: str) -> int:
    """As Django's paginator reads it: the first when it is no number, the last when there is no such page."""
    try:
        number = int(page)
    except ValueError:
        return 1
    return min(number, LAST_PAGE) if number >= 1 else LAST_PAGE
