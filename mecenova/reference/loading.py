"""Writes the reference lists to the database, in a migration or after it, any number of times."""

from typing import TYPE_CHECKING, Any

from mecenova.identifiers.names import fold
from mecenova.reference.data.audiences import AUDIENCES
from mecenova.reference.data.causes import CAUSES
from mecenova.reference.data.sectors import SECTORS
from mecenova.reference.data.skills import SKILL_FAMILIES
from mecenova.reference.data.territories import COLLECTIVITIES, FRANCE, INTERNATIONAL, REGIONS
from mecenova.reference.enums import TerritoryLevel

if TYPE_CHECKING:
    from django.apps.registry import Apps
    from django.db.models import Model


def load(apps: "Apps") -> None:
    """Bring every entry of the data modules up to date; entries added by staff are left alone.

    `apps` is the historical registry of a migration, or `django.apps.apps`.
    """
    _load_causes(apps)
    _load_skills(apps)
    _load_names(apps, "Audience", AUDIENCES)
    _load_names(apps, "Sector", SECTORS)
    _load_territories(apps)


def _load_names(apps: "Apps", model_name: str, names: dict[str, str]) -> dict[str, Any]:
    model = apps.get_model("reference", model_name)
    return {
        slug: model.objects.update_or_create(slug=slug, defaults={"name": name, "order": order})[0]
        for order, (slug, name) in enumerate(names.items(), start=1)
    }


def _load_causes(apps: "Apps") -> None:
    causes = _load_names(apps, "Cause", {slug: name for slug, (name, _) in CAUSES.items()})
    near: dict[str, set[str]] = {slug: set() for slug in CAUSES}
    for slug, (_, related) in CAUSES.items():
        for other in related:
            near[slug].add(other)
            near[other].add(slug)
    for slug, related_slugs in near.items():
        causes[slug].related.set([causes[other] for other in related_slugs])


def _load_skills(apps: "Apps") -> None:
    families = _load_names(apps, "SkillFamily", {slug: name for slug, (name, _) in SKILL_FAMILIES.items()})
    skill_model = apps.get_model("reference", "Skill")
    order = 0
    for family_slug, (_, skills) in SKILL_FAMILIES.items():
        for slug, name in skills.items():
            order += 1
            defaults = {"name": name, "family": families[family_slug], "order": order}
            skill_model.objects.update_or_create(slug=slug, defaults=defaults)


def _load_territories(apps: "Apps") -> None:
    """France and abroad first, then régions by name, then départements by code: the order of every list."""
    model = apps.get_model("reference", "Territory")

    def write(code: str, level: TerritoryLevel, name: str, parent: "Model | None", order: int) -> "Model":
        defaults = {"level": level, "name": name, "parent": parent, "order": order}
        return model.objects.update_or_create(code=code, defaults=defaults)[0]

    france = write(FRANCE[0], TerritoryLevel.COUNTRY, FRANCE[1], None, 1)
    write(INTERNATIONAL[0], TerritoryLevel.INTERNATIONAL, INTERNATIONAL[1], None, 2)
    by_name = sorted(REGIONS.items(), key=lambda region: fold(region[1][0]))
    local: list[tuple[str, TerritoryLevel, str, Model]] = [
        (code, TerritoryLevel.COLLECTIVITY, name, france) for code, name in COLLECTIVITIES.items()
    ]
    for order, (region_code, (region_name, inside)) in enumerate(by_name, start=10):
        region = write(f"R{region_code}", TerritoryLevel.REGION, region_name, france, order)
        local += [(code, TerritoryLevel.DEPARTMENT, name, region) for code, name in inside.items()]
    by_code = sorted(local, key=lambda place: place[0])
    for order, (code, level, name, parent) in enumerate(by_code, start=100):
        write(code, level, name, parent, order)
