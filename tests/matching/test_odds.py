"""Odds are counts, and say so when they cannot tell."""

from datetime import UTC, date, datetime, timedelta

import pytest
from django.db import connection
from django.template.loader import render_to_string
from django.utils.html import strip_tags

from associations.models import Association
from companies.models import Company, Need, Policy
from matching.applicant import applicant
from matching.network import recount
from matching.odds import (
    ENOUGH,
    by_cause_and_kind,
    case_of,
    case_of_association,
    companies_of,
    odds,
    odds_of,
    places_of,
    rooms_of,
    what_if,
)
from matching.odds.counts import Odds, associations_of
from matching.openings import openings_of
from matching.operations import run_round
from matching.profiles import refresh_needs
from matching.suited import suited_needs
from mecenova.calendar import clock
from mecenova.reference.models import Cause, Territory
from tests.associations.factories import AskFactory, AssociationFactory, ProjectFactory
from tests.companies.factories import CompanyFactory, NeedFactory
from tests.matching.factories import SuggestionFactory

MONDAY = datetime(2026, 11, 23, 9, tzinfo=UTC)


def own_case(association):
    return case_of_association(association, places_of(association))


@pytest.fixture
def employment(db):
    return Cause.objects.get(slug="emploi-et-insertion")


def test_an_empty_network_promises_nothing(db):
    found = odds()
    assert (found.associations, found.companies, found.needs, found.places_left) == (0, 0, 0, 0)
    assert found.median_wait_days is None
    assert found.associations_per_place is None
    assert found.months_to_see_all is None


@pytest.mark.parametrize(("capacity", "open_needs"), [(3, 1), (0, 0)])
def test_a_need_behind_a_closed_door_is_open_to_nobody(employment, capacity, open_needs):
    association = AssociationFactory(complete=True)
    NeedFactory(published=True, territories=["59"], company__policy__monthly_capacity=capacity)
    refresh_needs(Need.objects.values_list("pk", flat=True))
    assert odds().needs == open_needs
    assert sum(cell.needs for row in by_cause_and_kind() for cell in row.cells) == open_needs
    assert Company.objects.listed().with_details().get().current_needs == open_needs
    assert len(suited_needs(applicant(association), limit=5).candidates) == open_needs
    found = openings_of(applicant(association))
    assert (found.needs, found.suited, found.stopped) == (open_needs, open_needs, {})


def test_counts_by_cause_place_and_kind(employment):
    AssociationFactory.create_batch(4, complete=True)
    AssociationFactory(complete=True, refused_kinds=["financial"])
    AssociationFactory(complete=True, organisation__status="unclaimed", organisation__checked_at=None)
    NeedFactory(published=True)
    NeedFactory()
    CompanyFactory(organisation__status="to_check", organisation__checked_at=None)
    paris, nord = Territory.objects.get(code="75"), Territory.objects.get(code="59")
    assert odds(cause_ids=[employment.pk]).associations == 5
    assert odds_of(case_of(kinds=["financial"])).associations == 4
    assert odds_of(case_of(place=nord)).associations == 5
    assert odds_of(case_of(place=paris)).associations == 0
    assert odds_of(case_of(place=paris)).needs == 1
    assert odds_of(case_of(place=nord)).needs == 0
    assert odds_of(case_of(place=paris)).companies == 2
    assert odds_of(case_of(kinds=["in_kind"])).companies == 0


def test_odds_count_whom_the_directory_lists(employment, query_count):
    """The statement of the odds, and the queries of pages: the same associations and companies."""
    sport, nord, north = Cause.objects.get(slug="sport"), Territory.objects.get(code="59"), ["R32"]
    AssociationFactory(complete=True, causes=["sport", "education"], refused_kinds=["financial", "skills"])
    AssociationFactory(complete=True, territories=["FR"], organisation__department=None)
    AssociationFactory(complete=True, stance="paused", paused_until=date(2000, 1, 1))
    AssociationFactory(complete=True, stance="expert_only")
    asking = AssociationFactory(complete=True, refused_kinds=["skills"])
    AskFactory(project=ProjectFactory(association=asking, published=True), kind="skills", days=5)
    AskFactory(project=ProjectFactory(association=asking), kind="financial")
    NeedFactory(published=True, territories=["59"], company__policy__territories=north)
    NeedFactory(published=True, causes=["sport"], kind="in_kind")
    NeedFactory(published=True, territories=[])
    cases = [
        case_of(causes, place, kinds)
        for causes in ((), [employment.pk], [sport.pk, employment.pk])
        for place in (None, nord, nord.parent)
        for kinds in ((), ["financial"], ["skills", "in_kind"])
    ]
    rooms = rooms_of(cases)
    for case, room in zip(cases, rooms, strict=True):
        assert room.companies == companies_of(case).count()
        assert room.associations == associations_of(case).count()
    assert len({(room.associations, room.companies, room.needs) for room in rooms}) > 5
    assert [rooms_of([case])[0] for case in cases] == rooms, "what is gathered depends on all the cases"
    assert query_count(lambda: rooms_of(cases)) == 1


