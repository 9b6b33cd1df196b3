"""The network as plain values: reads associations and needs once, in bounded memory, for scoring to compare."""

import uuid
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from sys import intern
from typing import Any

from django.core.cache import cache
from django.db import connection
from django.db.models import F, QuerySet, Value
from django.db.models.functions import Coalesce, Left

from associations.models import Ask, Association, Project
from companies.models import Need, Policy
from matching.scoring import AskSide, AssociationSide, Lexicon, NeedSide, TextSide, vocabulary
from matching.scoring.text import LONGEST, words
from mecenova.reference.enums import TerritoryLevel
from mecenova.reference.models import Cause, Territory

LEXICON_KEY = "matching.lexicon"
LEXICON_SECONDS = 26 * 3600
CHUNK = 2000
EMPTY: frozenset[str] = frozenset()
STEMS_SQL = "SELECT word, (tsvector_to_array(fr_vector(word)))[1] FROM unnest(%s::text[]) AS word WHERE fr_vector(word) <> ''"


@dataclass(frozen=True, slots=True)
class Names:
    """What people read: names of causes (by slug) and territories (by code), related causes."""

    words: Mapping[str, str]
    related: Mapping[str, frozenset[str]]


@dataclass(frozen=True, slots=True)
class Network:
    needs: list[NeedSide]
    associations: list[AssociationSide]
    names: Names

    @property
    def related(self) -> Mapping[str, frozenset[str]]:
        return self.names.related


def load(associations: "QuerySet[Association]", needs: "QuerySet[Need]") -> Network:
    """Everything at once, its own words counted: what a round compares. Refreshes the shared lexicon."""
    rows, told = _association_rows(associations), _told(associations)
    need_rows = _need_rows(needs)
    texts = _texts(rows, told, need_rows)
    lexicon = Lexicon(_stems(vocabulary(texts)))
    readings = {row["pk"]: lexicon.read(row["organisation__name"], told.get(row["pk"], "")) for row in rows}
    cache.set(LEXICON_KEY, lexicon.counts(), LEXICON_SECONDS)
    association_texts = {key: lexicon.association_text(reading) for key, reading in readings.items()}
    return _network(rows, need_rows, association_texts, lexicon, associations, needs)


def load_few(associations: "QuerySet[Association]", needs: "QuerySet[Need]") -> Network:
    """A few of them, compared with the words of the whole network as the last round counted them."""
    rows, told = _association_rows(associations), _told(associations)
    need_rows = _need_rows(needs)
    lexicon = _shared_lexicon(_texts(rows, told, need_rows))
    association_texts = {
        row["pk"]: lexicon.association_text(
            lexicon.read(row["organisation__name"], told.get(row["pk"], ""), count=False)
        )
        for row in rows
    }
    return _network(rows, need_rows, association_texts, lexicon, associations, needs)


def _shared_lexicon(texts: Iterator[str]) -> Lexicon:
    counts = cache.get(LEXICON_KEY)
    if counts is None:
        everybody = Association.objects.open_to_companies()
        load(everybody, Need.objects.none())
        counts = cache.get(LEXICON_KEY) or Lexicon(_stems(vocabulary(()))).counts()
    known = counts["stems"]
    return Lexicon.with_counts(counts, _stems({word for text in texts for word in words(text)} - set(known)))


def _network(
    rows: list[dict[str, Any]],
    need_rows: list[dict[str, Any]],
    texts: Mapping[uuid.UUID, TextSide],
    lexicon: Lexicon,
    associations: "QuerySet[Association]",
    needs: "QuerySet[Need]",
) -> Network:
    places = _Places()
    association_lists = _AssociationLists(associations)
    need_lists = _NeedLists(needs)
    return Network(
        [need_lists.side(row, lexicon.need_text(row["title"], _described(row))) for row in need_rows],
        [association_lists.side(row, texts[row["pk"]], places) for row in rows],
        Names({**_cause_names(), **places.names}, _related_causes()),
    )


class _Places:
    """Territories and all that contains each."""

    def __init__(self) -> None:
        rows = list(
            Territory.objects.exclude(level=TerritoryLevel.COMMUNE).values_list(
                "code", "name", "parent__code"
            )
        )
        self.names = {code: name for code, name, _ in rows}
        self._parents = {code: parent for code, _, parent in rows}

    def lineage(self, code: str) -> frozenset[str]:
        if code not in self._parents:
            self._parents[code] = (
                Territory.objects.filter(code=code).values_list("parent__code", flat=True).first()
            )
        found: set[str] = set()
        step: str | None = code
        while step and step not in found:
            found.add(intern(step))
            step = self._parents.get(step)
        return frozenset(found)


