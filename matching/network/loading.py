"""Associations and needs as plain values: reads a few of them at once, for scoring to compare and explain."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.db.models import QuerySet

from associations.models import Association
from companies.models import Need
from matching.network.lists import AssociationLists, NeedLists
from matching.network.places import ClosedLists, closed_lists
from matching.network.rows import association_rows, described, need_rows_of, said_in, told_in
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
    lists: ClosedLists

    @property
    def related(self) -> Mapping[str, frozenset[str]]:
        return self.names.related


def load(associations: "QuerySet[Association]", needs: "QuerySet[Need]") -> Network:
    """These, read from what people wrote, with words weighed as the whole network uses them."""
    rows, need_rows = association_rows(associations), need_rows_of(needs)
    lexicon = lexicon_knowing(told_in(rows), weighed=said_in(need_rows))
    lists, association_lists = closed_lists(), AssociationLists(associations)
    return Network(
        _need_sides(need_rows, needs, lexicon),
        [association_lists.side(row, _text(row, lexicon)) for row in rows],
        Names(lists.names, lists.related),
        lists,
    )


def load_need_sides(needs: "QuerySet[Need]") -> list[NeedSide]:
    """The same of needs alone."""
    rows = need_rows_of(needs)
    return _need_sides(rows, needs, lexicon_knowing((), weighed=said_in(rows)))


def _need_sides(rows: list[dict[str, Any]], needs: "QuerySet[Need]", lexicon: Lexicon) -> list[NeedSide]:
    lists = NeedLists(needs)
    return [lists.side(row, lexicon.need_text(row["title"], described(row))) for row in rows]


def _text(row: dict[str, Any], lexicon: Lexicon) -> TextSide:
    return lexicon.association_text(lexicon.read(row["organisation__name"], row["told"], count=False))
