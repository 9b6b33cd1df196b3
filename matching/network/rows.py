"""What is read of associations and needs, in few queries whatever their number."""

import uuid
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import groupby
from operator import itemgetter
from sys import intern
from typing import Any

from django.contrib.postgres.aggregates import StringAgg
from django.db.models import F, OuterRef, QuerySet, Subquery, TextField, Value
from django.db.models.functions import Coalesce, Concat, Left

from associations.models import Ask, Association, Project
from companies.models import Need
from matching.scoring import AskSide
from matching.scoring.text import LONGEST

CHUNK = 2000


def association_rows(associations: "QuerySet[Association]") -> list[Any]:
    """`told` is what each tells beyond its name: purpose, then the projects proposed. Cut: see LONGEST."""
    projects = Project.objects.proposed().filter(association=OuterRef("pk")).order_by().values("association")
    one = Concat(Value(" "), "title", Value(" "), Left("description", LONGEST), output_field=TextField())
    said = projects.annotate(said=StringAgg(one, "", order_by="-created_at")).values("said")
    proposed = Coalesce(Subquery(said), Value(""), output_field=TextField())
    return list(
        associations.order_by("pk")
        .annotate(
            department=F("organisation__department__code"),
            told=Concat(Left("purpose", LONGEST), proposed, output_field=TextField()),
        )
        .values(
            "pk",
            "organisation__name",
            "department",
            "stance",
            "paused_until",
            "general_interest",
            "refused_kinds",
            "told",
        )
        .iterator(chunk_size=CHUNK)
    )


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


def told_in(rows: Iterable[dict[str, Any]]) -> Iterator[str]:
    """The texts of associations, one after the other."""
    for row in rows:
        yield row["organisation__name"]
        yield row["told"]


def said_in(need_rows: Iterable[dict[str, Any]]) -> Iterator[str]:
    """The texts of needs, one after the other."""
    for row in need_rows:
        yield row["title"]
        yield described(row)


def linked(
    relations: "Mapping[str, Sequence[tuple[QuerySet[Any], str, str]]]",
) -> dict[str, dict[uuid.UUID, frozenset[str]]]:
    """By relation and owner, the values of its (rows, owner, value): one query for all relations.

    Equal sets are shared between owners.
    """
    first, *others = (
        rows.order_by().values_list(Value(relation), owner, value)
        for relation, sources in relations.items()
        for rows, owner, value in sources
    )
    found: dict[str, dict[uuid.UUID, set[str]]] = {name: defaultdict(set) for name in relations}
    for relation, owner, value in first.union(*others, all=True).iterator(chunk_size=CHUNK):
        if value:
            found[relation][owner].add(intern(value))
    return {relation: _shared(sets) for relation, sets in found.items()}


def _shared(found: Mapping[uuid.UUID, set[str]]) -> dict[uuid.UUID, frozenset[str]]:
    shared: dict[frozenset[str], frozenset[str]] = {}
    sets: dict[uuid.UUID, frozenset[str]] = defaultdict(frozenset)
    for owner, values in found.items():
        frozen = frozenset(values)
        sets[owner] = shared.setdefault(frozen, frozen)
    return sets


def asks_of(projects: "QuerySet[Project]") -> dict[uuid.UUID, list[AskSide]]:
    """By association, in the order of their keys; one query."""
    rows = Ask.objects.filter(project__in=projects.values("pk")).order_by("pk")
    told = rows.values_list("pk", "project__association_id", "kind", "amount", "project_id", "skills__slug")
    found: dict[uuid.UUID, list[AskSide]] = defaultdict(list)
    for (_, association, kind, amount, project), same in groupby(told, key=itemgetter(0, 1, 2, 3, 4)):
        skills = frozenset(intern(row[-1]) for row in same if row[-1])
        found[association].append(AskSide(intern(kind), amount, skills, project))
    return found
