"""What is read of associations and needs, in few queries whatever their number."""

import uuid
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from sys import intern
from typing import Any

from django.db.models import F, QuerySet, Value
from django.db.models.functions import Coalesce, Left

from associations.models import Ask, Association, Project
from companies.models import Need
from matching.scoring import AskSide
from matching.scoring.text import LONGEST

CHUNK = 2000


def association_rows(associations: "QuerySet[Association]") -> list[Any]:
    return list(
        associations.order_by("pk")
        .annotate(department=F("organisation__department__code"))
        .values(
            "pk",
            "organisation__name",
            "department",
            "stance",
            "paused_until",
            "general_interest",
            "refused_kinds",
        )
        .iterator(chunk_size=CHUNK)
    )


def told_by(associations: "QuerySet[Association]") -> dict[uuid.UUID, str]:
    """What associations tell beyond their name: purpose, then the projects proposed. Cut: see LONGEST."""
    told: dict[uuid.UUID, str] = {}
    purposes = associations.order_by().annotate(said=Left("purpose", LONGEST)).values_list("pk", "said")
    for key, said in purposes.iterator(chunk_size=CHUNK):
        told[key] = said
    projects = Project.objects.proposed().filter(association__in=associations.order_by().values("pk"))
    rows = projects.annotate(said=Left("description", LONGEST)).values_list("association_id", "title", "said")
    for key, title, said in rows.iterator(chunk_size=CHUNK):
        told[key] = f"{told.get(key, '')} {title} {said}"
    return told


def need_rows_of(needs: "QuerySet[Need]") -> list[Any]:
    return list(
        needs.order_by("pk")
        .annotate(
            sector=F("company__sector__slug"),
            ticket_min=F("company__policy__ticket_min"),
            ticket_max=F("company__policy__ticket_max"),
            general_interest_only=Coalesce(F("company__policy__general_interest_only"), Value(value=False)),
        )
        .values(
            "pk",
            "company_id",
            "kind",
            "title",
            "description",
            "goods",
            "question",
            "budget_min",
            "budget_max",
            "deadline",
            "sector",
            "ticket_min",
            "ticket_max",
            "general_interest_only",
        )
    )


def described(row: dict[str, Any]) -> str:
    return f"{row['description']} {row['goods']} {row['question']}"


def texts_of(
    rows: Iterable[dict[str, Any]], told: Mapping[uuid.UUID, str], need_rows: Iterable[dict[str, Any]]
) -> Iterator[str]:
    for row in rows:
        yield row["organisation__name"]
    yield from told.values()
    for row in need_rows:
        yield row["title"]
        yield described(row)


def sets(through: Any, key: str, value: str, **within: Any) -> dict[uuid.UUID, frozenset[str]]:
    """One query per relation; the values are shared between rows."""
    (subset,) = within.values()
    found: dict[uuid.UUID, set[str]] = defaultdict(set)
    rows = through.objects.filter(**{f"{key}__in": subset}).values_list(key, value)
    for owner, slug in rows.iterator(chunk_size=CHUNK):
        found[owner].add(intern(slug))
    shared: dict[frozenset[str], frozenset[str]] = {}
    sets: dict[uuid.UUID, frozenset[str]] = defaultdict(frozenset)
    for owner, slugs in found.items():
        frozen = frozenset(slugs)
        sets[owner] = shared.setdefault(frozen, frozen)
    return sets


def asks_of(projects: "QuerySet[Project]") -> dict[uuid.UUID, list[AskSide]]:
    skills: dict[uuid.UUID, set[str]] = defaultdict(set)
    asks = Ask.objects.filter(project__in=projects.values("pk")).order_by("pk")
    for key, slug in asks.values_list("pk", "skills__slug"):
        if slug:
            skills[key].add(intern(slug))
    found: dict[uuid.UUID, list[AskSide]] = defaultdict(list)
    for key, association, kind, amount, project in asks.values_list(
        "pk", "project__association_id", "kind", "amount", "project_id"
    ):
        found[association].append(AskSide(intern(kind), amount, frozenset(skills[key]), project))
    return found
