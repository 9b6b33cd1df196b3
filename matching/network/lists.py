"""The many-valued facts of associations and needs, in one query each; each makes its side of a pair."""

from typing import Any

from django.db.models import QuerySet

from associations.models import Association, Project
from companies.models import Need, Policy
from matching.network.rows import asks_of, linked
from matching.scoring import AssociationSide, NeedSide, TextSide
from mecenova.reference.territories import inside, reach


class AssociationLists:
    """The many-valued facts of associations, those of the projects proposed included."""

    def __init__(self, associations: "QuerySet[Association]") -> None:
        projects = Project.objects.proposed().filter(association__in=associations.order_by().values("pk"))
        found = linked(
            {
                "causes": [
                    (associations, "pk", "causes__slug"),
                    (projects, "association_id", "causes__slug"),
                ],
                "audiences": [
                    (associations, "pk", "audiences__slug"),
                    (projects, "association_id", "audiences__slug"),
                ],
                "territories": [
                    (associations, "pk", "territories__code"),
                    (projects, "association_id", "territories__code"),
                ],
                "sectors": [(associations, "pk", "refused_sectors__slug")],
            }
        )
        self.causes, self.audiences = found["causes"], found["audiences"]
        self.territories, self.sectors = found["territories"], found["sectors"]
        self.asks = asks_of(projects)
        self._grounds: dict[frozenset[str], dict[str, frozenset[str]]] = {}

    def side(self, row: dict[str, Any], text: TextSide) -> AssociationSide:
        key, office = row["pk"], row["department"]
        here = self.territories[key] | {office} if office else self.territories[key]
        if here not in self._grounds:
            self._grounds[here] = {"places": here, "reach": reach(here), "inside": inside(here)}
        return AssociationSide(
            id=key,
            causes=self.causes[key],
            audiences=self.audiences[key],
            **self._grounds[here],
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
        policies = Policy.objects.filter(company__in=needs.order_by().values("company"))
        found = linked(
            {
                "causes": [(needs, "pk", "causes__slug")],
                "audiences": [(needs, "pk", "audiences__slug")],
                "territories": [(needs, "pk", "territories__code")],
                "skills": [(needs, "pk", "skills__slug")],
                "policy_territories": [(policies, "pk", "territories__code")],
                "excluded": [(policies, "pk", "excluded_causes__slug")],
            }
        )
        self.causes, self.audiences = found["causes"], found["audiences"]
        self.territories, self.skills = found["territories"], found["skills"]
        self.policy_territories, self.excluded = found["policy_territories"], found["excluded"]

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
