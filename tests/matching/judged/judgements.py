"""The judged set as committed: needs, associations without their names, grades."""

import csv
from collections.abc import Iterator
from pathlib import Path

from tests.matching.judged.register import JudgedNeed, JudgedRow

HERE = Path(__file__).parent
TUNING, HELD_BACK = "tuning", "held_back"

Pair = tuple[str, str]


def judged_needs() -> list[tuple[JudgedNeed, str]]:
    """Each need with its part."""
    return [
        (
            JudgedNeed(
                key=line["need"],
                title=line["title"],
                description=line["description"],
                kind=line["kind"],
                causes=_set(line["causes"]),
                territories=_set(line["territories"]),
            ),
            line["part"],
        )
        for line in _lines("needs.csv")
    ]


def judged_rows() -> list[JudgedRow]:
    return [
        JudgedRow(
            key=line["row"],
            order=int(line["order"]),
            purpose=line["purpose"],
            causes=_set(line["causes"]),
            department=line["department"],
        )
        for line in _lines("rows.csv")
    ]


def grades(name: str = "grades.csv") -> dict[Pair, int]:
    """(need, row) to a grade from 0 to 3."""
    return {(line["need"], line["row"]): int(line["grade"]) for line in _lines(name)}


def true_causes() -> dict[str, frozenset[str]]:
    """The causes that a reader gave 150 of the associations, often none or several."""
    return {line["row"]: _set(line["causes"]) for line in _lines("causes.csv")}


def _lines(name: str) -> Iterator[dict[str, str]]:
    with (HERE / name).open(encoding="utf-8", newline="") as file:
        yield from csv.DictReader(file)


def _set(cell: str) -> frozenset[str]:
    return frozenset(cell.split("|")) - {""}
