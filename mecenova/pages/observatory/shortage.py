"""How many companies are missing, so that every eligible association is presented once in ninety days.

An association counts once: a third of a place a month, shared between its causes. A company's places of a
month count once: shared between its causes, or between the départements it covers, in proportion to the
associations there. What is missing is told in companies that would look at as many as the median one.
"""

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from math import ceil
from statistics import median
from uuid import UUID

from django.db.models import Count, QuerySet

from associations.models import Association
from companies.models import Company, Policy
from companies.models.company import DEFAULT_MONTHLY_CAPACITY
from mecenova.pages.observatory.deserts import Deserts
from mecenova.pages.observatory.figures import ATTENTION, NOWHERE, Figures, Place
from mecenova.pages.observatory.hiding import Wider, shown
from mecenova.pages.observatory.tables import PLACES, Line, Table, percentages
from mecenova.reference.enums import TerritoryLevel
from mecenova.ui.figures import integer

DAYS_OF_A_MONTH = 30
MONTHS = ATTENTION.days / DAYS_OF_A_MONTH
# A sum of shares that differs from a whole number by less is that number.
ROUNDING = 1e-6


@dataclass(frozen=True, slots=True)
class Gap:
    """One group: eligible associations, the places a month they need, those there."""

    associations: int
    wanted: float
    there: float
    capacity: float

    @property
    def companies(self) -> int:
        """Companies missing, of the median capacity."""
        missing = (self.wanted - self.there) / self.capacity
        return max(0, ceil(missing - ROUNDING))


@dataclass(frozen=True, slots=True)
class Shortage:
    total: Gap
    causes: Mapping[str, Gap]
    regions: Mapping[str, Gap]
    departments: Mapping[str, Gap]
    # Of each cause, all that are open, complete or not: everybody reads it beside their odds.
    open_causes: Mapping[str, int]


@dataclass(frozen=True, slots=True)
class _Giver:
    """A company's places a month, its causes, and the départements it covers; None where it names no place,
    which is all of France."""

    places: int
    causes: frozenset[str]
    departments: frozenset[str] | None


def compute(places: Mapping[str, Place]) -> Shortage:
    """Seven queries."""
    eligible = Association.objects.open_to_companies().complete().order_by()
    settled: Counter[str] = Counter()
    for code, number in eligible.values_list("organisation__department__code").annotate(number=Count("pk")):
        settled[code or NOWHERE] += number
    linked, parts = _by_cause(eligible)
    givers = _givers(places)
    typical = median([giver.places for giver in givers]) if givers else DEFAULT_MONTHLY_CAPACITY
    of_causes = _spread(((giver.places, giver.causes) for giver in givers), parts)
    of_places = _spread(((giver.places, _reached(giver, settled)) for giver in givers), settled)
    departments = {
        code: Gap(settled[code], settled[code] / MONTHS, of_places[code], typical)
        for code in (*places, NOWHERE)
    }
    regions: dict[str, list[Gap]] = defaultdict(list)
    for code, gap in departments.items():
        regions[places[code].region if code else NOWHERE].append(gap)
    everybody, given = settled.total(), sum(giver.places for giver in givers)
    return Shortage(
        Gap(everybody, everybody / MONTHS, given, typical),
        {slug: Gap(linked[slug], parts[slug] / MONTHS, of_causes[slug], typical) for slug in linked},
        {key: _together(gaps) for key, gaps in regions.items()},
        departments,
        _open_by_cause(),
    )


def tables(
    figures: Figures, found: Shortage, grounds: Deserts, deserts: Table, *, whole: bool
) -> tuple[Table, Table]:
    """By cause, then by région with its départements. Places are the team's: few would betray a capacity.

    `deserts` is the table of the map, which counts associations that are not complete too. So do the odds of
    a cause: no line subtracts from them to a handful.
    """
    counts = {key: (gap.associations,) for key, gap in found.causes.items()}
    total = (found.total.associations,)
    wider = Wider(grounds.associations, found.open_causes, found.open_causes)
    clear = set(counts) if whole else shown(total, counts, overlap=True, within=wider)
    order = sorted(
        (key for key in figures.causes if key in clear), key=lambda key: -found.causes[key].companies
    )
    causes = [(key, figures.causes[key], found.causes[key], False) for key in order]
    unseen = [name for key, name in figures.causes.items() if key not in clear]
    return (
        _table("manque-cause", "par cause", ("Cause",), causes, unseen, whole=whole),
        _by_place(figures, found, grounds, deserts, whole=whole),
    )


def _by_place(figures: Figures, found: Shortage, grounds: Deserts, deserts: Table, *, whole: bool) -> Table:
    counts = {key: (gap.associations,) for key, gap in found.regions.items()}
    visible = {key for key, (number,) in counts.items() if number}
    if not whole:
        open_there = {key: ground.associations for key, ground in grounds.regions.items()}
        wider = Wider(grounds.associations, open_there, deserts.keys())
        visible = shown((found.total.associations,), counts, within=wider)
    names = {**figures.regions, NOWHERE: "Siège non renseigné"}
    chosen = []
    for key in sorted(visible, key=lambda key: (-found.regions[key].companies, names[key])):
        chosen.append((key, names[key], found.regions[key], False))
        inside = {place.code: (found.departments[place.code].associations,) for place in figures.inside(key)}
        clear = {code for code, (number,) in inside.items() if number}
        if not whole:
            open_there = {code: grounds.departments[code].associations for code in inside}
            wider = Wider(grounds.regions[key].associations, open_there, deserts.keys(inside=True))
            clear = shown(counts[key], inside, within=wider)
        chosen += [
            (place.code, place.name, found.departments[place.code], True)
            for place in figures.inside(key)
            if place.code in clear
        ]
    unseen = [name for key, name in names.items() if key not in visible and (key or counts.get(key) != (0,))]
    return _table("manque-territoire", "par territoire", PLACES, chosen, unseen, whole=whole)


