"""Honest odds: how many associations wait for how many places, counted and never embellished."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import timedelta
from statistics import median

from django.db.models import Count, Min, Q, QuerySet, Sum

from associations.models import Association
from companies.models import Company, Need, Policy
from matching.models import Suggestion
from mecenova.calendar import clock
from mecenova.reference.models import Cause, Territory
from partnerships.models import AttentionMonth

# With fewer presentations than this, a median would be a rumour.
ENOUGH_PRESENTED = 5
LOOK_BACK = timedelta(days=365)


@dataclass(frozen=True, slots=True)
class Odds:
    """`median_wait_days` is None when too few were presented yet: « pas encore assez de recul »."""

    associations: int
    companies: int
    needs: int
    places_this_month: int
    places_left: int
    median_wait_days: int | None

    @property
    def associations_per_place(self) -> float | None:
        """How many associations there are for one place a month; None when there is no place."""
        return round(self.associations / self.places_this_month, 1) if self.places_this_month else None

    @property
    def months_to_see_all(self) -> int | None:
        """In how many months companies would have looked at each association once, at this pace."""
        return -(-self.associations // self.places_this_month) if self.places_this_month else None


def odds(
    *, cause_ids: Iterable[int] = (), department: Territory | None = None, kind: str | None = None
) -> Odds:
    """The odds for these causes, this département and this kind; nothing given means the whole network."""
    causes = list(cause_ids)
    companies = _companies(causes, department, kind)
    total, spent = _places(companies)
    return Odds(
        associations=_associations(causes, department, kind).count(),
        companies=companies.count(),
        needs=_needs(causes, department, kind).count(),
        places_this_month=total,
        places_left=max(0, total - spent),
        median_wait_days=_median_wait(causes, department),
    )


def odds_for(association: Association) -> Odds:
    """The odds of one association: its causes, its office's département, any kind it does not refuse."""
    return odds(
        cause_ids=association.causes.values_list("pk", flat=True),
        department=association.organisation.department,
    )


def _associations(
    causes: list[int], department: Territory | None, kind: str | None
) -> "QuerySet[Association]":
    found = Association.objects.open_to_companies()
    if causes:
        found = found.filter(
            pk__in=Association.causes.through.objects.filter(cause__in=causes).values("association")
        )
    if department is not None:
        found = found.filter(
            Q(organisation__department=department)
            | Q(
                pk__in=Association.territories.through.objects.filter(territory=department).values(
                    "association"
                )
            )
        )
    if kind:
        found = found.exclude(refused_kinds__contains=[kind])
    return found


def _companies(causes: list[int], department: Territory | None, kind: str | None) -> "QuerySet[Company]":
    places = _lineage(department) if department is not None else None
    return companies_for(causes, places, [kind] if kind else [])


def companies_for(
    cause_ids: Iterable[int], place_ids: Iterable[int] | None, kinds: Iterable[str]
) -> "QuerySet[Company]":
    """Companies with places to give that support one of these causes, there, under one of these kinds.

    What is not given excludes nobody; no place at all (an empty list) is nowhere.
    """
    found = Company.objects.checked().filter(policy__monthly_capacity__gt=0)
    causes, wanted = list(cause_ids), list(kinds)
    if causes:
        found = found.filter(policy__causes__in=causes)
    if place_ids is not None:
        found = found.filter(policy__territories__in=list(place_ids))
    if wanted:
        found = found.filter(policy__kinds__overlap=wanted)
    return found.distinct()


def _needs(causes: list[int], department: Territory | None, kind: str | None) -> "QuerySet[Need]":
    found = Need.objects.current()
    if causes:
        found = found.filter(causes__in=causes)
    if department is not None:
        found = found.filter(Q(territories__in=_lineage(department)) | Q(territories__isnull=True))
    if kind:
        found = found.filter(kind=kind)
    return found.distinct()


def _lineage(department: Territory) -> list[int]:
    return list(Territory.objects.containing(department).values_list("pk", flat=True))


def _places(companies: "QuerySet[Company]") -> tuple[int, int]:
    keys = list(companies.values_list("pk", flat=True))
    total = Company.objects.filter(pk__in=keys).aggregate(total=Sum("policy__monthly_capacity"))["total"] or 0
    month = clock.today().replace(day=1)
    spent = (
        AttentionMonth.objects.filter(company__in=keys, month=month).aggregate(total=Sum("spent"))["total"]
        or 0
    )
    return total, spent


def _median_wait(causes: list[int], department: Territory | None) -> int | None:
    """Days from the check of an association to its first presentation, over the last year."""
    presented = Suggestion.objects.filter(presented_at__gte=clock.now() - LOOK_BACK)
    if causes:
        of_causes = Association.causes.through.objects.filter(cause__in=causes).values("association")
        presented = presented.filter(association__in=of_causes)
    if department is not None:
        presented = presented.filter(association__organisation__department=department)
    first = (
        presented.filter(association__organisation__checked_at__isnull=False)
        .order_by()
        .values("association", "association__organisation__checked_at")
        .annotate(first=Min("presented_at"))
    )
    waits = [max(0, (row["first"] - row["association__organisation__checked_at"]).days) for row in first]
    return round(median(waits)) if len(waits) >= ENOUGH_PRESENTED else None


@dataclass(frozen=True, slots=True)
class CauseOdds:
    """One line of the public table."""

    cause: Cause
    associations: int
    companies: int
    needs: int

    @property
    def associations_per_company(self) -> float | None:
        return round(self.associations / self.companies, 1) if self.companies else None


def odds_by_cause() -> list[CauseOdds]:
    """Every cause in order, in four queries whatever their number."""
    associations = _count_by_cause(
        Association.causes.through.objects.filter(
            association__in=Association.objects.open_to_companies().values("pk")
        ),
        "association",
    )
    policies = Company.objects.checked().filter(policy__monthly_capacity__gt=0).values("pk")
    companies = _count_by_cause(Policy.causes.through.objects.filter(policy__in=policies), "policy")
    needs = _count_by_cause(
        Need.causes.through.objects.filter(need__in=Need.objects.current().values("pk")), "need"
    )
    return [
        CauseOdds(cause, associations.get(cause.pk, 0), companies.get(cause.pk, 0), needs.get(cause.pk, 0))
        for cause in Cause.objects.all()
    ]


def _count_by_cause(through: "QuerySet", counted: str) -> dict[int, int]:
    return dict(
        through.values("cause").annotate(found=Count(counted, distinct=True)).values_list("cause", "found")
    )
