"""Where companies look for nobody: open needs that name a place, for a hundred associations settled there.

A need of a company whose door is closed counts nowhere: no association could answer it today.

A need open to the whole country names no place. It counts in none, and is told apart: adding the same number
everywhere would hide the differences that the map is for.
"""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from django.db.models import Count

from associations.models import Association
from companies.models import Need
from mecenova.pages.observatory.figures import NOWHERE, Place
from mecenova.reference.enums import LOCAL_LEVELS, TerritoryLevel

# Lower ends of the classes above nought, in needs for a hundred associations.
CLASSES = (0, 10, 25, 50)


@dataclass(frozen=True, slots=True)
class Ground:
    """One place: its open associations, the open needs that name it, what that makes for a hundred."""

    associations: int
    needs: int

    @property
    def per_hundred(self) -> float | None:
        return 100 * self.needs / self.associations if self.associations else None

    @property
    def rank(self) -> int:
        """The class of the map: 0 is a desert, then one more at each lower end."""
        ratio = self.per_hundred or 0
        return sum(ratio > 0 if start == 0 else ratio >= start for start in CLASSES)


@dataclass(frozen=True, slots=True)
class Deserts:
    """Grounds by département and by région; `nationwide` is the needs that name no place of France."""

    departments: Mapping[str, Ground]
    regions: Mapping[str, Ground]
    nationwide: int

    @property
    def associations(self) -> int:
        return sum(ground.associations for ground in self.regions.values())


def compute(places: Mapping[str, Place]) -> Deserts:
    """Two queries."""
    settled: Counter[str] = Counter()
    found = Association.objects.open_to_companies().values_list("organisation__department__code")
    for code, number in found.annotate(number=Count("pk")):
        settled[code or NOWHERE] += number
    here, around, nationwide = _needs(places)
    departments = {
        code: Ground(settled[code], len(here.get(code, set()) | around.get(place.region, set())))
        for code, place in places.items()
    }
    by_region: Counter[str] = Counter()
    needs_of: dict[str, set[object]] = {}
    for code, place in places.items():
        by_region[place.region] += settled[code]
        reached = here.get(code, set()) | around.get(place.region, set())
        needs_of[place.region] = needs_of.get(place.region, set()) | reached
    regions = {code: Ground(by_region[code], len(needs)) for code, needs in needs_of.items()}
    if settled[NOWHERE]:
        regions[NOWHERE] = Ground(settled[NOWHERE], 0)
    return Deserts(departments, regions, nationwide)


def _needs(
    places: Mapping[str, Place],
) -> tuple[dict[str, set[object]], dict[str, set[object]], int]:
    """Open needs by the département and by the région they name, and how many name neither."""
    here: dict[str, set[object]] = {}
    around: dict[str, set[object]] = {}
    named, seen = set(), set()
    lines: Iterable[tuple[object, str, str, str]] = Need.objects.answerable().values_list(
        "pk", "territories__code", "territories__level", "territories__parent__code"
    )
    for need, code, level, parent in lines:
        seen.add(need)
        place = parent if level == TerritoryLevel.COMMUNE else code
        if level == TerritoryLevel.REGION:
            around.setdefault(code, set()).add(need)
        elif level in {*LOCAL_LEVELS, TerritoryLevel.COMMUNE} and place in places:
            here.setdefault(place, set()).add(need)
        else:
            continue
        named.add(need)
    return here, around, len(seen - named)
