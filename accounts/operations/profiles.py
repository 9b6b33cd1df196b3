"""What two records say, side by side, and what the one that stays will say: kept, filled, or gathered."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from functools import reduce
from operator import or_
from typing import Any
from uuid import UUID

from django.db.models import ForeignKey, Model, Q, QuerySet

from accounts.models import Organisation
from accounts.operations.merging import Merging, as_json
from mecenova.calendar import clock
from mecenova.identifiers.names import fold
from mecenova.ui.figures import euros, long_date

OFFICE = ("name", "kind", "status", "postal_code", "town", "department", "website", "phone")
# A register, and what it calls the record.
Number = tuple[str, str]
EMPTY: tuple[Any, ...] = (None, "", [])


@dataclass(frozen=True)
class Compared:
    """One line of the page: the label, what each says, and what remains."""

    label: str
    kept: str
    gone: str
    result: str
    is_list: bool = False

    @property
    def is_filled(self) -> bool:
        """The record that stays learns something."""
        return self.result != self.kept

    @property
    def is_left(self) -> bool:
        """Something that the other said is not taken over: only the log keeps it. Lists take all over."""
        same = self.gone in (self.kept, self.result)
        return bool(self.gone) and not (same or self.is_filled or self.is_list)


@dataclass(frozen=True)
class Profiles:
    """The profiles of one kind of organisation. `settle` mends what filling blanks has made contradictory."""

    model: type[Model]
    plain: tuple[str, ...]
    lists: tuple[str, ...]
    # Numbers of a public register: two different ones are two bodies until somebody says otherwise.
    numbers: tuple[str, ...]
    # Entries of a register that people write in their own way: the same words are the same entry.
    entries: tuple[str, ...] = ()
    settle: Callable[[Any, Any], None] = lambda kept, gone: None

    def of(self, organisation: Organisation) -> Any:
        return self.model._base_manager.filter(organisation=organisation).first()

    def known_numbers(self, rows: "QuerySet[Any] | None" = None) -> Iterator[tuple[UUID, Number]]:
        """All by which these records, or every record, can be found again: (organisation, number)."""
        names = (*self.numbers, *self.entries)
        rows = self.model._base_manager.all() if rows is None else rows
        for key, *said in rows.values_list("organisation", *names):
            for name, text in zip(names, said, strict=True):
                if number := fold(text) if name in self.entries else text:
                    yield key, (name, number)

    def bearing(self, numbers: Iterable[Number]) -> set[UUID]:
        """The organisations that bear one of these numbers: only those that may are read."""
        by_name: dict[str, set[str]] = defaultdict(set)
        for name, number in numbers:
            by_name[name].add(number)
        asked = [Q((f"{name}__in", by_name[name])) for name in self.numbers if name in by_name]
        asked += [~Q((name, "")) for name in self.entries if name in by_name]
        if not asked:
            return set()
        rows = self.model._base_manager.filter(reduce(or_, asked))
        return {key for key, (name, number) in self.known_numbers(rows) if number in by_name[name]}

    def numbers_of(self, organisations: Iterable[UUID]) -> dict[UUID, str]:
        """What each of these is called in the registers, in one query."""
        rows = self.model._base_manager.filter(organisation__in=organisations)
        said = rows.values_list("organisation", *self.numbers)
        return {key: ", ".join(number for number in numbers if number) for key, *numbers in said}

    def fill(self, kept: Any, gone: Any) -> None:
        """Blanks are filled in memory; nothing known is replaced."""
        before = {name: getattr(kept, name) for name in self.plain}
        for name, value in before.items():
            if value in EMPTY and getattr(gone, name) not in EMPTY:
                setattr(kept, name, getattr(gone, name))
        self.settle(kept, gone)

    def bring_over(self, merging: Merging, *rows: tuple[type[Model], str]) -> None:
        """Rows follow. A profile that has no other beside it goes over as it is, and keeps its address."""
        kept, gone = self.of(merging.kept), self.of(merging.gone)
        if gone is None:
            return
        if kept is None:
            self.model._base_manager.filter(pk=gone.pk).update(organisation=merging.kept)
            return
        for model, name in rows:
            merging.move(model, name, kept, gone)
        merging.follow_subject(kept, gone)

    def fold(self, merging: Merging, kept: Any, gone: Any) -> None:
        """The two are one; what both said stays in the log."""
        merging.snapshots |= {"kept_profile": as_json(kept), "gone_profile": as_json(gone)}
        merging.gone_profile_id = gone.pk
        self.fill(kept, gone)
        kept.changed_at = clock.now()
        # A number belongs to one profile: the other lets go of it first.
        self.model._base_manager.filter(pk=gone.pk).update(**dict.fromkeys(self.numbers, ""))
        kept.save()
        for name in self.lists:
            getattr(kept, name).add(*getattr(gone, name).all())
        merging.nothing_left(gone)
        gone.delete()

    def opposed_numbers(self, kept: Any, gone: Any) -> list[str]:
        """« RNA W… et W… », for each register where both have a number, and not the same."""
        if kept is None or gone is None:
            return []
        pairs = [(name, getattr(kept, name), getattr(gone, name)) for name in self.numbers]
        return [
            f"{label_of(self.model, name)} {mine} et {theirs}"
            for name, mine, theirs in pairs
            if mine and theirs and mine != theirs
        ]

    def compared(self, kept: Any, gone: Any) -> list[Compared]:
        if kept is None or gone is None:
            return []
        after = self.model._base_manager.get(pk=kept.pk)
        self.fill(after, gone)
        lines = [_line(self.model, name, kept, gone, after) for name in self.plain]
        lines += [_gathered(self.model, name, kept, gone) for name in self.lists]
        return [line for line in lines if line.kept or line.gone]


_profiles: dict[str, Profiles] = {}


def register_profiles(kind: str, profiles: Profiles) -> None:
    """Called by the room above that owns the profiles of this kind of organisation."""
    _profiles[kind] = profiles


def profiles_of(kind: str) -> Profiles | None:
    return _profiles.get(kind)


def all_profiles() -> Iterable[Profiles]:
    return _profiles.values()


def compared_offices(kept: Organisation, gone: Organisation, after: Organisation) -> list[Compared]:
    return [_line(Organisation, name, kept, gone, after) for name in OFFICE]


def _line(model: type[Model], name: str, kept: Any, gone: Any, after: Any) -> Compared:
    return Compared(label_of(model, name), shown(kept, name), shown(gone, name), shown(after, name))


def _gathered(model: type[Model], name: str, kept: Any, gone: Any) -> Compared:
    mine, theirs = list(getattr(kept, name).all()), list(getattr(gone, name).all())
    both = mine + [each for each in theirs if each not in mine]
    return Compared(label_of(model, name), _joined(mine), _joined(theirs), _joined(both), is_list=True)


def label_of(model: type[Model], name: str) -> str:
    """The French name of a field, as a page begins a line with it."""
    text = str(getattr(model._meta.get_field(name), "verbose_name", name))
    return text[:1].upper() + text[1:]


def shown(row: Any, name: str) -> str:
    """What a row says in a field, in the words of the screen; empty when it says nothing."""
    field = row._meta.get_field(name)
    if isinstance(field, ForeignKey):
        return str(getattr(row, name) or "")
    if field.choices:
        return str(getattr(row, f"get_{name}_display")())
    value = getattr(row, name)
    if isinstance(value, bool):
        return "oui" if value else "non"
    if isinstance(value, list):
        return ", ".join(str(each) for each in value)
    if isinstance(value, datetime):
        return long_date(value)
    if isinstance(value, Decimal):
        return euros(value)
    return "" if value is None else str(value)


def _joined(entries: Iterable[Any]) -> str:
    return ", ".join(str(each) for each in entries)
