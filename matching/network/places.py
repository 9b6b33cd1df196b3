"""Causes and territories, by slug and code."""

from collections import defaultdict
from sys import intern

from mecenova.reference.enums import TerritoryLevel
from mecenova.reference.models import Cause, Skill, Territory


class Places:
    """Territories and all that contains each."""

    def __init__(self) -> None:
        rows = list(
            Territory.objects.exclude(level=TerritoryLevel.COMMUNE).values_list(
                "code", "name", "parent__code"
            )
        )
        self.names = {code: name for code, name, _ in rows}
        self._parents: dict[str, str | None] = {code: parent for code, _, parent in rows}

    def lineage(self, code: str) -> frozenset[str]:
        if code not in self._parents:
            self._parents[code] = (
                Territory.objects.filter(code=code).values_list("parent__code", flat=True).first()
            )
        found: set[str] = set()
        step: str | None = code
        while step and step not in found:
            found.add(intern(step))
            step = self._parents.get(step)
        return frozenset(found)


def cause_names() -> dict[str, str]:
    return dict(Cause.objects.values_list("slug", "name"))


def skill_names() -> dict[str, str]:
    return dict(Skill.objects.values_list("slug", "name"))


def related_causes() -> dict[str, frozenset[str]]:
    found: dict[str, set[str]] = defaultdict(set)
    for slug, near in Cause.objects.filter(related__isnull=False).values_list("slug", "related__slug"):
        found[slug].add(near)
    return {slug: frozenset(near) for slug, near in found.items()}
