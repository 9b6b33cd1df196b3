"""Companies missing: each association and each place counted once, nothing told of a handful."""

import pytest

from companies.models import Policy
from mecenova.pages.observatory import deserts, shortage
from mecenova.pages.observatory.figures import compute as compute_figures
from mecenova.pages.observatory.maps import draw
from mecenova.reference.models import Territory
from tests.associations.factories import AssociationFactory
from tests.companies.factories import CompanyFactory

pytestmark = pytest.mark.django_db


def found(*, whole=False):
    figures = compute_figures()
    gaps = shortage.compute(figures.places)
    grounds = deserts.compute(figures.places)
    table = draw(figures, grounds, whole=whole).table
    causes, places = shortage.tables(figures, gaps, grounds, table, whole=whole)
    return gaps, causes, places


def line(table, key):
    return next((one for one in table.lines if one.key == key), None)


def company(capacity=3, **policy):
    return CompanyFactory(
        policy__monthly_capacity=capacity, **{f"policy__{name}": value for name, value in policy.items()}
    )


def test_without_a_company_the_whole_need_is_missing():
    AssociationFactory.create_batch(10, complete=True, causes=["sport"])
    gaps, causes, places = found()
    # Ten associations need 3.3 places a month: two companies of three.
    assert (gaps.total.associations, gaps.total.companies) == (10, 2)
    assert line(causes, "sport").cells == ("10", "2")
    assert line(places, "R32").cells == ("10", "2")
    assert line(places, "59").cells == ("10", "2")


def test_what_is_there_is_taken_off_in_companies_of_the_median_capacity():
    AssociationFactory.create_batch(30, complete=True, causes=["sport"])
    company(capacity=1, causes=["sport"], territories=["FR"])
    company(capacity=2, causes=["sport"], territories=["FR"])
    gaps, causes, _ = found()
    # Ten places wanted, three there, seven missing, at 1.5 a company.
    assert gaps.total.companies == line(causes, "sport").values[1] == 5


def test_a_company_s_places_and_an_association_count_once():
    AssociationFactory.create_batch(12, complete=True, causes=["sport", "culture"])
    AssociationFactory.create_batch(6, complete=True, causes=["sante"])
    company(capacity=3, causes=["sport", "culture", "sante"], territories=["R11", "59"])
    gaps, causes, _ = found(whole=True)
    assert sum(gap.wanted for gap in gaps.causes.values()) == pytest.approx(6)
    assert sum(gap.there for gap in gaps.causes.values()) == pytest.approx(3)
    assert sum(gap.there for gap in gaps.departments.values()) == pytest.approx(3)
    assert line(causes, "sport").values[0] == 12


def test_a_closed_door_is_no_place_and_an_incomplete_profile_no_need():
    AssociationFactory.create_batch(6, complete=True, causes=["sport"])
    AssociationFactory.create_batch(3, causes=["sport"], purpose="")
    company(capacity=0, causes=["sport"], territories=["FR"])
    gaps, _, _ = found()
    assert (gaps.total.associations, gaps.total.there) == (6, 0)


def test_a_policy_that_names_no_place_covers_france():
    AssociationFactory.create_batch(6, complete=True)
    company(capacity=3, territories=[])
    gaps, _, _ = found()
    assert gaps.departments["75"].there + gaps.departments["59"].there == pytest.approx(3)
    Policy.objects.update(monthly_capacity=500)
    gaps, _, places = found()
    assert gaps.total.companies == 0
    assert {one.values[-1] for one in places.lines} <= {0}


def test_an_unchecked_company_gives_no_place():
    AssociationFactory.create_batch(6, complete=True)
    company(territories=["FR"])
    CompanyFactory(organisation__status="to_check", policy__territories=["FR"])
    gaps, _, _ = found()
    assert gaps.total.there == 3


@pytest.mark.parametrize(
    ("covered", "there"),
    [("59", {"59"}), ("59350", {"59"}), ("R32", {"59", "62"}), ("FR", {"59", "62", "75"}), ("INT", set())],
)
def test_a_policy_covers_its_places_what_they_hold_and_the_departement_of_a_town(covered, there):
    nord = Territory.objects.get(code="59")
    Territory.objects.create(code="59350", level="commune", name="Lille", parent=nord)
    for code in ("59", "62", "75"):
        AssociationFactory(complete=True, organisation__department=Territory.objects.get(code=code))
    company(territories=[covered])
    gaps, _, _ = found()
    assert {code for code, gap in gaps.departments.items() if gap.there} == there


@pytest.mark.parametrize(
    ("wanted", "there", "capacity", "companies"),
    [(6, 6, 3, 0), (6, 5, 3, 1), (6, 3, 3, 1), (6, 2.9, 3, 2), (2, 6, 3, 0), (0.1 + 0.2, 0, 0.1, 3)],
)
def test_companies_are_counted_whole_and_never_below_none(wanted, there, capacity, companies):
    """Shares that add up to a whole number but for the machine's rounding are that number."""
    assert shortage.Gap(18, wanted, there, capacity).companies == companies


def test_the_causes_that_lack_most_come_first():
    AssociationFactory.create_batch(6, complete=True, causes=["sport"])
    AssociationFactory.create_batch(30, complete=True, causes=["culture"])
    _, causes, _ = found()
    assert [one.key for one in causes.lines] == ["culture", "sport"]


def test_a_handful_is_hidden_from_everybody_and_shown_to_the_team():
    AssociationFactory.create_batch(10, complete=True, causes=["sport"])
    AssociationFactory.create_batch(4, complete=True, causes=["culture"])
    _, causes, _ = found()
    assert line(causes, "culture") is None
    assert "Culture" in causes.unseen
    assert len(causes.columns) == 2
    _, causes, places = found(whole=True)
    assert line(causes, "culture").values[0] == 4
    assert "Places offertes" in causes.columns
    assert "Places offertes" in places.columns


@pytest.mark.parametrize(("incomplete", "is_shown"), [(0, True), (1, False), (5, True)])
def test_what_a_line_leaves_out_of_the_odds_of_its_cause_is_no_handful(incomplete, is_shown):
    """« Comprendre » counts the open, this table the complete among them: nobody is read between the two."""
    AssociationFactory.create_batch(7, complete=True, causes=["sport"])
    AssociationFactory.create_batch(incomplete, causes=["sport"], purpose="")
    AssociationFactory.create_batch(9, causes=["culture"], purpose="")
    _, causes, _ = found()
    assert (line(causes, "sport") is not None) is is_shown


def test_the_number_of_queries_does_not_grow(query_count):
    places = compute_figures().places
    few = query_count(lambda: shortage.compute(places))
    AssociationFactory.create_batch(6, complete=True)
    company(territories=["75"])
    company(territories=["R11", "59"])
    assert query_count(lambda: shortage.compute(places)) == few <= 7


def test_the_page_says_how_many_are_missing(client):
    AssociationFactory.create_batch(10, complete=True, causes=["sport"])
    page = client.get("/observatoire/").content.decode()
    assert "il manque 2 entreprises" in page
    assert client.get("/observatoire/manque-cause.csv").status_code == 200
    assert client.get("/observatoire/manque-territoire.csv").status_code == 200
