"""The lists themselves: what they must hold, and that loading them again changes nothing."""

import importlib
from collections import Counter

import pytest
from django.apps import apps
from django.core import serializers

from mecenova.identifiers.names import department_code, fold
from mecenova.reference.data.causes import CAUSE_ALIASES, CAUSES
from mecenova.reference.data.sectors import SECTOR_ALIASES, SECTORS
from mecenova.reference.data.skills import SKILL_FAMILIES
from mecenova.reference.data.territories import TERRITORY_ALIASES
from mecenova.reference.enums import TerritoryLevel
from mecenova.reference.loading import load
from mecenova.reference.models import Audience, Cause, Sector, Skill, SkillFamily, Territory

pytestmark = pytest.mark.django_db

ENTRIES = (Cause, SkillFamily, Skill, Audience, Sector)
load_lists = importlib.import_module("mecenova.reference.migrations.0002_reference_lists").load_lists


def everything() -> str:
    rows = [row for model in (*ENTRIES, Territory) for row in model.objects.order_by("pk")]
    return serializers.serialize("json", rows)


class TestLoading:
    def test_running_the_migration_again_changes_nothing(self) -> None:
        before = everything()
        load_lists(apps, None)
        load_lists(apps, None)
        assert everything() == before

    def test_puts_back_what_was_lost_and_keeps_what_staff_added(self) -> None:
        Cause.objects.get(slug="culture").delete()
        Cause.objects.create(slug="animaux", name="Animaux")
        load(apps)
        assert Cause.objects.get(slug="culture").related.filter(slug="education").exists()
        assert Cause.objects.filter(slug="animaux").exists()
        assert Cause.objects.count() == 17


@pytest.mark.parametrize("model", ENTRIES)
class TestEveryList:
    def test_folded_names_are_unique(self, model) -> None:
        seen = Counter(fold(name) for name in model.objects.values_list("name", flat=True))
        assert seen.most_common(1)[0][1] == 1

    def test_slugs_are_plain(self, model) -> None:
        for slug in model.objects.values_list("slug", flat=True):
            assert slug == fold(slug).replace(" ", "-")

    def test_names_have_the_typographic_apostrophe(self, model) -> None:
        assert not model.objects.filter(name__contains="'").exists()

    def test_lists_come_in_their_order_without_ties(self, model) -> None:
        orders = list(model.objects.values_list("order", flat=True))
        assert orders == sorted(set(orders))


class TestCauses:
    def test_the_sixteen_of_the_product(self) -> None:
        assert set(Cause.objects.values_list("name", flat=True)) == {
            "Handicap",
            "Précarité",
            "Emploi et insertion",
            "Éducation",
            "Égalité et diversité",
            "Santé",
            "Environnement",
            "Culture",
            "Sport",
            "Logement",
            "Solidarité internationale",
            "Enfance et familles",
            "Commerce équitable",
            "Citoyenneté",
            "Numérique",
            "Territoires ruraux et quartiers",
        }

    def test_a_slug_is_its_name(self) -> None:
        for slug, (name, _) in CAUSES.items():
            assert slug == fold(name).replace(" ", "-")

    def test_related_goes_both_ways_never_to_itself_and_stays_selective(self) -> None:
        for cause in Cause.objects.prefetch_related("related"):
            related = list(cause.related.all())
            assert cause not in related
            assert 1 <= len(related) <= 7, cause
            assert all(cause in other.related.all() for other in related)


class TestSkills:
    def test_forty_in_eight_families(self) -> None:
        assert SkillFamily.objects.count() == len(SKILL_FAMILIES) == 8
        assert Skill.objects.count() == 40
        assert all(family.skills.exists() for family in SkillFamily.objects.all())


@pytest.mark.parametrize(
    ("aliases", "known"),
    [
        (CAUSE_ALIASES, set(CAUSES)),
        (SECTOR_ALIASES, set(SECTORS)),
        (TERRITORY_ALIASES, {"FR", "INT", "R11", "R24", "R52", "R84", "R93", "974", "988"}),
    ],
)
def test_aliases_are_folded_and_lead_somewhere(aliases: dict[str, str], known: set[str]) -> None:
    assert [alias for alias in aliases if fold(alias) != alias] == []
    assert set(aliases.values()) <= known


def test_no_alias_hides_the_name_of_another_entry() -> None:
    for aliases, names in (
        (CAUSE_ALIASES, {fold(name): slug for slug, (name, _) in CAUSES.items()}),
        (SECTOR_ALIASES, {fold(name): slug for slug, name in SECTORS.items()}),
    ):
        assert [alias for alias in aliases if names.get(alias, aliases[alias]) != aliases[alias]] == []


class TestTerritories:
    def test_france_as_insee_counts_it(self) -> None:
        assert Counter(Territory.objects.values_list("level", flat=True)) == {
            "department": 101,
            "collectivity": 6,
            "region": 18,
            "country": 1,
            "international": 1,
        }

    def test_every_department_has_a_region_and_every_region_is_french(self) -> None:
        for department in Territory.objects.filter(level=TerritoryLevel.DEPARTMENT).select_related(
            "parent__parent"
        ):
            assert department.parent.level == TerritoryLevel.REGION
            assert department.parent.parent.code == "FR"

    def test_collectivities_are_french_without_a_region(self) -> None:
        codes = ["975", "977", "978", "986", "987", "988"]
        parents = Territory.objects.filter(code__in=codes).values_list("parent__code", flat=True)
        assert list(parents) == ["FR"] * 6

    def test_the_codes_are_those_of_the_law(self) -> None:
        mainland = {f"{n:02}" for n in range(1, 96)} - {"20"} | {"2A", "2B"}
        overseas = {"971", "972", "973", "974", "976"}
        found = Territory.objects.filter(level=TerritoryLevel.DEPARTMENT).values_list("code", flat=True)
        assert set(found) == mainland | overseas

    @pytest.mark.parametrize(
        ("code", "region"),
        [
            ("75", "R11"),
            ("2A", "R94"),
            ("59", "R32"),
            ("67", "R44"),
            ("33", "R75"),
            ("974", "R04"),
            ("69", "R84"),
        ],
    )
    def test_some_that_everybody_knows(self, code: str, region: str) -> None:
        assert Territory.objects.get(code=code).parent.code == region

    def test_every_postal_code_of_france_leads_to_a_territory(self) -> None:
        known = set(Territory.objects.departments().values_list("code", flat=True))
        found = {department_code(f"{n:05}") for n in range(100_000)} - {None}
        assert found == known

    def test_lists_begin_with_the_widest_then_follow_names_without_accents(self) -> None:
        codes = list(Territory.objects.values_list("code", flat=True))
        assert codes[:2] == ["FR", "INT"]
        regions = list(Territory.objects.filter(level=TerritoryLevel.REGION).values_list("name", flat=True))
        assert regions == sorted(regions, key=fold)
        assert regions[0] == "Auvergne-Rhône-Alpes"
        departments = list(Territory.objects.departments().values_list("code", flat=True))
        assert departments == sorted(departments)
