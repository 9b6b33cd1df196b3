"""Of whom odds are counted: causes, places and kinds. What is not given leaves nobody out."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Self

from associations.models import Ask, Association, Project
from mecenova.reference.enums import Kind, TerritoryLevel
from mecenova.reference.models import Territory
from mecenova.reference.territories import ancestors


@dataclass(frozen=True, slots=True)
class Case:
    """Row ids of causes; places where an association acts, and those that a company may name to mean them.

    `here` and `around` are None for all of France. `kinds` are values of Kind, empty for any.
    """

    causes: frozenset[int] = frozenset()
    here: frozenset[int] | None = None
    around: frozenset[int] | None = None
    kinds: frozenset[str] = frozenset()

    def with_cause(self, cause: int) -> Self:
        return replace(self, causes=self.causes | {cause})

    def with_kind(self, kind: str) -> Self:
        return replace(self, kinds=self.kinds | {kind})

    def with_place(self, other: "Case") -> Self:
        """There as well: nothing to add to all of France."""
        if self.here is None or other.here is None or self.around is None or other.around is None:
            return replace(self, here=None, around=None)
        return replace(self, here=self.here | other.here, around=self.around | other.around)


def case_of(cause_ids: Iterable[int] = (), place: Territory | None = None, kinds: Iterable[str] = ()) -> Case:
    """The case of somebody at this place: a département, a région with what lies within it, or France."""
    case = Case(causes=frozenset(cause_ids), kinds=frozenset(kinds))
    if place is None or place.level == TerritoryLevel.COUNTRY:
        return case
    here = {place.pk}
    if place.level == TerritoryLevel.REGION:
        here |= set(Territory.objects.filter(parent=place).values_list("pk", flat=True))
    wider = Territory.objects.filter(code__in=ancestors(place.code)).values_list("pk", flat=True)
    return replace(case, here=frozenset(here), around=frozenset({*here, *wider}))


def case_of_association(association: Association) -> Case:
    """Its causes, its office's département, and the kinds that it accepts: those its published projects ask
    for, any when there is none, never one it refuses."""
    projects = Project.objects.proposed().filter(association=association)
    asked = set(Ask.objects.filter(project__in=projects).order_by().values_list("kind", flat=True))
    kinds = (asked or set(Kind.values)) - set(association.refused_kinds)
    return case_of(
        association.causes.values_list("pk", flat=True),
        association.organisation.department,
        () if kinds == set(Kind.values) else kinds,
    )
