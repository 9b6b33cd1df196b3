"""What another kind, another place or another cause would open, counted on the same rows."""

from collections.abc import Iterable
from dataclasses import dataclass

from matching.odds.cases import Case
from matching.odds.counts import Odds, Room, odds_in, rooms_of
from mecenova.reference.enums import LOCAL_LEVELS, Kind, TerritoryLevel
from mecenova.reference.models import Cause, Territory

# The best of each sort: a list that is read, not a catalogue.
KEPT_OF_A_SORT = 3

# « si vous cherchiez aussi … »
WITH_KIND = {
    Kind.FINANCIAL: "un soutien financier",
    Kind.IN_KIND: "des biens",
    Kind.SKILLS: "des compétences",
    Kind.VOLUNTEERING: "des bénévoles",
    Kind.CO_CONSTRUCTION: "un partenaire pour construire à plusieurs",
}


@dataclass(frozen=True, slots=True)
class Another:
    """One change, in words, and the room there would then be."""

    sort: str
    label: str
    room: Room
    more_companies: int
    more_needs: int


@dataclass(frozen=True, slots=True)
class _Change:
    sort: str
    label: str
    case: Case


def what_if(case: Case, place: Territory | None) -> tuple[Odds, list[Another]]:
    """The odds of a case, and the changes that would open something, those that open most first; nothing is
    narrowed to find them. `place` is that around which others are looked for: the office, when the case has
    several.

    At most three kinds, three places (all of France, the région, départements near by) and three causes.
    Five queries, whatever the number of changes looked at.
    """
    changes = [*_kinds(case), *_places(case, place), *_causes(case)]
    now, *rooms = rooms_of([case, *(change.case for change in changes)])
    found = [
        Another(
            change.sort,
            change.label,
            room,
            max(0, room.companies - now.companies),
            max(0, room.needs - now.needs),
        )
        for change, room in zip(changes, rooms, strict=True)
    ]
    best = [
        another
        for sort in ("kind", "place", "cause")
        for another in _best(one for one in found if one.sort == sort)
    ]
    return odds_in(now, case), best


def _best(found: Iterable[Another]) -> list[Another]:
    opening = [one for one in found if one.more_companies or one.more_needs]
    return sorted(opening, key=lambda one: (-one.more_companies, -one.more_needs))[:KEPT_OF_A_SORT]


def _kinds(case: Case) -> list[_Change]:
    """Only for somebody who has chosen: any kind cannot be widened."""
    if not case.kinds:
        return []
    others = [kind for kind in Kind if kind not in case.kinds]
    return [
        _Change("kind", f"Si vous cherchiez aussi {WITH_KIND[kind]}", case.with_kind(kind)) for kind in others
    ]


def _places(case: Case, place: Territory | None) -> list[_Change]:
    """Wider than the case or beside it, around this place: never where it is already."""
    if case.here is None:
        return []
    found = [_Change("place", "Si vous agissiez dans toute la France", case.with_place(Case()))]
    region = place.parent if place and place.parent and place.parent.level == TerritoryLevel.REGION else None
    if region is None or region.pk in case.here:
        return found
    near = list(Territory.objects.filter(parent=region, level__in=LOCAL_LEVELS))
    inside = frozenset({region.pk, *(each.pk for each in near)})
    country = {region.parent_id} if region.parent_id else set()
    return [
        *found,
        _Change(
            "place",
            f"Si vous agissiez dans toute la région ({region})",
            case.with_place(Case(here=inside, around=inside | country)),
        ),
        *(
            _Change(
                "place",
                f"Si vous agissiez aussi dans ce département voisin\u00a0: {other}",
                case.with_place(Case(here=frozenset({other.pk}), around=frozenset({other.pk}))),
            )
            for other in near
            if other.pk not in case.here
        ),
    ]


def _causes(case: Case) -> list[_Change]:
    """Causes near one of its own."""
    near = Cause.objects.filter(related__in=case.causes).exclude(pk__in=case.causes).distinct()
    return [
        _Change("cause", f"Si une cause proche est aussi la vôtre\u00a0: {cause}", case.with_cause(cause.pk))
        for cause in (near if case.causes else ())
    ]
