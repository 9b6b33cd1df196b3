"""One table of the observatory, as the page draws it and as a file brings it."""

import csv
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TextIO

from mecenova.identifiers.spreadsheets import inert_line

# The first columns of a file about places, and what stands for all the départements of a région.
PLACES = ("Région", "Département")
WHOLE_REGION = "(toute la région)"


@dataclass(frozen=True, slots=True)
class Line:
    """`cells` are read, `values` are for a spreadsheet; `bar` and `mark` are percentages of the widest."""

    key: str
    label: str
    cells: tuple[str, ...]
    values: tuple[object, ...]
    bar: int | None = None
    mark: int | None = None
    inside: bool = False


@dataclass(frozen=True, slots=True)
class Table:
    """`unseen` names the groups that are hidden or empty."""

    slug: str
    title: str
    columns: tuple[str, ...]
    value_columns: tuple[str, ...]
    lines: tuple[Line, ...]
    unseen: tuple[str, ...] = ()
    total: Line | None = None

    def keys(self, *, inside: bool = False) -> set[str]:
        """The groups it shows, or those within a group."""
        return {line.key for line in self.lines if line.inside == inside}

    @property
    def names(self) -> int:
        """How many of a file's columns name the group."""
        return len(PLACES) if self.value_columns[: len(PLACES)] == PLACES else 1

    @property
    def rows(self) -> list[tuple[Line, list[tuple[str, str]]]]:
        """Each line with its cells after their columns' names."""
        return [(line, self._named(line)) for line in self.lines]

    @property
    def total_cells(self) -> list[tuple[str, str]]:
        return self._named(self.total) if self.total else []

    def _named(self, line: Line) -> list[tuple[str, str]]:
        return list(zip(self.columns, line.cells, strict=True))

    @property
    def has_bars(self) -> bool:
        return any(line.bar is not None for line in self.lines)


def write(file: TextIO, table: Table) -> None:
    """As CSV for a French spreadsheet: semicolons, decimal commas, a mark of UTF-8, no formula."""
    file.write("\ufeff")
    writer = csv.writer(file, delimiter=";", lineterminator="\r\n")
    writer.writerow([safe(cell) for cell in table.value_columns])
    region = ""
    for line in (*table.lines, *((table.total,) if table.total else ())):
        region = region if line.inside else line.label
        named = (region, _department(line)) if table.names > 1 else (line.label,)
        writer.writerow([safe(cell) for cell in (*named, *line.values)])
    for name in table.unseen:
        blank = [""] * (table.names - 1)
        hidden = ["masqué ou vide"] * (len(table.value_columns) - table.names)
        writer.writerow([safe(name), *blank, *hidden])


def _department(line: Line) -> str:
    """Under « Département »: nothing for what is of no région, or of all of them."""
    if line.inside:
        return line.label
    return WHOLE_REGION if line.key else ""


def safe(value: object) -> str:
    """One plain line of text that no spreadsheet runs."""
    if value is None:
        return ""
    if isinstance(value, float):
        return f"{value:.2f}".replace(".", ",")
    return inert_line(value)


def percentages(values: Sequence[float | None], widest: float) -> list[int | None]:
    """Lengths of bars; something above nought is always seen."""
    return [
        None if value is None else max(1, round(100 * value / widest)) if value and widest else 0
        for value in values
    ]
