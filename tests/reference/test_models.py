import pytest
from django.core import serializers
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.db.models import ProtectedError

from mecenova.reference.enums import TerritoryLevel
from mecenova.reference.models import Cause, Skill, Territory
from tests.reference.factories import CommuneFactory

pytestmark = pytest.mark.django_db


def territory(code: str) -> Territory:
    return Territory.objects.get(code=code)


def inside(code: str) -> set[str]:
    """The territory and all that it contains."""
    return set(Territory.objects.within(territory(code)).values_list("code", flat=True))


class TestWithin:
    @pytest.mark.parametrize(
        ("outer", "inner"),
        [
            ("FR", "75"),
            ("FR", "R11"),
            ("R11", "75"),
            ("FR", "988"),
            ("R94", "2A"),
            ("75", "75"),
            ("INT", "INT"),
        ],
    )
    def test_holds(self, outer: str, inner: str) -> None:
        assert inner in inside(outer)

    @pytest.mark.parametrize(
        ("outer", "inner"),
        [
            ("75", "FR"),
            ("R11", "69"),
            ("75", "92"),
            ("INT", "FR"),
            ("FR", "INT"),
            ("R01", "972"),
            ("INT", "75"),
        ],
    )
    def test_does_not_hold(self, outer: str, inner: str) -> None:
        assert inner not in inside(outer)

    def test_is_an_order(self) -> None:
        """Reflexive, antisymmetric, transitive, over all the territories there are."""
        commune = CommuneFactory()
        holds = {code: inside(code) for code in Territory.objects.values_list("code", flat=True)}
        assert commune.code in holds["75"] & holds["R11"] & holds["FR"]
        for a, below in holds.items():
            assert a in below
            for b in below:
                assert holds[b] <= below
                assert b == a or a not in holds[b]


class TestQuerySet:
    def test_within_goes_down(self) -> None:
        commune = CommuneFactory()
        region = territory("R11")
        within = set(Territory.objects.within(region))
        assert {region, territory("75"), commune} <= within
        assert len(within) == 1 + 8 + 1
        assert Territory.objects.within(territory("FR")).count() == 1 + 18 + 101 + 6 + 1

    def test_departments_hold_the_collectivities(self) -> None:
        assert Territory.objects.departments().count() == 107
        assert Territory.objects.filter(level=TerritoryLevel.REGION).count() == 18


class TestConstraints:
    def refused(self, **values: object) -> None:
        with pytest.raises(IntegrityError), transaction.atomic():
            Territory.objects.create(**{"code": "X1", "level": TerritoryLevel.REGION, "name": "X"} | values)

    def test_a_region_without_a_country_is_refused(self) -> None:
        self.refused(parent=None)

    def test_a_country_inside_another_territory_is_refused(self) -> None:
        self.refused(level=TerritoryLevel.COUNTRY, parent=territory("FR"))

    def test_an_unknown_level_is_refused(self) -> None:
        self.refused(level="canton", parent=territory("FR"))

    def test_two_regions_of_one_name_are_refused(self) -> None:
        self.refused(name="Bretagne", parent=territory("FR"))

    def test_two_communes_of_one_name_are_welcome(self) -> None:
        one, other = CommuneFactory.create_batch(2, name="Saint-Denis")
        assert one != other

    def test_the_same_code_twice_is_refused(self) -> None:
        self.refused(code="R53", parent=territory("FR"))

    @pytest.mark.parametrize("parent", ["75", "R11", "988"])
    def test_a_person_cannot_put_a_region_inside_something_narrower(self, parent: str) -> None:
        region = territory("R53")
        region.parent = territory(parent)
        with pytest.raises(ValidationError, match="plus large"):
            region.full_clean()

    def test_a_territory_that_holds_others_cannot_be_deleted(self) -> None:
        with pytest.raises(ProtectedError):
            territory("R53").delete()

    def test_two_causes_of_one_name_are_refused(self) -> None:
        with pytest.raises(IntegrityError), transaction.atomic():
            Cause.objects.create(slug="autre", name="Culture")


class TestOnScreen:
    def test_a_department_shows_its_number(self) -> None:
        assert str(territory("2A")) == "Corse-du-Sud (2A)"
        assert str(territory("988")) == "Nouvelle-Calédonie (988)"
        assert str(territory("R11")) == "Île-de-France"
        assert str(territory("FR")) == "France"

    def test_entries_show_their_name(self) -> None:
        assert str(Cause.objects.get(slug="education")) == "Éducation"


def test_fixtures_name_rows_by_slug_and_code() -> None:
    rows = [Skill.objects.first(), territory("75")]
    text = serializers.serialize("json", rows, use_natural_foreign_keys=True, use_natural_primary_keys=True)
    assert '"communication"' in text
    assert '"R11"' in text
    assert [row.object.pk for row in serializers.deserialize("json", text)] == [row.pk for row in rows]
