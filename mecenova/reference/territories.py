"""Territories by their codes alone, for work on many rows: the tree is read once per process and kept."""

import re
from collections.abc import Collection, Iterable
from dataclasses import dataclass, field

from mecenova.identifiers.names import department_code, fold
from mecenova.reference.data.territories import TERRITORY_ALIASES
from mecenova.reference.enums import LOCAL_LEVELS, TerritoryLevel
from mecenova.reference.models import Territory

_CODE_THEN_NAME = re.compile(r"(?P<code>\d\w{1,2})\s*[-–:]?\s+(?P<name>\D.*)")
_NAME_THEN_CODE = re.compile(r"(?P<name>.*?)\s*\((?P<code>\w+)\)")
_ARTICLE = re.compile(r"^(?:le|la|les|l) ")


@dataclass(frozen=True)
class _Tree:
    """Every territory with the code of its parent, what each contains, and the labels that name one."""

    parents: dict[str, str | None] = field(default_factory=dict)
    inside: dict[str, set[str]] = field(default_factory=dict)
    labels: dict[str, str] = field(default_factory=dict)
    lineages: dict[str, tuple[str, ...]] = field(default_factory=dict)


_kept: _Tree | None = None


def forget() -> None:
    """Read the tree again at the next question. Of this process alone: the others do when they start."""
    global _kept
    _kept = None


def ancestors(code: str) -> tuple[str, ...]:
    """The codes of what contains this territory, from near to wide, itself left out; empty when unknown."""
    return _lineage(_tree(), code)[1:]


def inside(codes: Iterable[str]) -> frozenset[str]:
    """The codes of what any of these contains, communes left out: they are too many."""
    return frozenset().union(*(_tree().inside.get(code, ()) for code in codes))


def reach(codes: Collection[str]) -> frozenset[str]:
    """Where somebody who acts in these places may be met: each, what contains it and what it contains.

    A company that gives in one département suits whoever acts in the whole région.
    """
    return inside(codes).union(codes, *map(ancestors, codes))


def code_from_label(text: str) -> str | None:
    """The code of the territory this text names: « 69 », « Rhône », « Rhône (69) », « 69003 », « France »."""
    tree = _tree()
    found = _named(tree, text)
    both = _CODE_THEN_NAME.fullmatch(text.strip()) or _NAME_THEN_CODE.fullmatch(text.strip())
    if found is None and both:
        coded, named = _named(tree, both["code"]), _named(tree, both["name"])
        agree = coded and named and (named in _lineage(tree, coded) or coded in _lineage(tree, named))
        return coded if agree else None
    if found is None and (department := department_code(text)):
        return _named(tree, department)
    return found


def _named(tree: _Tree, text: str) -> str | None:
    label = re.sub(r"\bst\b", "saint", fold(text))
    return tree.labels.get(label) or tree.labels.get(_ARTICLE.sub("", label))


def _tree() -> _Tree:
    """An empty table is not kept: it will soon be filled."""
    global _kept
    if _kept is None:
        tree = _read()
        if tree.parents:
            _kept = tree
        return tree
    return _kept


def _read() -> _Tree:
    tree = _Tree()
    communes: dict[str, list[str]] = {}
    levels: dict[str, str] = {}
    rows = Territory.objects.order_by("order").values_list("code", "parent__code", "level", "name")
    for code, parent, level, name in rows:
        tree.parents[code] = parent
        levels[code] = level
        if level == TerritoryLevel.COMMUNE:
            communes.setdefault(fold(name), []).append(code)
        elif level in LOCAL_LEVELS:  # Guadeloupe the département comes before Guadeloupe the région.
            tree.labels[fold(name)] = code
        else:
            tree.labels.setdefault(fold(name), code)
    for code, level in levels.items():
        if level != TerritoryLevel.COMMUNE:
            for above in _lineage(tree, code)[1:]:
                tree.inside.setdefault(above, set()).add(code)
    for label, codes in communes.items():
        if len(codes) == 1:
            tree.labels.setdefault(label, codes[0])
    for alias, code in TERRITORY_ALIASES.items():
        if code in tree.parents:
            tree.labels.setdefault(alias, code)
    for code in tree.parents:
        tree.labels[fold(code)] = code
        if re.fullmatch(r"0\d", code):  # Spreadsheets eat the zero of « 01 ».
            tree.labels[code[1]] = code
    return tree


def _lineage(tree: _Tree, code: str) -> tuple[str, ...]:
    known = tree.lineages.get(code)
    if known is None:
        found: list[str] = []
        current: str | None = code
        while current in tree.parents and current not in found:
            found.append(current)
            current = tree.parents[current]
        known = tuple(found)
        if found:
            tree.lineages[code] = known
    return known
