"""Whatever people write, a round ends, says what it could not do, and leaves nothing half done."""

import pytest
from django.urls import reverse

from companies.models import Policy
from matching.enums import ChangedKind, RoundScope
from matching.models import Round, Suggestion
from matching.operations import note_change, run_round
from matching.scoring.text import LONGEST
from partnerships.operations import places_left
from tests.accounts.factories import StaffFactory
from tests.associations.factories import AssociationFactory
from tests.companies.factories import CompanyFactory, NeedFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def need():
    return NeedFactory(published=True, territories=["59"], title="Des ateliers vers l’emploi des jeunes")


@pytest.mark.usefixtures("late_in_the_month")
def test_one_company_for_all_spends_its_places_and_says_who_waits(need):
    AssociationFactory.create_batch(5, complete=True)
    done = run_round()
    assert done.finished_at
    assert (done.presented, done.without_place, done.needs_alone, done.associations_alone) == (3, 2, 0, 0)
    assert places_left(need.company) == 0
    assert done.could_not == ["2\u00a0associations sans place libre"]
    again = run_round()
    assert (again.presented, again.without_place) == (0, 2)


@pytest.mark.usefixtures("late_in_the_month")
def test_one_company_with_every_need_shares_its_places_and_no_more():
    company = CompanyFactory()
    NeedFactory.create_batch(4, company=company, published=True, territories=["59"])
    AssociationFactory.create_batch(6, complete=True)
    assert run_round().presented == 3
    assert Suggestion.objects.values("association").distinct().count() == 3
    assert places_left(company) == 0


def test_a_text_of_100_kb_is_read_as_far_as_it_is_useful(need):
    """Written before forms knew a limit, or brought by an import: what is beyond counts for nothing."""
    plain = AssociationFactory(complete=True)
    long = AssociationFactory(complete=True, purpose=plain.purpose + " " + "mot " * (LONGEST // 4))
    endless = AssociationFactory(
        complete=True, purpose=(long.purpose + "rugby handball judo " * 5_000)[:100_000]
    )
    assert len(endless.purpose) == 100_000
    NeedFactory(published=True, territories=["59"], description="mécénat " * 12_500)
    first = run_round()
    assert first.finished_at
    assert first.presented
    note_change(kind=ChangedKind.ASSOCIATION, subject_id=endless.pk)
    assert run_round(scope=RoundScope.CHANGED).finished_at


def test_one_language_only_in_english_is_compared_all_the_same(need):
    """Causes and places speak for it; its words are neither a fault nor a subject."""
    english = AssociationFactory(
        complete=True,
        purpose="We help young people who left school early find a first job, with mentors and workshops.",
    )
    NeedFactory(published=True, territories=["59"], title="Help us help young people", description="Jobs")
    done = run_round()
    assert done.finished_at
    assert done.pairs
    assert all(0 <= each.score <= 1 for each in Suggestion.objects.filter(association=english))


def test_a_round_without_anybody_says_whom_it_lacked(need):
    assert run_round().could_not == ["1\u00a0besoin sans association assez proche"]
    Policy.objects.update(monthly_capacity=0)
    AssociationFactory(purpose="Nous réparons de vieux moteurs.", causes=["culture"], territories=["59"])
    assert run_round().could_not == [
        "1\u00a0besoin sans association assez proche",
        "1\u00a0association loin de tous les besoins",
    ]
    NeedFactory._meta.model.objects.update(status="closed", closed_at=need.published_at)
    assert run_round().could_not == ["1\u00a0association loin de tous les besoins"]


def test_contradictory_places_end_in_nothing(need):
    """Everywhere and nowhere: a need of a far département, an association that says two others."""
    need.territories.set([])
    Policy.objects.get(company=need.company).territories.set([])
    AssociationFactory(complete=True, territories=["75", "INT", "FR"])
    assert run_round().finished_at


def test_the_team_reads_the_last_rounds_and_what_they_could_not_do(client, need, query_count):
    client.force_login(StaffFactory())
    page = reverse("matching:choose_pair")
    assert "Aucun tour n’a encore eu lieu" in client.get(page).content.decode()
    run_round()
    one = query_count(lambda: client.get(page))
    assert "1\u00a0besoin sans association assez proche" in client.get(page).content.decode()
    Round.objects.create(scope=RoundScope.CHANGED, score_version="x")
    assert "le suivant fera son travail" in client.get(page).content.decode()
    assert query_count(lambda: client.get(page)) == one