def _table(
    slug: str,
    side: str,
    names: tuple[str, ...],
    chosen: Sequence[tuple[str, str, Gap, bool]],
    unseen: Sequence[str],
    *,
    whole: bool,
) -> Table:
    columns: tuple[str, ...] = ("Associations", "Il en manque")
    if whole:
        columns = ("Associations", "Places voulues par mois", "Places offertes", "Il en manque")
    widest = max((gap.companies for _, _, gap, _ in chosen), default=0)
    bars = percentages([gap.companies for _, _, gap, _ in chosen], widest)
    return Table(
        slug,
        f"Entreprises manquantes, {side}",
        columns,
        (*names, *columns),
        tuple(_line(*each, bar, whole=whole) for each, bar in zip(chosen, bars, strict=True)),
        tuple(unseen),
    )


def _line(key: str, name: str, gap: Gap, inside: bool, bar: int | None, *, whole: bool) -> Line:
    cells: tuple[str, ...] = (integer(gap.associations), integer(gap.companies))
    values: tuple[object, ...] = (gap.associations, gap.companies)
    if whole:
        places = (gap.wanted, gap.there)
        cells = (cells[0], *(integer(round(each)) for each in places), cells[1])
        values = (gap.associations, *places, gap.companies)
    return Line(key, name, cells, values, bar, None, inside)


def _together(gaps: Sequence[Gap]) -> Gap:
    return Gap(
        sum(gap.associations for gap in gaps),
        sum(gap.wanted for gap in gaps),
        sum(gap.there for gap in gaps),
        gaps[0].capacity,
    )


def _open_by_cause() -> dict[str, int]:
    rows = Association.causes.through.objects.filter(
        association__in=Association.objects.open_to_companies().order_by().values("pk")
    )
    return dict(rows.order_by().values_list("cause__slug").annotate(number=Count("pk")))


def _by_cause(eligible: "QuerySet[Association]") -> tuple[Counter[str], dict[str, float]]:
    """By cause, how many associations say it, and how many they make when each counts once."""
    causes: dict[UUID, list[str]] = defaultdict(list)
    rows = Association.causes.through.objects.filter(association__in=eligible.values("pk"))
    for association, slug in rows.values_list("association_id", "cause__slug").iterator():
        causes[association].append(slug)
    linked: Counter[str] = Counter()
    parts: dict[str, float] = defaultdict(float)
    for slugs in causes.values():
        for slug in slugs:
            linked[slug] += 1
            parts[slug] += 1 / len(slugs)
    return linked, parts


def _givers(places: Mapping[str, Place]) -> list[_Giver]:
    """Companies that look at associations; a policy that names no place covers all of France."""
    policies = Policy.objects.filter(company__in=Company.objects.with_an_open_door().values("pk"))
    keys = policies.order_by().values("pk")
    causes: dict[UUID, set[str]] = defaultdict(set)
    for key, slug in Policy.causes.through.objects.filter(policy__in=keys).values_list(
        "policy", "cause__slug"
    ):
        causes[key].add(slug)
    covered: dict[UUID, set[str]] = {}
    rows = Policy.territories.through.objects.filter(policy__in=keys)
    for key, code, level, parent in rows.values_list(
        "policy", "territory__code", "territory__level", "territory__parent__code"
    ):
        covered.setdefault(key, set()).update(_covered(code, level, parent, places))
    return [
        _Giver(number, frozenset(causes[key]), frozenset(covered[key]) if key in covered else None)
        for key, number in policies.order_by().values_list("pk", "monthly_capacity")
    ]


def _reached(giver: _Giver, settled: Mapping[str, int]) -> Collection[str]:
    return settled.keys() if giver.departments is None else giver.departments


def _covered(code: str, level: str, parent: str | None, places: Mapping[str, Place]) -> set[str]:
    """The départements that a territory is or holds, or that holds it; « International » is none."""
    if level == TerritoryLevel.COUNTRY:
        return set(places)
    if level == TerritoryLevel.REGION:
        return {place.code for place in places.values() if place.region == code}
    return {found for found in (code, parent or "") if found in places}


def _spread(givers: Iterable[tuple[int, Collection[str]]], weights: Mapping[str, float]) -> dict[str, float]:
    """Each giver's places between its groups, in proportion to who is there; where nobody is, none."""
    found: dict[str, float] = defaultdict(float)
    for number, groups in givers:
        there = {key: weights[key] for key in groups if weights.get(key)}
        total = sum(there.values())
        for key, weight in there.items():
            found[key] += number * weight / total
    return found
