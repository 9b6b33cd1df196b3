"""The kinds of files the team brings by the browser; each app registers its own in `<app>/imports.py`."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from mecenova.imports.columns import Column
from mecenova.imports.running import Importer


@dataclass(frozen=True)
class ImportKind:
    """`help` says what a row is; `as_checked_help` what the box « already checked » does to these files."""

    slug: str
    label: str
    help: str
    as_checked_help: str
    make: Callable[..., Importer[Any]]
    columns: tuple[Column, ...]

    @property
    def required(self) -> list[str]:
        return [column.name for column in self.columns if column.required]


_kinds: dict[str, ImportKind] = {}


def register_import(
    slug: str, importer: type[Importer[Any]], *, label: str, help: str, as_checked_help: str
) -> None:
    """Two kinds of one name are a mistake; the same registered twice is not."""
    kind = ImportKind(slug, label, help, as_checked_help, importer, tuple(importer.columns))
    if _kinds.get(slug, kind).make is not importer:
        raise ValueError(f"Two kinds of imports are called {slug}")
    _kinds[slug] = kind


def kinds() -> list[ImportKind]:
    return list(_kinds.values())


def kind_of(slug: str) -> ImportKind | None:
    return _kinds.get(slug)
