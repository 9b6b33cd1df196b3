"""The whole network, each cause by each kind: what anybody may look at before signing up."""

from dataclasses import dataclass
from importlib.resources import files
from typing import Any

from django.db import connection

from matching.odds.counts import ENOUGH, tells_places
from mecenova.calendar import clock
from mecenova.reference.enums import Kind
from mecenova.reference.models import Cause

_TABLE = files("matching.odds").joinpath("table.sql").read_text("utf-8")


@dataclass(frozen=True, slots=True)
class Cell:
    """One cause under one kind. An association that accepts several kinds is in several cells."""

    kind: Kind
    associations: int
    companies: int
    places_left: int
    needs: int

    @property
    def associations_per_company(self) -> float | None:
        """None without a company, or of a handful of associations."""
        if not self.companies or self.associations < ENOUGH:
            return None
        return round(self.associations / self.companies, 1)

    @property
    def tells_places(self) -> bool:
        return tells_places(self.companies)

    @property
    def is_small(self) -> bool:
        return 0 < self.associations < ENOUGH


@dataclass(frozen=True, slots=True)
class CauseLine:
    cause: Cause
    cells: tuple[Cell, ...]


def by_cause_and_kind() -> list[CauseLine]:
    """Every cause in its order, but one that is added or taken away between the two queries."""
    causes = list(Cause.objects.all())
    today = clock.today()
    values: dict[str, Any] = {"kinds": list(Kind.values), "today": today, "month": today.replace(day=1)}
    with connection.cursor() as cursor:
        cursor.execute(_TABLE, values)
        cells = {
            (cause, kind): Cell(Kind(kind), *map(int, counts)) for cause, kind, *counts in cursor.fetchall()
        }
    counted = {cause for cause, _ in cells}
    return [
        CauseLine(cause, tuple(cells[cause.pk, kind.value] for kind in Kind))
        for cause in causes
        if cause.pk in counted
    ]
