"""Where an association acts, and where companies give: a round, its lists and the diagnosis see the same."""

import pytest

from associations.models import Association
from companies.models import Need
from matching.applicant import applicant
from matching.findings import find
from matching.network import load
from matching.odds import case_of_association, companies_of, places_of
from matching.openings import changes_of, openings_of
from matching.ranking import rank_everybody
from matching.scoring import every_stop, reasons, reasons_to_answer, score
from mecenova.calendar import clock
from mecenova.reference.models import Territory
from mecenova.reference.territories import forget, reach
from tests.associations.factories import AskFactory, AssociationFactory, ProjectFactory
from tests.companies.factories import NeedFactory

pytestmark = pytest.mark.django_db

GIVEN = ("59", "62", "80", "R32", "R11", "75", "13", "FR", "INT")
NORTH = {"59", "62", "80", "R32"}
# The office is in Nord (59). What it says of where it acts: the places whose companies suit it.
MEETING = {
    "only its office": ([], {"59", "R32", "FR"}),
    "its département": (["59"], {"59", "R32", "FR"}),
    "another département": (["75"], {"59", "R32", "75", "R11", "FR"}),
    "its whole région": (["R32"], NORTH | {"FR"}),
    "another whole région": (["R11"], {"59", "R32", "R11", "75", "FR"}),
    "all of France": (["FR"], set(GIVEN) - {"INT"}),
    "abroad": (["INT"], {"59", "R32", "FR", "INT"}),
}


def acting_in(codes):
    association = AssociationFactory(complete=True, territories=codes)
    project = ProjectFactory(association=association, published=True)
    AskFactory(project=project)
    return association, project


def needs_of_each_place():
    return {
        NeedFactory(published=True, territories=[code], company__policy__territories=[code]).pk: code
        for code in GIVEN
    }


@pytest.mark.parametrize(("said", "suiting"), MEETING.values(), ids=MEETING)
def test_a_round_its_lists_and_the_diagnosis_meet_the_same_places(said, suiting):
    association, project = acting_in(said)
    needs = needs_of_each_place()
    network = load(Association.objects.open_to_companies(), Need.objects.current())
    pair_by_pair = {
        needs[need.id]
        for need in network.needs
        if not every_stop(need, network.associations[0], clock.today())
    }
    in_a_round = {needs[need] for need in rank_everybody().pairs.need_ids()}
    found = openings_of(applicant(association))
    assert pair_by_pair == in_a_round == suiting
    assert found.stopped.get("territory", 0) == len(GIVEN) - len(suiting)
    assert found.suited == find(project, clock.now()).companies_compatible == len(suiting)


@pytest.mark.parametrize("said", [[], ["R32"], ["R32", "75"]])
def test_the_odds_count_the_companies_that_a_round_may_show_it_to(said):
    association, _ = acting_in(said)
    needs_of_each_place()
    counted = companies_of(case_of_association(association, places_of(association)))
    shown = Need.objects.filter(pk__in=rank_everybody().pairs.need_ids()).values("company")
    assert set(counted.values_list("pk", flat=True)) == set(shown.values_list("company", flat=True))


@pytest.mark.parametrize("said", ["R32", "FR"])
def test_the_reasons_name_what_a_wider_ground_meets(said):
    acting_in([said])
    NeedFactory(published=True, territories=["62", "13"], company__policy__territories=["62", "13"])
    network = load(Association.objects.open_to_companies(), Need.objects.current())
    pair = (network.needs[0], network.associations[0])
    assessment = score(*pair, network.related)
    met = {"R32": "Pas-de-Calais", "FR": "Bouches-du-Rhône, Pas-de-Calais"}[said]
    to_company = reasons(*pair, assessment, network.names.words)[1]
    to_association = reasons_to_answer(*pair, assessment, network.names.words)[1]
    assert to_company == f"Elle agit aussi là où vous cherchez\u00a0: {met}."
    assert to_association == f"Il concerne un territoire où vous agissez\u00a0: {met}."


def test_who_acts_everywhere_already_is_not_told_to_act_there():
    for code, label in (("R32", "région"), ("FR", "France")):
        association, _ = acting_in([code])
        one = applicant(association)
        told = [change.label for change in changes_of(association, one.side, one.names)]
        assert not [each for each in told if label in each]


def test_a_draft_for_a_whole_region_would_open_its_departements():
    association, _ = acting_in([])
    draft = ProjectFactory(association=association)
    draft.territories.set(Territory.objects.filter(code="R32"))
    AskFactory(project=draft)
    needs_of_each_place()
    rank_everybody()
    (opening,) = [one for one in openings_of(applicant(association)).openings if one.sort == "draft"]
    assert opening.needs == len(NORTH | {"FR"})


def test_a_place_reaches_what_contains_it_and_what_it_contains():
    assert reach(["59"]) == {"59", "R32", "FR"}
    assert reach(["R32"]) >= NORTH | {"FR"}
    assert "75" not in reach(["R32", "INT"])
    assert reach(["FR"]) > NORTH | {"971", "R01"}
    assert "INT" not in reach(["FR"])
    assert reach([]) == frozenset()


def test_towns_are_too_many_to_be_reached_from_above():
    north = Territory.objects.get(code="59")
    Territory.objects.create(code="59350", name="Lille", level="commune", parent=north, order=999_999)
    forget()
    assert reach(["59350"]) == {"59350", "59", "R32", "FR"}
    assert "59350" not in reach(["59"]) | reach(["FR"])
