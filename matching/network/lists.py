"""The many-valued facts of associations and needs, one query a relation; each makes its side of a pair."""

from sys import intern
from typing import Any

from django.db.models import QuerySet

from associations.models import Association, Project
from companies.models import Need, Policy
from matching.network.places import Places
from matching.network.rows import asks_of, sets
from matching.scoring import AssociationSide, NeedSide, TextSide


class AssociationLists:
    """The many-valued facts of associations, those of the projects proposed included."""

    def __init__(self, associations: "QuerySet[Association]") -> None:
        keys = associations.order_by().values("pk")
        projects = Project.objects.proposed().filter(association__in=keys).order_by()
        through, project = Association, "association_id"
        self.causes = sets(through.causes.through, "association_id", "cause__slug", associations=keys)
        self.audiences = sets(
            through.audiences.through, "association_id", "audience__slug", associations=keys
        )
        self.territories = sets(
            through.territories.through, "association_id", "territory__code", associations=keys
        )
        self.sectors = sets(
            through.refused_sectors.through, "association_id", "sector__slug", associations=keys
        )
        for found, relation in ((self.causes, "causes"), (self.audiences, "audiences")):
            for key, slug in projects.values_list(project, f"{relation}__slug"):
                if slug:
                    found[key] = found[key] | {intern(slug)}
        for key, code in projects.values_list(project, "territories__code"):
            if code:
                self.territories[key] = self.territories[key] | {intern(code)}
        self.asks = asks_of(projects)
        self._reaches: dict[frozenset[str], frozenset[str]] = {}

    def side(self, row: dict[str, Any], text: TextSide, places: Places) -> AssociationSide:
        key, office = row["pk"], row["department"]
        here = self.territories[key] | {office} if office else self.territories[key]
        if here not in self._reaches:
            self._reaches[here] = frozenset().union(*(places.lineage(code) for code in here))
        return AssociationSide(
            id=key,
            causes=self.causes[key],
            audiences=self.audiences[key],
            reach=self._reaches[here],
            places=here,
            stance=row["stance"],
            paused_until=row["paused_until"],
            general_interest=row["general_interest"],
            refused_kinds=frozenset(row["refused_kinds"]),
            refused_sectors=self.sectors[key],
            asks=tuple(self.asks[key]),
            text=text,
        )


class NeedLists:
    """The many-valued facts of needs, and the policies they stand under."""

    def __init__(self, needs: "QuerySet[Need]") -> None:
        keys = needs.order_by().values("pk")
        companies = needs.order_by().values("company")
        self.causes = sets(Need.causes.through, "need_id", "cause__slug", needs=keys)
        self.audiences = sets(Need.audiences.through, "need_id", "audience__slug", needs=keys)
        self.territories = sets(Need.territories.through, "need_id", "territory__code", needs=keys)
        self.skills = sets(Need.skills.through, "need_id", "skill__slug", needs=keys)
        self.policy_territories = sets(
            Policy.territories.through, "policy_id", "territory__code", policies=companies
        )
        self.excluded = sets(Policy.excluded_causes.through, "policy_id", "cause__slug", policies=companies)

    def side(self, row: dict[str, Any], text: TextSide) -> NeedSide:
        key, company = row["pk"], row["company_id"]
        return NeedSide(
            id=key,
            company=company,
            kind=row["kind"],
            causes=self.causes[key],
            excluded_causes=self.excluded[company],
            audiences=self.audiences[key],
            skills=self.skills[key],
            territories=self.territories[key] or self.policy_territories[company],
            budget_min=row["budget_min"] or row["ticket_min"],
            budget_max=row["budget_max"] or row["ticket_max"],
            deadline=row["deadline"],
            sector=row["sector"] or "",
            general_interest_only=bool(row["general_interest_only"]),
            text=text,
        )
