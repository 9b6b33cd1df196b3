"""An invented network of any size, loaded by COPY in seconds.

With REAL_DATA=DIR, texts and places are those of its register, drawn at random and apart from each other;
names are invented either way.
"""

import csv
import os
import random
import uuid
from collections import Counter
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

from django.db import connection, models

from accounts.models import Organisation
from associations.models import Ask, Association, Project
from companies.models import Company, Need, Policy
from matching.scoring.themes import all_themes
from mecenova.calendar import clock
from mecenova.identifiers.names import department_code
from mecenova.reference.models import Cause, Skill, Territory

KINDS = ("financial", "financial", "financial", "skills", "in_kind", "volunteering", "co_construction")
# Measured on a comparable network: few needs, most pairs.
NATIONAL_SHARE = 0.08
MONTHLY_CAPACITY = 3
# As in the register: who says where it is, and who says anything but « Fonctionnement ».
PLACED, TELLING = 0.4, 0.43
ASKING = 0.2


def invent(associations: int, needs: int, seed: int = 2026) -> None:
    """So many associations, and as many companies as needs: one need and three places a month each."""
    chance = random.Random(seed)
    source = _Source(chance)
    _load_associations(associations, source)
    _load_companies(needs, source)
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")


class _Source:
    """Where texts, causes and places are drawn from: unevenly, as they are."""

    def __init__(self, chance: random.Random) -> None:
        self.chance = chance
        self.causes = dict(Cause.objects.values_list("slug", "pk"))
        self.skills = list(Skill.objects.values_list("pk", flat=True))
        self.departments = dict(Territory.objects.departments().values_list("code", "pk"))
        self.france = Territory.objects.get(code="FR").pk
        self.themes = [theme for theme in all_themes().values() if theme.facet == "action" and theme.causes]
        self.theme_weights = [1 / rank for rank in range(3, len(self.themes) + 3)]
        folder = os.environ.get("REAL_DATA")
        self.purposes, places = _register(Path(folder)) if folder else ([], Counter())
        known = {code: count for code, count in places.items() if code in self.departments}
        self.places = list(known or self.departments)
        self.place_weights = list(known.values()) or [1 / rank for rank in range(5, len(self.places) + 5)]

    def theme(self) -> Any:
        return self.chance.choices(self.themes, self.theme_weights)[0]

    def said(self, theme: Any) -> str:
        return " ".join(self.chance.choice(theme.expressions))

    def purpose(self) -> str:
        if self.purposes:
            return self.chance.choice(self.purposes)
        told = " et ".join(self.said(self.theme()) for _ in range(3))
        return told if self.chance.random() < TELLING else "Fonctionnement"

    def cause(self, theme: Any) -> int:
        return self.causes[self.chance.choice(sorted(theme.causes))]

    def department(self) -> int:
        return self.departments[self.chance.choices(self.places, self.place_weights)[0]]


def _register(folder: Path) -> tuple[list[str], Counter[str]]:
    (path,) = sorted(folder.glob("associations*.csv"))[:1]
    with path.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file, delimiter=";"))
    return [row["objet"] for row in rows], Counter(
        code for row in rows if (code := department_code(row["code_postal"] or ""))
    )


def _load_associations(number: int, source: _Source) -> None:
    now, chance = clock.now(), source.chance
    organisations, associations, causes, projects, asks = [], [], [], [], []
    for rank in range(number):
        theme = source.theme()
        organisation, key = uuid.uuid4(), uuid.uuid4()
        name = f"Les amis {source.said(theme)} {rank}"
        organisations.append(
            {
                **{"id": organisation, "kind": "association", "name": name, "name_key": name.lower()},
                **{"status": "checked", "checked_at": now},
                "department_id": source.department() if chance.random() < PLACED else None,
            }
        )
        associations.append({"id": key, "organisation_id": organisation, "purpose": source.purpose()})
        causes += [(key, cause) for cause in {source.cause(theme), source.cause(source.theme())}]
        if chance.random() < ASKING:
            project = uuid.uuid4()
            projects.append(
                {
                    **{"id": project, "association_id": key, "title": source.said(theme), "description": ""},
                    **{"status": "published", "published_at": now},
                }
            )
            asks.append(_ask(project, source))
    copy_rows(Organisation, organisations)
    copy_rows(Association, associations)
    copy_links(Association.causes.through, ("association_id", "cause_id"), causes)
    copy_rows(Project, projects)
    copy_rows(Ask, asks)