def test_a_need_that_names_no_place_is_where_its_company_gives(db):
    """As a round sees it; everywhere only when the company says no place either."""
    for places in (["13"], ["59"], []):
        NeedFactory(published=True, territories=[], company__policy__territories=places)
    rooms = rooms_of([case_of((), Territory.objects.get(code=code)) for code in ("59", "13", "75")])
    assert [room.needs for room in rooms] == [2, 2, 1]


def test_a_company_of_two_causes_counts_once(employment):
    NeedFactory(published=True, causes=["emploi-et-insertion", "education"])
    education = Cause.objects.get(slug="education")
    found = odds(cause_ids=[employment.pk, education.pk])
    assert (found.companies, found.needs, found.places_this_month) == (1, 1, 3)


@pytest.mark.usefixtures("late_in_the_month")
def test_places_are_those_left_this_month(db):
    NeedFactory(published=True, territories=["59"])
    AssociationFactory.create_batch(2, complete=True)
    run_round()
    found = odds()
    assert (found.places_this_month, found.places_left) == (3, 1)
    assert found.associations_per_place is None
    # Fewer than are spent already: none is left, and no other company's is taken for it.
    Policy.objects.update(monthly_capacity=1)
    assert odds().places_left == 0
    assert {cell.places_left for line in by_cause_and_kind() for cell in line.cells} == {0}


def test_the_median_is_told_only_with_enough_of_them(db):
    need = NeedFactory(published=True)
    with clock.frozen(MONDAY) as now:
        associations = AssociationFactory.create_batch(ENOUGH, complete=True)
        for days, association in enumerate(associations):
            now.move_to(MONDAY + timedelta(days=10 * days))
            if association is associations[-1]:
                assert odds().median_wait_days is None
            SuggestionFactory(need=need, association=association)
        assert odds().median_wait_days == 20
        now.advance(timedelta(days=400))
        assert odds().median_wait_days is None


def test_the_odds_of_one_association_are_those_of_its_causes_and_place(db):
    association = AssociationFactory(complete=True)
    NeedFactory(published=True, territories=["59"])
    AssociationFactory(causes=["sport"])
    assert odds_of(own_case(association)).associations == 1
    assert odds_of(own_case(association)).needs == 1


@pytest.mark.parametrize("changes", ["added", "gone"])
def test_a_cause_that_the_team_changes_meanwhile_breaks_no_table(db, changes):
    """Between the two questions: the page counts the causes that both know."""
    asked = []

    def change_after_the_first(execute, sql, params, many, context):
        answer = execute(sql, params, many, context)
        asked.append(sql)
        if len(asked) == 1 and changes == "added":
            Cause.objects.create(slug="nouvelle", name="Une nouvelle cause", order=999)
        elif len(asked) == 1:
            Cause.objects.get(slug="sport").delete()
        return answer

    known = Cause.objects.count()
    with connection.execute_wrapper(change_after_the_first):
        lines = by_cause_and_kind()
    assert known - 1 <= len(lines) <= known


def test_the_table_counts_each_cause_under_each_kind(db, query_count):
    """A pause and a need last until the evening of their last day."""
    empty, today = query_count(by_cause_and_kind), clock.today()
    resting, *_ = AssociationFactory.create_batch(3, complete=True)
    resting_project = ProjectFactory(association=resting, published=True, paused_until=today)
    AskFactory(project=resting_project, kind="skills", days=5)
    AssociationFactory(complete=True, stance="paused", paused_until=today)
    AssociationFactory.create_batch(2, complete=True, refused_kinds=["financial"])
    asking = AssociationFactory(complete=True)
    AskFactory(project=ProjectFactory(association=asking, published=True), kind="skills", days=5)
    need, *_ = NeedFactory.create_batch(3, published=True, deadline=today)
    NeedFactory(published=True, company=need.company, deadline=today - timedelta(days=1))
    assert query_count(by_cause_and_kind) == empty == 2
    line = next(line for line in by_cause_and_kind() if line.cause.slug == "emploi-et-insertion")
    cells = {cell.kind.value: cell for cell in line.cells}
    money, skills = cells["financial"], cells["skills"]
    assert (money.associations, money.companies, money.needs, money.places_left) == (3, 3, 3, 9)
    assert (skills.associations, skills.needs) == (6, 0)
    assert money.is_small
    assert money.associations_per_company is None
    for cell in line.cells:
        room = rooms_of([case_of([line.cause.pk], None, [cell.kind])])[0]
        assert (room.associations, room.companies, room.needs, room.places_left) == (
            cell.associations,
            cell.companies,
            cell.needs,
            cell.places_left,
        )


def test_a_handful_is_not_divided(db):
    """Of associations, nor of companies: what one of them can look at would be read."""
    CompanyFactory.create_batch(5)
    AssociationFactory.create_batch(4, complete=True)
    assert odds().associations_per_place is None
    AssociationFactory(complete=True)
    assert (odds().associations_per_place, odds().months_to_see_all) == (0.4, 1)
    assert odds().tells_who_waits
    Association.objects.first().organisation.delete()
    assert not odds().tells_who_waits
    Company.objects.first().organisation.delete()
    assert (odds().associations_per_place, odds().months_to_see_all) == (None, None)


