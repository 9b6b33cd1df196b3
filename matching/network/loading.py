"""The network as plain values: reads associations and needs once, for scoring to compare."""

import logging
import uuid
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from django.core.cache import cache
from django.db.models import QuerySet
from redis.exceptions import RedisError

from associations.models import Association
from companies.models import Need
from matching.network.lists import AssociationLists, NeedLists
from matching.network.places import Places, cause_names, related_causes, skill_names
from matching.network.rows import association_rows, described, need_rows_of, texts_of, told_by
from matching.network.stems import stems_of_words
from matching.scoring import AssociationSide, Lexicon, NeedSide, TextSide, vocabulary
from matching.scoring.text import words

logger = logging.getLogger(__name__)

LEXICON_KEY = "matching.lexicon"
LEXICON_SECONDS = 26 * 3600


@dataclass(frozen=True, slots=True)
class Names:
    """What people read: names of causes and skills (by slug) and territories (by code), related causes."""

    words: Mapping[str, str]
    related: Mapping[str, frozenset[str]]


@dataclass(frozen=True, slots=True)
class Network:
    needs: list[NeedSide]
    associations: list[AssociationSide]
    names: Names

    @property
    def related(self) -> Mapping[str, frozenset[str]]:
        return self.names.related


def load(associations: "QuerySet[Association]", needs: "QuerySet[Need]") -> Network:
    """Everything at once, its own words counted: what a round compares. Refreshes the shared lexicon."""
    rows, told = association_rows(associations), told_by(associations)
    need_rows = need_rows_of(needs)
    texts = texts_of(rows, told, need_rows)
    lexicon = Lexicon(stems_of_words(vocabulary(texts)))
    readings = {row["pk"]: lexicon.read(row["organisation__name"], told.get(row["pk"], "")) for row in rows}
    _share(lexicon)
    association_texts = {key: lexicon.association_text(reading) for key, reading in readings.items()}
    return _network(rows, need_rows, association_texts, lexicon, associations, needs)


def load_few(associations: "QuerySet[Association]", needs: "QuerySet[Need]") -> Network:
    """A few of them, compared with the words of the whole network as the last round counted them."""
    rows, told = association_rows(associations), told_by(associations)
    need_rows = need_rows_of(needs)
    lexicon = _lexicon_knowing(texts_of(rows, told, need_rows))
    association_texts = {
        row["pk"]: lexicon.association_text(
            lexicon.read(row["organisation__name"], told.get(row["pk"], ""), count=False)
        )
        for row in rows
    }
    return _network(rows, need_rows, association_texts, lexicon, associations, needs)


def _share(lexicon: Lexicon) -> None:
    """For the pages to come. A cache that is away costs them a second each, never the round."""
    try:
        cache.set(LEXICON_KEY, lexicon.counts(), LEXICON_SECONDS)
    except RedisError as error:
        logger.warning("Lexicon not shared: %s", type(error).__name__)


def _shared_counts() -> Mapping[str, Any]:
    try:
        counts = cache.get(LEXICON_KEY)
    except RedisError:
        counts = None
    return counts or _count_everybody().counts()


def _count_everybody() -> Lexicon:
    """What a round does first: everybody's words, counted."""
    everybody = Association.objects.open_to_companies()
    rows, told = association_rows(everybody), told_by(everybody)
    lexicon = Lexicon(stems_of_words(vocabulary(texts_of(rows, told, ()))))
    for row in rows:
        lexicon.read(row["organisation__name"], told.get(row["pk"], ""))
    _share(lexicon)
    return lexicon


def _lexicon_knowing(texts: Iterator[str]) -> Lexicon:
    counts = _shared_counts()
    unknown = {word for text in texts for word in words(text)} - set(counts["stems"])
    return Lexicon.with_counts(counts, stems_of_words(unknown))


def _network(
    rows: list[dict[str, Any]],
    need_rows: list[dict[str, Any]],
    texts: Mapping[uuid.UUID, TextSide],
    lexicon: Lexicon,
    associations: "QuerySet[Association]",
    needs: "QuerySet[Need]",
) -> Network:
    places = Places()
    association_lists = AssociationLists(associations)
    need_lists = NeedLists(needs)
    return Network(
        [need_lists.side(row, lexicon.need_text(row["title"], described(row))) for row in need_rows],
        [association_lists.side(row, texts[row["pk"]], places) for row in rows],
        Names({**cause_names(), **skill_names(), **places.names}, related_causes()),
    )
