"""What the records that merges took away said of themselves, in words, a page of the log in few queries."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.core import serializers
from django.db.models import Model

from accounts.models import Merge
from accounts.operations.profiles import OFFICE, label_of, profiles_of, shown

# What the page says of a record beside what a comparison shows; its kind is said with each merge.
ENTRY = ("origin", "created_at")
Said = list[tuple[str, str]]


@dataclass(frozen=True)
class _Record:
    """One row as the log kept it: some of its fields, and the keys to other rows that they hold."""

    row: Model
    fields: list[Any]
    lists: Mapping[str, Sequence[Any]]

    def keys_of(self, field: Any) -> Sequence[Any]:
        return self.lists[field.name] if field.many_to_many else [getattr(self.row, field.attname)]


def what_was_said(merges: Sequence[Merge]) -> list[tuple[Merge, Said]]:
    records = {merge.pk: list(_records(merge)) for merge in merges}
    others = _others(record for found in records.values() for record in found)
    return [
        (merge, [line for record in records[merge.pk] for line in _lines(record, others)]) for merge in merges
    ]


def _records(merge: Merge) -> Iterator[_Record]:
    """The organisation, then its profile; nothing of one whose words were erased."""
    if said := merge.snapshot.get("gone"):
        yield _rebuilt(said, (*(name for name in OFFICE if name != "kind"), *ENTRY))
    profiles = profiles_of(merge.gone_kind)
    if profiles and (said := merge.snapshot.get("gone_profile")):
        yield _rebuilt(said, (*profiles.plain, *profiles.lists))


def _rebuilt(said: dict[str, Any], names: Iterable[str]) -> _Record:
    """In memory only. A field that the site has dropped since is no longer told."""
    found = next(iter(serializers.deserialize("python", [said], ignorenonexistent=True)))
    fields = [found.object._meta.get_field(name) for name in names]
    return _Record(found.object, fields, found.m2m_data or {})


def _others(records: Iterable[_Record]) -> dict[type[Model], dict[Any, Model]]:
    """The rows that these records name, in one query for each of their models."""
    keys: dict[type[Model], set[Any]] = defaultdict(set)
    for record in records:
        for field in record.fields:
            if field.is_relation:
                keys[field.related_model].update(record.keys_of(field))
    return {model: model._base_manager.in_bulk(wanted) for model, wanted in keys.items()}


def _lines(record: _Record, others: dict[type[Model], dict[Any, Model]]) -> Iterator[tuple[str, str]]:
    for field in record.fields:
        if field.is_relation:
            rows = others[field.related_model]
            text = ", ".join(str(rows[key]) for key in record.keys_of(field) if key in rows)
        else:
            text = shown(record.row, field.name)
        if text:
            yield label_of(type(record.row), field.name), text
