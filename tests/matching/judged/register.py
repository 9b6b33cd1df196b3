"""The real files behind the judged set: associations under a hash, needs under a key, no names kept."""

import csv
import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from hashlib import sha256
from pathlib import Path

from associations.imports import AssociationImporter
from companies.imports import kind_from_label
from mecenova.identifiers.names import name_key
from mecenova.imports.errors import RowRefused
from mecenova.imports.report import Notes
from mecenova.imports.tables import Table
from mecenova.reference.labels import cause_index
from mecenova.reference.models import Cause, Territory
from mecenova.reference.territories import code_from_label

HASH_LENGTH = 16


@dataclass(frozen=True, slots=True)
class JudgedRow:
    """An association of the register. `name` is empty when read from the repository, which holds no names."""

    key: str
    order: int
    purpose: str
    causes: frozenset[str]
    department: str
    name: str = ""


@dataclass(frozen=True, slots=True)
class JudgedNeed:
    key: str
    title: str
    description: str
    kind: str
    causes: frozenset[str]
    territories: frozenset[str]


def row_key(name: str, postal_code: str, purpose: str) -> str:
    """The first 16 hexadecimal digits of sha256("normalised name|postal code|purpose as imported")."""
    return sha256(f"{name_key(name)}|{postal_code}|{purpose}".encode()).hexdigest()[:HASH_LENGTH]


def read_register(folder: Path) -> list[JudgedRow]:
    """The register as the importer reads it, in the order of the file; same name and postal code, one row."""
    importer = AssociationImporter()
    slugs = dict(Cause.objects.values_list("pk", "slug"))
    codes = dict(Territory.objects.values_list("pk", "code"))
    found: dict[tuple[str, str], JudgedRow] = {}
    with Table(folder / "associations-2014.csv", importer.columns) as table:
        for order, line in enumerate(table):
            try:
                entry = importer.parse(line, Notes())
            except RowRefused:
                continue
            causes = frozenset(slugs[cause] for cause in entry.causes)
            if (known := found.get(entry.key)) is not None:
                found[entry.key] = replace(known, causes=known.causes | causes)
                continue
            found[entry.key] = JudgedRow(
                key=row_key(entry.name, entry.key[1], entry.purpose),
                order=order,
                purpose=entry.purpose,
                causes=causes,
                department=codes[entry.department_id] if entry.department_id else "",
                name=entry.name,
            )
    return list(found.values())


def read_needs(folder: Path) -> list[JudgedNeed]:
    """The needs that an import would accept: of a known company, with budgets that are numbers."""
    causes = cause_index()
    with (folder / "companies.csv").open(encoding="utf-8") as file:
        companies = {row["raison_sociale"] for row in csv.DictReader(file, delimiter=";")}
    with (folder / "needs.csv").open(encoding="utf-8") as file:
        rows = [
            row
            for row in csv.DictReader(file, delimiter=";")
            if row["entreprise"] in companies and all(_is_amount(row[name]) for name in BUDGETS)
        ]
    return [
        JudgedNeed(
            key=f"n{number:02d}",
            title=row["titre"],
            description=row["description"],
            kind=kind_from_label(row["forme"]) or row["forme"],
            causes=frozenset(causes.find(name).slug for name in row["causes"].split("|")),
            territories=frozenset(code_from_label(name) or "" for name in row["territoires"].split("|")),
        )
        for number, row in enumerate(rows, start=1)
    ]


def without_name(row: JudgedRow) -> str:
    """The purpose as it may be quoted: the association's own name or acronym is « […] »."""
    names = {row.name, re.sub(r"\s*[(\[].*", "", row.name)}
    if not row.name.isupper():
        names |= set(re.findall(r"\b[A-Z]{4,}\b", row.name))
    found = "|".join(re.escape(name) for name in sorted(names, key=len, reverse=True) if len(name) > 3)
    return re.sub(rf"\b(?:{found})\b", "[…]", row.purpose, flags=re.IGNORECASE) if found else row.purpose


BUDGETS = ("budget_min", "budget_max")


def _is_amount(cell: str) -> bool:
    return not cell or cell.isdigit()


def write_csv(path: Path, columns: tuple[str, ...], rows: Iterator[tuple[object, ...]]) -> None:
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(columns)
        writer.writerows(rows)
