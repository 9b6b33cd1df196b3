"""Associations and needs as plain values: reads a few of them at once, for scoring to compare and explain."""

import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.db.models import QuerySet

from associations.models import Association
from companies.models import Need
from matching.network.lists import AssociationLists, NeedLists
from matching.network.places import closed_lists
from matching.network.rows import association_rows, described, need_rows_of, said_in, told_by, told_in
from matching.network.vocabulary import lexicon_knowing
from matching.scoring import AssociationSide, Lexicon, NeedSide, TextSide


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
    """These, read from what people wrote, with words weighed as the whole network uses them."""
    rows = association_rows(associations)
    told = told_by(rows, associations)
    need_rows = need_rows_of(needs)
    lexicon = lexicon_knowing(told_in(rows, told), weighed=said_in(need_rows))
    texts = {
        row["pk"]: lexicon.association_text(
            lexicon.read(row["organisation__name"], told[row["pk"]], count=False)
        )
        for row in rows
    }
    return _network(rows, need_rows, texts, lexicon, associations, needs)


def _network(
    rows: list[dict[str, Any]],
    need_rows: list[dict[str, Any]],
    texts: Mapping[uuid.UUID, TextSide],
    lexicon: Lexicon,
    associations: "QuerySet[Association]",
    needs: "QuerySet[Need]",
) -> Network:
    lists = closed_lists()
    association_lists = AssociationLists(associations)
    need_lists = NeedLists(needs)
    return Network(
        [need_lists.side(row, lexicon.need_text(row["title"], described(row))) for row in need_rows],
        [association_lists.side(row, texts[row["pk"]], lists.places) for row in rows],
        Names(lists.names, lists.related),
    )
