"""Entries of the lists that the lists do not fill, and links from rows just made to those they do."""

from collections.abc import Iterable
from typing import Any

import factory
from factory.django import DjangoModelFactory

from mecenova.reference.enums import TerritoryLevel
from mecenova.reference.models import Territory


class CommuneFactory(DjangoModelFactory):
    """A commune of Paris unless told otherwise: the only level that the lists do not fill."""

    class Meta:
        model = Territory

    code = factory.Sequence(lambda n: f"C{n:05}")
    level = TerritoryLevel.COMMUNE
    name = factory.Sequence(lambda n: f"Commune {n}")
    parent = factory.LazyFunction(lambda: Territory.objects.get(code="75"))


def link(entries: Any, wanted: Iterable[Any], *, key: str = "slug") -> None:
    """A row that has none yet, to entries of one list: each is given as a row or by its slug or code."""
    rows = list(wanted)
    told = {entry for entry in rows if isinstance(entry, str)}
    if told:
        known = entries.model.objects.filter(**{f"{key}__in": told})
        assert len(known) == len(told), f"{told} are not all known: {known}"
        rows = [*known, *(entry for entry in rows if entry not in told)]
    entries.add(*rows)
