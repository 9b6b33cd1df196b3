"""How many documents each choice would leave: the counts beside the filters, in one query for all."""

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.db import connection
from django.http import QueryDict

from infotheque.enums import DocumentKind, Readers, Stage
from infotheque.models.document import DocumentQuerySet
from mecenova.reference.enums import Kind
from mecenova.reference.models import Cause

# More sources or years than this are not a choice any more.
MOST_CHOICES = 12

COUNT_SQL = """
WITH found AS MATERIALIZED ({found})
SELECT '' AS facet, '' AS choice, count(*) FROM found
UNION ALL SELECT 'type', kind, count(*) FROM found GROUP BY kind
UNION ALL SELECT 'annee', year::text, count(*) FROM found WHERE year IS NOT NULL GROUP BY year
UNION ALL SELECT 'source', publisher, count(*) FROM found WHERE publisher <> '' GROUP BY publisher
UNION ALL SELECT 'forme', one, count(*) FROM found, unnest(partnership_kinds) AS one GROUP BY one
UNION ALL SELECT 'moment', one, count(*) FROM found, unnest(stages) AS one GROUP BY one
UNION ALL SELECT 'public', one, count(*) FROM found, unnest(readers) AS one GROUP BY one
UNION ALL SELECT 'cause', cause.slug, count(*)
    FROM found
    JOIN infotheque_document_causes AS link ON link.document_id = found.id
    JOIN reference_cause AS cause ON cause.id = link.cause_id
    GROUP BY cause.slug
"""
COLUMNS = ("id", "kind", "year", "publisher", "partnership_kinds", "stages", "readers")


@dataclass(frozen=True, slots=True)
class Counts:
    """`total` documents; for each facet, the choices that some of them hold."""

    total: int
    choices: Mapping[str, Mapping[str, int]]


@dataclass(frozen=True, slots=True)
class Choice:
    value: str
    label: str
    number: int
    # What follows the « ? » of the address that makes or undoes this choice.
    address: str
    is_chosen: bool


@dataclass(frozen=True, slots=True)
class Facet:
    name: str
    label: str
    choices: list[Choice]

    @property
    def chosen(self) -> Choice | None:
        return next((choice for choice in self.choices if choice.is_chosen), None)


def count(found: DocumentQuerySet) -> Counts:
    """Of these documents, in one query."""
    sql, params = found.order_by().values(*COLUMNS).query.sql_with_params()
    choices: dict[str, dict[str, int]] = defaultdict(dict)
    with connection.cursor() as cursor:
        cursor.execute(COUNT_SQL.format(found=sql), params)
        for facet, choice, number in cursor.fetchall():
            choices[facet][choice] = number
    return Counts(choices.pop("", {}).get("", 0), choices)


def facets(counts: Counts, asked: QueryDict) -> list[Facet]:
    """In the order people choose. A facet that would leave everything as it is is not one."""
    causes = dict(Cause.objects.values_list("slug", "name"))
    labels: dict[str, tuple[str, Mapping[Any, Any] | None]] = {
        "type": ("Type de document", dict(DocumentKind.choices)),
        "moment": ("Moment du partenariat", dict(Stage.choices)),
        "cause": ("Cause", causes),
        "forme": ("Forme de partenariat", dict(Kind.choices)),
        "public": ("Pour qui", dict(Readers.choices)),
        "source": ("Source", None),
        "annee": ("Année", None),
    }
    found = [
        _facet(name, label, words, counts.choices.get(name, {}), asked)
        for name, (label, words) in labels.items()
    ]
    return [facet for facet in found if facet.choices]


def _facet(
    name: str, label: str, words: Mapping[Any, Any] | None, counted: Mapping[str, int], asked: QueryDict
) -> Facet:
    chosen = asked.get(name, "")
    if words is not None:
        ordered = [(key, str(word)) for key, word in words.items() if key in counted]
    elif name == "annee":
        ordered = [(year, year) for year in sorted(counted, reverse=True)]
    else:
        ordered = [(key, key) for key in sorted(counted, key=lambda key: (-counted[key], key))]
    kept = [pair for pair in ordered if pair[0] == chosen] or ordered[:MOST_CHOICES]
    return Facet(
        name,
        label,
        [
            Choice(
                key, word, counted[key], _address(asked, name, "" if key == chosen else key), key == chosen
            )
            for key, word in kept
        ],
    )


def _address(asked: QueryDict, name: str, value: str) -> str:
    """The same search with one choice made or undone, from its first page."""
    other = asked.copy()
    other.pop("page", None)
    other.pop(name, None)
    if value:
        other[name] = value
    return other.urlencode()