def test_those_who_still_wait_are_counted(db):
    need = NeedFactory(published=True)
    seen, *others = AssociationFactory.create_batch(3, complete=True)
    SuggestionFactory(need=need, association=seen)
    assert odds().never_presented == len(others)


def test_what_if_counts_what_a_change_would_open(employment, query_count):
    nord = Territory.objects.get(code="59")
    NeedFactory(published=True, territories=["59"])
    NeedFactory(published=True, kind="skills", territories=["59"])
    NeedFactory(published=True, territories=["62"])
    NeedFactory(published=True, causes=["education"], territories=["59"])
    case = case_of([employment.pk], nord, ["financial"])
    found = {(one.sort, one.label): one for one in what_if(case, nord)[1]}
    assert {sort for sort, _ in found} == {"kind", "place", "cause"}
    skills = found["kind", "Si vous cherchiez aussi des compétences"]
    assert (skills.more_needs, skills.room.needs) == (1, 2)
    near = found["place", "Si vous agissiez aussi dans ce département voisin\u00a0: Pas-de-Calais (62)"]
    assert near.room.needs == 2
    assert found["cause", "Si une cause proche est aussi la vôtre\u00a0: Éducation"].room.needs == 2
    few = query_count(lambda: what_if(case, nord))
    NeedFactory.create_batch(4, published=True, kind="in_kind", territories=["R32"])
    AssociationFactory.create_batch(4, complete=True)
    assert query_count(lambda: what_if(case, nord)) == few <= 5


@pytest.mark.parametrize(
    ("territories", "needs", "places"),
    [
        ([], 1, {"France", "région", "Pas-de-Calais"}),
        (["59", "62"], 2, {"France", "région"}),
        (["59", "62", "R32", "13"], 4, {"France"}),
        (["FR"], 5, set()),
    ],
)
def test_the_odds_of_an_association_are_those_of_all_its_places(db, territories, needs, places, query_count):
    """Its office is in Nord. Nothing that it does already is proposed to it."""
    association = AssociationFactory(complete=True, territories=territories)
    for code in ("59", "62", "80", "13", "75"):
        NeedFactory(published=True, territories=[code], company__policy__territories=[code])
    assert odds_of(own_case(association)).needs == needs
    office = association.organisation.department
    told = [one.label for one in what_if(own_case(association), office)[1] if one.sort == "place"]
    assert {
        word for word in ("France", "région", "Pas-de-Calais") for label in told if word in label
    } == places
    assert query_count(lambda: odds_of(own_case(association))) <= 6


def test_what_a_published_project_says_of_its_place_is_not_proposed_either(db):
    association = AssociationFactory(complete=True, territories=[])
    project = ProjectFactory(association=association, published=True)
    project.territories.add(Territory.objects.get(code="FR"))
    NeedFactory(published=True, territories=["13"])
    assert odds_of(own_case(association)).needs == 1
    assert what_if(own_case(association), association.organisation.department)[1] == []


def test_an_association_is_read_for_all_that_it_could_answer_in_six_queries(db, query_count):
    """Itself with its projects, its lists, its asks, its words, those of all, and the closed lists once."""
    association = AssociationFactory(complete=True)
    ProjectFactory(association=association, published=True, title="Réparer des vélos avec des jeunes")
    recount()
    applicant(association)  # A process reads once the list of territories, and the words of every thesaurus.
    assert query_count(lambda: applicant(association)) <= 6


def test_nothing_is_widened_beyond_all_of_france_and_any_kind(db):
    NeedFactory(published=True)
    assert what_if(case_of(), None)[1] == []


@pytest.mark.parametrize(
    ("figures", "told"),
    [
        (
            (0, 0, 0, 0, 0),
            ["0 association ouverte", "Aucune entreprise ne soutient aujourd’hui ce cas précis"],
        ),
        ((0, 1, 0, 3, 3), ["0 association ouverte", "vous seriez la première"]),
        ((1, 1, 0, 3, 3), ["moins de 5 associations ouvertes", "Vous êtes moins de cinq"]),
        ((5, 2, 0, 5, 5), ["5 associations ouvertes", "très peu de places"]),
        ((5, 5, 0, 5, 5), ["5 associations ouvertes", "une place pour chaque association"]),
        ((51, 5, 0, 50, 50), ["51 associations ouvertes", "il faut au moins 2 mois"]),
    ],
)
def test_a_place_is_promised_to_nobody_who_is_not_there(figures, told):
    found = Odds(*figures, median_wait_days=None, never_presented=0)
    page = " ".join(strip_tags(render_to_string("matching/odds.html", {"odds": found})).split())
    assert all(each in page for each in told)
    assert ("une place pour chaque association" in page) == (figures == (5, 5, 0, 5, 5))
