"""The figures of any number of cases: one query for all, one more for the waits of one."""

import json
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from datetime import timedelta
from importlib.resources import files
from typing import Any

from django.db import connection
from django.db.models import (
    Aggregate,
    Count,
    DurationField,
    ExpressionWrapper,
    F,
    FloatField,
    OuterRef,
    Q,
    QuerySet,
    Subquery,
)
from django.db.models.functions import Extract

from associations.models import Ask, Association, Project
from companies.models import Company, Policy
from companies.models.company import CompanyQuerySet
from matching.models import Suggestion
from matching.odds.cases import Case, case_of
from mecenova.calendar import clock

# With fewer than this a median would be a rumour, and a ratio a false precision.
ENOUGH = 5
LOOK_BACK = timedelta(days=365)
DAY = 86400
_ROOMS = files("matching.odds").joinpath("rooms.sql").read_text("utf-8")
NOBODY = Q(pk__in=())


def tells_places(companies: int) -> bool:
    """Of none, that there is no place; of a handful, places would betray what each of them said."""
    return companies == 0 or companies >= ENOUGH


@dataclass(frozen=True, slots=True)
class Room:
    """Who is there, and how many associations companies can look at: this month, and still."""

    associations: int
    companies: int
    needs: int
    places_this_month: int
    places_left: int

    @property
    def is_small(self) -> bool:
        """Too few associations to divide by anything."""
        return 0 < self.associations < ENOUGH

    @property
    def tells_places(self) -> bool:
        """Whether enough companies share them: what one of them can look at is its own to know."""
        return tells_places(self.companies)

    @property
    def associations_per_place(self) -> float | None:
        """How many associations there are for one place a month, never rounded down to one for each.

        None without a place, or of a handful.
        """
        if not self.places_this_month or self.is_small or not self.tells_places:
            return None
        return -(-10 * self.associations // self.places_this_month) / 10

    @property
    def has_a_place_for_each(self) -> bool:
        """On paper: a company looks only at those that answer its needs."""
        return self.associations <= self.places_this_month

    @property
    def months_to_see_all(self) -> int | None:
        """In how many months companies would have looked at each association once, at this pace."""
        if not self.places_this_month or not self.tells_places:
            return None
        return -(-self.associations // self.places_this_month)


@dataclass(frozen=True, slots=True)
class Odds(Room):
    """`median_wait_days` is of those first presented in the last year, None when fewer than five were:
    « pas encore assez de recul ». `never_presented` still wait for their first time."""

    median_wait_days: int | None
    never_presented: int

    @property
    def tells_who_waits(self) -> bool:
        return self.never_presented >= ENOUGH


class Half(Aggregate):
    """The median of an expression; None of nothing."""

    function = "PERCENTILE_CONT"
    template = "%(function)s(0.5) WITHIN GROUP (ORDER BY %(expressions)s)"
    name = "Half"
    output_field = FloatField()


def odds(*, cause_ids: Iterable[int] = ()) -> Odds:
    """The odds for these causes; nothing given means the whole network."""
    return odds_of(case_of(cause_ids))


def odds_of(case: Case) -> Odds:
    return odds_in(rooms_of([case])[0], case)


def odds_in(room: Room, case: Case) -> Odds:
    """The odds of a case whose room has been counted."""
    half, never = _waits(case)
    return Odds(**asdict(room), median_wait_days=half, never_presented=never)


def rooms_of(cases: Sequence[Case]) -> list[Room]:
    """Each case in its order; one query for them all."""
    if not cases:
        return []
    today = clock.today()
    told = [
        {
            "number": number,
            "causes": sorted(case.causes) or None,
            "here": None if case.here is None else sorted(case.here),
            "around": None if case.around is None else sorted(case.around),
            "kinds": sorted(case.kinds) or None,
        }
        for number, case in enumerate(cases)
    ]
    values: dict[str, Any] = {
        "cases": json.dumps(told),
        "any_cause": not all(case.causes for case in cases),
        "anywhere": any(case.here is None or case.around is None for case in cases),
        "today": today,
        "month": today.replace(day=1),
    }
    with connection.cursor() as cursor:
        cursor.execute(_ROOMS, values)
        return [Room(*map(int, counts)) for counts in cursor.fetchall()]


def associations_of(case: Case) -> "QuerySet[Association]":
    """Those open to companies that this case counts."""
    return Association.objects.open_to_companies().filter(_of_association(case))


def companies_of(case: Case) -> CompanyQuerySet:
    """Those with places to give that this case counts."""
    return Company.objects.with_an_open_door().filter(_of_company(case))


def _of_association(case: Case) -> Q:
    found = Q()
    if case.causes:
        linked = Association.causes.through.objects.filter(cause__in=case.causes)
        found &= Q(pk__in=linked.values("association"))
    if case.here is not None:
        acting = Association.territories.through.objects.filter(territory__in=case.here)
        found &= Q(organisation__department__in=case.here) | Q(pk__in=acting.values("association"))
    if case.kinds:
        accepted = NOBODY
        for kind in sorted(case.kinds):
            accepted |= ~Q(refused_kinds__contains=[kind]) & Q(pk__in=_asking(kind))
        silent = ~Q(refused_kinds__contains=sorted(case.kinds)) & ~Q(pk__in=_asking())
        found &= accepted | silent
    return found


def _asking(kind: str | None = None) -> Any:
    """Associations whose published projects ask for this kind, or for anything."""
    asks = Ask.objects.order_by().filter(project__in=Project.objects.proposed().order_by().values("pk"))
    return (asks.filter(kind=kind) if kind else asks).values("project__association")


def _of_company(case: Case) -> Q:
    found = Q()
    if case.causes:
        linked = Policy.causes.through.objects.filter(cause__in=case.causes)
        found &= Q(pk__in=linked.values("policy"))
    if case.around is not None:
        named = Policy.territories.through.objects.filter(territory__in=case.around)
        found &= Q(pk__in=named.values("policy"))
    if case.kinds:
        found &= Q(policy__kinds__overlap=sorted(case.kinds))
    return found


def _waits(case: Case) -> tuple[int | None, int]:
    """The median number of days from the check to the first presentation, over the last year's, and how many
    were never presented."""
    seen = Suggestion.objects.filter(association=OuterRef("pk")).order_by("presented_at")
    rows = associations_of(case).order_by()
    waited = ExpressionWrapper(F("first") - F("organisation__checked_at"), output_field=DurationField())
    recent = Q(first__gte=clock.now() - LOOK_BACK, organisation__checked_at__isnull=False)
    found = rows.annotate(first=Subquery(seen.values("presented_at")[:1])).aggregate(
        half=Half(Extract(waited, "epoch"), filter=recent),
        told=Count("pk", filter=recent),
        never=Count("pk", filter=Q(first__isnull=True)),
    )
    half = max(0, int(found["half"] // DAY)) if found["told"] >= ENOUGH else None
    return half, found["never"]