class _AssociationLists:
    """The many-valued facts of associations, their published projects' included."""

    def __init__(self, associations: "QuerySet[Association]") -> None:
        keys = associations.order_by().values("pk")
        projects = Project.objects.published().filter(association__in=keys).order_by()
        through, project = Association, "association_id"
        self.causes = _sets(through.causes.through, "association_id", "cause__slug", associations=keys)
        self.audiences = _sets(
            through.audiences.through, "association_id", "audience__slug", associations=keys
        )
        self.territories = _sets(
            through.territories.through, "association_id", "territory__code", associations=keys
        )
        self.sectors = _sets(
            through.refused_sectors.through, "association_id", "sector__slug", associations=keys
        )
        for found, relation in ((self.causes, "causes"), (self.audiences, "audiences")):
            for key, slug in projects.values_list(project, f"{relation}__slug"):
                if slug:
                    found[key] = found[key] | {intern(slug)}
        for key, code in projects.values_list(project, "territories__code"):
            if code:
                self.territories[key] = self.territories[key] | {intern(code)}
        self.asks = _asks(projects)
        self._reaches: dict[frozenset[str], frozenset[str]] = {}

    def side(self, row: dict[str, Any], text: TextSide, places: _Places) -> AssociationSide:
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


class _NeedLists:
    """The many-valued facts of needs, and the policies they stand under."""

    def __init__(self, needs: "QuerySet[Need]") -> None:
        keys = needs.order_by().values("pk")
        companies = needs.order_by().values("company")
        self.causes = _sets(Need.causes.through, "need_id", "cause__slug", needs=keys)
        self.audiences = _sets(Need.audiences.through, "need_id", "audience__slug", needs=keys)
        self.territories = _sets(Need.territories.through, "need_id", "territory__code", needs=keys)
        self.skills = _sets(Need.skills.through, "need_id", "skill__slug", needs=keys)
        self.policy_territories = _sets(
            Policy.territories.through, "policy_id", "territory__code", policies=companies
        )
        self.excluded = _sets(Policy.excluded_causes.through, "policy_id", "cause__slug", policies=companies)

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


def _association_rows(associations: "QuerySet[Association]") -> list[dict[str, Any]]:
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


def _told(associations: "QuerySet[Association]") -> dict[uuid.UUID, str]:
    """What associations tell beyond their name: purpose, then published projects. Cut: see LONGEST."""
    told: dict[uuid.UUID, str] = {}
    purposes = associations.order_by().annotate(said=Left("purpose", LONGEST)).values_list("pk", "said")
    for key, said in purposes.iterator(chunk_size=CHUNK):
        told[key] = said
    projects = Project.objects.published().filter(association__in=associations.order_by().values("pk"))
    rows = projects.annotate(said=Left("description", LONGEST)).values_list("association_id", "title", "said")
    for key, title, said in rows.iterator(chunk_size=CHUNK):
        told[key] = f"{told.get(key, '')} {title} {said}"
    return told


def _need_rows(needs: "QuerySet[Need]") -> list[dict[str, Any]]:
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


def _described(row: dict[str, Any]) -> str:
    return f"{row['description']} {row['goods']} {row['question']}"


def _texts(
    rows: Iterable[dict[str, Any]], told: Mapping[uuid.UUID, str], need_rows: Iterable[dict[str, Any]]
) -> Iterator[str]:
    for row in rows:
        yield row["organisation__name"]
    yield from told.values()
    for row in need_rows:
        yield row["title"]
        yield _described(row)


def _stems(found: set[str]) -> dict[str, str]:
    """Each word's stem, as PostgreSQL's French dictionary gives it; words it holds for empty are left out.

    The last « e » of a long stem goes: without accents the dictionary keeps it in « handicapées ».
    """
    if not found:
        return {}
    with connection.cursor() as cursor:
        cursor.execute(STEMS_SQL, [sorted(found)])
        return {
            intern(word): intern(stem[:-1] if len(stem) > 5 and stem.endswith("e") else stem)
            for word, stem in cursor.fetchall()
        }


def _sets(through: Any, key: str, value: str, **within: Any) -> dict[uuid.UUID, frozenset[str]]:
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


def _asks(projects: "QuerySet[Project]") -> dict[uuid.UUID, list[AskSide]]:
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


def _cause_names() -> dict[str, str]:
    return dict(Cause.objects.values_list("slug", "name"))


def _related_causes() -> dict[str, frozenset[str]]:
    found: dict[str, set[str]] = defaultdict(set)
    for slug, near in Cause.objects.filter(related__isnull=False).values_list("slug", "related__slug"):
        found[slug].add(near)
    return {slug: frozenset(near) for slug, near in found.items()}
