"""What a cell names: a kind of support, entries of closed lists, territories."""

from collections.abc import Callable
from datetime import date
from decimal import Decimal
from typing import Any

from django import forms

from mecenova.identifiers.names import fold
from mecenova.imports import cells
from mecenova.imports.report import Notes
from mecenova.imports.tables import Row
from mecenova.reference.enums import Kind
from mecenova.reference.models import Territory
from mecenova.reference.territories import code_from_label
from mecenova.ui.figures import euros, integer, short_date

KIND_WORDS: dict[str, str] = {
    "financier": Kind.FINANCIAL,
    "argent": Kind.FINANCIAL,
    "don": Kind.FINANCIAL,
    "subvention": Kind.FINANCIAL,
    "nature": Kind.IN_KIND,
    "en nature": Kind.IN_KIND,
    "biens": Kind.IN_KIND,
    "materiel": Kind.IN_KIND,
    "competences": Kind.SKILLS,
    "benevolat": Kind.VOLUNTEERING,
    "benevolat de competences": Kind.VOLUNTEERING,
    "mobilisation des salaries": Kind.VOLUNTEERING,
    "coconstruction": Kind.CO_CONSTRUCTION,
}
KIND_WORDS |= {fold(label): value for value, label in Kind.choices} | {
    fold(kind): kind for kind in Kind.values
}


def kind_from_label(text: str) -> str | None:
    return KIND_WORDS.get(fold(text))


class Lists:
    """Entries by their words, looked up once for a whole file."""

    def __init__(self) -> None:
        self.territories = {territory.code: territory for territory in Territory.objects.all()}

    def find(
        self, row: Row, column: str, find: Callable[[str], Any], what: str, notes: Notes
    ) -> tuple[Any, ...]:
        found, unknown = cells.listed(row[column], find)
        for word in unknown:
            notes.add(what, word)
        return tuple(found)

    def territory(self, text: str) -> Territory | None:
        return self.territories.get(code_from_label(text) or "")


def named(*entries: Any) -> str:
    return ", ".join(entry.name for entry in entries if entry is not None)


def said(value: Any, field: forms.Field | None = None) -> str:
    """A value as the pages write it; `field` is the one that a form would ask it in."""
    if value in (None, ""):
        return ""
    if isinstance(value, tuple):
        return named(*value)
    if isinstance(value, Decimal):
        return euros(value)
    if isinstance(value, date):
        return short_date(value)
    if isinstance(field, forms.ChoiceField):
        return str(dict(field.choices).get(value, value))
    return integer(value) if isinstance(value, int) else str(value)
