"""Territories by their codes alone, for work on many rows: the tree is read once per process and kept."""

import re
from dataclasses import dataclass, field

from mecenova.identifiers.names import department_code, fold
from mecenova.reference.data.territories import TERRITORY_ALIASES
from mecenova.reference.enums import LOCAL_LEVELS, TerritoryLevel
from mecenova.reference.models import Territory

# How near two places are when this is the narrowest territory that holds both.
_NEARNESS_OF_COMMON_GROUND: dict[str, float] = {
    TerritoryLevel.COMMUNE: 1.0,
    TerritoryLevel.DEPARTMENT: 0.9,
    TerritoryLevel.COLLECTIVITY: 0.9,
    TerritoryLevel.REGION: 0.7,
    TerritoryLevel.COUNTRY: 0.3,
    TerritoryLevel.INTERNATIONAL: 0.1,
}
_CODE_THEN_NAME = re.compile(r"(?P<code>\d\w{1,2})\s*[-–:]?\s+(?P<name>\D.*)")
_NAME_THEN_CODE = re.compile(r"(?P<name>.*?)\s*\((?P<code>\w+)\)")
_ARTICLE = re.compile(r"^(?:le|la|les|l) ")


@dataclass(frozen=True)
class _Tree:
    """Every territory as (level, code of the parent), and the labels that name one."""

    parents: dict[str, str | None] = field(default_factory=dict)
    levels: dict[str, str] = field(default_factory=dict)
    labels: dict[str, str] = field(default_factory=dict)
    lineages: dict[str, tuple[str, ...]] = field(default_factory=dict)


_kept: _Tree | None = None


def forget() -> None:
    """Read the tree again at the next question: to be called after territories were added."""
    global _kept
    _kept = None


def ancestors(code: str) -> tuple[str, ...]:
    """The codes of what contains this territory, from near to wide, itself left out; empty when unknown."""
    return _lineage(_tree(), code)[1:]


def contains(outer_code: str, inner_code: str) -> bool:
    """Whether the first territory holds the second. A known territory contains itself."""
    return outer_code in _lineage(_tree(), inner_code)


def closeness(a_code: str, b_code: str) -> float:
    """How near two territories are, from 0 (unknown, or nothing in common) to 1 (the same).

    Symmetric; depends on the narrowest territory that holds both: département 0.9, région 0.7, country 0.3.
    """
    tree = _tree()
    around_a, around_b = _lineage(tree, a_code), _lineage(tree, b_code)
    if a_code == b_code:
        return 1.0 if around_a else 0.0
    for code in around_a:
        if code in around_b:
            return _NEARNESS_OF_COMMON_GROUND[tree.levels[code]]
    return 0.0


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


def territory_from_label(text: str) -> Territory | None:
    """The territory that this text names, or None rather than a guess."""
    code = code_from_label(text)
    return Territory.objects.filter(code=code).first() if code else None


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
    rows = Territory.objects.order_by("order").values_list("code", "parent__code", "level", "name")
    for code, parent, level, name in rows:
        tree.parents[code] = parent
        tree.levels[code] = level
        if level == TerritoryLevel.COMMUNE:
            communes.setdefault(fold(name), []).append(code)
        elif level in LOCAL_LEVELS:  # Guadeloupe the département comes before Guadeloupe the région.
            tree.labels[fold(name)] = code
        else:
            tree.labels.setdefault(fold(name), code)
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