def _ask(project: uuid.UUID, source: _Source) -> dict[str, Any]:
    kind = source.chance.choice(KINDS)
    said: dict[str, Any] = {
        "financial": {"amount": 1000 * source.chance.randint(1, 30)},
        "skills": {"days": 5},
        "in_kind": {"goods": "matériel"},
        "volunteering": {"volunteers": 5},
        "co_construction": {"question": "Comment faire mieux ensemble ?"},
    }
    return {"id": uuid.uuid4(), "project_id": project, "kind": kind, **said[kind]}


def _load_companies(number: int, source: _Source) -> None:
    now, chance = clock.now(), source.chance
    organisations, companies, policies, needs = [], [], [], []
    causes: list[tuple[Any, int]] = []
    territories: list[tuple[Any, int]] = []
    skills: list[tuple[Any, int]] = []
    for rank in range(number):
        organisation, company, need = uuid.uuid4(), uuid.uuid4(), uuid.uuid4()
        theme, kind = source.theme(), chance.choice(KINDS)
        organisations.append(
            {
                **{"id": organisation, "kind": "company", "name": f"Entreprise {rank}"},
                **{"name_key": f"entreprise {rank}", "status": "checked", "checked_at": now},
            }
        )
        companies.append({"id": company, "organisation_id": organisation})
        policies.append({"company_id": company, "monthly_capacity": MONTHLY_CAPACITY})
        needs.append(
            {
                **{
                    "id": need,
                    "company_id": company,
                    "kind": kind,
                    "status": "published",
                    "published_at": now,
                },
                "title": f"{source.said(theme)} {source.said(theme)}"[:150],
                "description": source.said(source.theme()),
                "budget_max": 10_000 if kind == "financial" else None,
            }
        )
        causes += [(need, cause) for cause in {source.cause(theme), source.cause(theme)}]
        if chance.random() < NATIONAL_SHARE:
            territories.append((need, source.france))
        else:
            territories += [
                (need, place) for place in {source.department() for _ in range(chance.randint(1, 4))}
            ]
        if kind == "skills":
            skills += [(need, skill) for skill in chance.sample(source.skills, 2)]
    copy_rows(Organisation, organisations)
    copy_rows(Company, companies)
    copy_rows(Policy, policies)
    copy_rows(Need, needs)
    copy_links(Need.causes.through, ("need_id", "cause_id"), causes)
    copy_links(Need.territories.through, ("need_id", "territory_id"), territories)
    copy_links(Need.skills.through, ("need_id", "skill_id"), skills)


def copy_rows(model: type[models.Model], rows: Sequence[dict[str, Any]]) -> None:
    """Rows by column; what they do not say has the model's default."""
    fields = [field for field in model._meta.concrete_fields if not getattr(field, "generated", False)]
    given = {name for row in rows for name in row}
    defaults = {field.column: field.get_default() for field in fields}
    columns = [
        field.column for field in fields if field.column in given or defaults[field.column] is not None
    ]
    _copy(model, columns, ([row.get(name, defaults[name]) for name in columns] for row in rows))


def copy_links(through: Any, columns: Sequence[str], rows: Iterable[tuple[Any, int]]) -> None:
    _copy(through, columns, rows)


def _copy(model: Any, columns: Sequence[str], rows: Iterable[Sequence[Any]]) -> None:
    statement = f"COPY {model._meta.db_table} ({', '.join(columns)}) FROM STDIN"
    with connection.cursor() as cursor, cursor.copy(statement) as copy:
        for row in rows:
            copy.write_row(row)
