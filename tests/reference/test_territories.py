import pytest

from mecenova.reference import territories
from mecenova.reference.models import Territory
from mecenova.reference.territories import ancestors, code_from_label
from tests.reference.factories import CommuneFactory

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _tree_is_read_in_each_test():
    territories.forget()
    yield
    territories.forget()


class TestTree:
    def test_ancestors_from_near_to_wide(self) -> None:
        assert ancestors("75") == ("R11", "FR")
        assert ancestors("988") == ("FR",)
        assert ancestors("FR") == ancestors("INT") == ancestors("nowhere") == ()

    def test_agrees_with_the_model(self) -> None:
        everywhere = list(Territory.objects.all())
        for place in everywhere:
            below = set(Territory.objects.within(place))
            assert below == {each for each in everywhere if place.code in (each.code, *ancestors(each.code))}

    def test_one_query_for_the_life_of_the_process(self, query_count) -> None:
        assert query_count(lambda: ancestors("75")) == 1
        assert query_count(lambda: [ancestors("2A"), code_from_label("Rhône")]) == 0

    def test_an_empty_table_is_an_answer_but_not_kept(self) -> None:
        rows = list(Territory.objects.values_list("pk", flat=True))
        Territory.objects.all()._raw_delete("default")
        assert rows
        assert ancestors("75") == ()
        assert code_from_label("France") is None
        Territory.objects.create(code="FR", level="country", name="France")
        assert code_from_label("France") == "FR"

    def test_a_commune_is_known_once_the_tree_is_read_again(self) -> None:
        assert ancestors("75") == ("R11", "FR")
        commune = CommuneFactory(name="Trifouilly")
        assert ancestors(commune.code) == ()
        territories.forget()
        assert ancestors(commune.code) == ("75", "R11", "FR")
        assert code_from_label("trifouilly") == commune.code


class TestLabels:
    @pytest.mark.parametrize(
        ("text", "code"),
        [
            ("75", "75"),
            ("(75)", "75"),
            ("2a", "2A"),
            ("1", "01"),
            ("R84", "R84"),
            ("r11", "R11"),
            ("Paris", "75"),
            ("seine saint-denis", "93"),
            ("Seine-St-Denis", "93"),
            ("CÔTE-D'OR", "21"),
            ("Côte\u00a0d’Or", "21"),
            ("le Rhône", "69"),
            ("la Sarthe", "72"),
            ("l’Ain", "01"),
            ("Rhône (69)", "69"),
            ("Corse-du-Sud (2A)", "2A"),
            ("69 - Rhône", "69"),
            ("69 Rhône", "69"),
            ("974 La Réunion", "974"),
            ("ile de france", "R11"),
            ("PACA", "R93"),
            ("Provence-Alpes-Côte d'Azur", "R93"),
            ("Bretagne", "R53"),
            ("Guadeloupe", "971"),
            ("R01", "R01"),
            ("La Réunion", "974"),
            ("Réunion", "974"),
            ("France", "FR"),
            ("la France", "FR"),
            ("France entière", "FR"),
            ("national", "FR"),
            ("international", "INT"),
            ("Étranger", "INT"),
            ("Nouvelle-Calédonie", "988"),
            ("69003", "69"),
            ("20200", "2B"),
            ("97133", "977"),
        ],
    )
    def test_found(self, text: str, code: str) -> None:
        assert code_from_label(text) == code

    @pytest.mark.parametrize(
        "text",
        [
            "",
            " ",
            "—",
            "99",
            "20",
            "96",
            "Alsace",
            "Belgique",
            "Rhône (75)",
            "75 Rhône",
            "98000",
            "()",
            "partout",
        ],
    )
    def test_not_guessed(self, text: str) -> None:
        assert code_from_label(text) is None

    def test_every_territory_answers_to_its_name_its_code_and_its_display(self) -> None:
        for place in Territory.objects.all():
            assert code_from_label(place.code) == place.code
            assert code_from_label(str(place)) in {
                place.code,
                *Territory.objects.filter(parent=place).values_list("code", flat=True),
            }
