"""Of whom odds are counted: causes, places and kinds. What is not given leaves nobody out."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass, replace
from typing import Self

from django.db.models import Q

from associations.models import Ask, Association, Project
from mecenova.reference.enums import Kind, TerritoryLevel
from mecenova.reference.models import Territory
from mecenova.reference.territories import inside, reach


@dataclass(frozen=True, slots=True)
class Case:
    """Row ids of causes; places where an association acts, and those that a company may name to mean them.

    `here` and `around` are None for all of France. `kinds` are values of Kind, empty for any.
    """

    causes: frozenset[int] = frozenset()
    here: frozenset[int] | None = None
    around: frozenset[int] | None = None
    kinds: frozenset[str] = frozenset()

    @property
    def is_nationwide(self) -> bool:
        """Counted in all of France: it says so, or no place is known."""
        return self.here is None

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
    return _case_at(cause_ids, [place] if place else [], kinds)


def case_of_association(association: Association, places: Collection[Territory]) -> Case:
    """Its causes, the places where it acts (`places_of`), and the kinds that it accepts: those its published
    projects ask for, any when there is none, never one it refuses."""
    projects = Project.objects.proposed().filter(association=association)
    asked = set(Ask.objects.filter(project__in=projects).order_by().values_list("kind", flat=True))
    kinds = (asked or set(Kind.values)) - set(association.refused_kinds)
    return _case_at(
        [cause.pk for cause in association.causes.all()],
        places,
        () if kinds == set(Kind.values) else kinds,
    )


def places_of(association: Association) -> list[Territory]:
    """Where a round sees it act: its office, and what it and its published projects name."""
    projects = Project.objects.proposed().filter(association=association).order_by()
    office = Q(pk=association.organisation.department_id)
    named = Q(pk__in=association.territories.values("pk")) | Q(pk__in=projects.values("territories"))
    return list(Territory.objects.filter(office | named))


def _case_at(cause_ids: Iterable[int], places: Collection[Territory], kinds: Iterable[str]) -> Case:
    """At all of these places together; no place leaves nobody out. One query, however many there are."""
    case = Case(causes=frozenset(cause_ids), kinds=frozenset(kinds))
    if not places or any(place.level == TerritoryLevel.COUNTRY for place in places):
        return case
    codes = {place.code for place in places}
    acting = codes | inside(codes)
    around = dict(Territory.objects.filter(code__in=reach(codes)).values_list("pk", "code"))
    here = frozenset(key for key, code in around.items() if code in acting)
    return replace(case, here=here, around=frozenset(around))
