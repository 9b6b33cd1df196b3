"""Whatever people write, a round ends, says what it could not do, and leaves nothing half done."""

import pytest
from django.urls import reverse

from associations.models import Association
from associations.operations import follow_check
from companies.models import Policy
from matching.enums import ChangedKind, RoundScope
from matching.models import Round, Suggestion
from matching.operations import note_change, run_round
from matching.scoring.text import LONGEST
from mecenova.agenda.operations import check_silence
from mecenova.agenda.silence import subjects_without_step
from mecenova.reference.models import Territory
from partnerships.operations import places_left
from tests.accounts.factories import StaffFactory
from tests.associations.factories import AskFactory, AssociationFactory
from tests.companies.factories import CompanyFactory, NeedFactory

pytestmark = pytest.mark.django_db


def a_round(**options):
    """A round, and the agenda as consistent after it as before: the next night finds nobody else without a
    step of their own, and no step of nobody.

    What the factories wrote straight to the tables has its step first, as when it is checked; the team is
    asked to mend the rest, as after any night.
    """
    for association in Association.objects.select_related("organisation"):
        follow_check(organisation=association.organisation)
    check_silence()
    to_mend = set(subjects_without_step())
    done = run_round(**options)
    assert set(subjects_without_step()) <= to_mend
    night = check_silence()
    assert night.subjects
    assert (night.violations, night.orphans) == (len(to_mend), 0)
    return done


@pytest.fixture
def need():
    return NeedFactory(published=True, territories=["59"], title="Des ateliers vers l’emploi des jeunes")


@pytest.mark.usefixtures("late_in_the_month")
def test_one_company_for_all_spends_its_places_and_says_who_waits(need):
    AskFactory.create_batch(5, project__published=True)
    done = a_round()
    assert done.finished_at
    assert (done.presented, done.without_place, done.needs_alone, done.associations_alone) == (3, 2, 0, 0)
    assert places_left(need.company) == 0
    assert done.could_not == ["2\u00a0associations sans place libre"]
    again = a_round()
    assert (again.presented, again.without_place) == (0, 2)


@pytest.mark.usefixtures("late_in_the_month")
def test_one_company_with_every_need_shares_its_places_and_no_more():
    company = CompanyFactory()
    NeedFactory.create_batch(4, company=company, published=True, territories=["59"])
    AssociationFactory.create_batch(6, complete=True)
    assert a_round().presented == 3
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
    first = a_round()
    assert first.finished_at
    assert first.presented
    note_change(kind=ChangedKind.ASSOCIATION, subject_id=endless.pk)
    assert a_round(scope=RoundScope.CHANGED).finished_at


@pytest.mark.usefixtures("late_in_the_month")
def test_one_language_only_in_english_is_compared_all_the_same(need):
    """Causes and places speak for it; its words are neither a fault nor a subject."""
    english = AssociationFactory(
        complete=True,
        purpose="We help young people who left school early find a first job, with mentors and workshops.",
    )
    NeedFactory(published=True, territories=["59"], title="Help us help young people", description="Jobs")
    done = a_round()
    assert done.finished_at
    # Both needs are compared with it; the day's one presentation is weighed like any other.
    assert (done.pairs, done.presented) == (2, 1)
    assert 0 < Suggestion.objects.get(association=english).score <= 1


def test_a_round_without_anybody_says_whom_it_lacked(need):
    assert a_round().could_not == ["1\u00a0besoin sans association assez proche"]
    Policy.objects.update(monthly_capacity=0)
    AssociationFactory(purpose="Nous réparons de vieux moteurs.", causes=["culture"], territories=["59"])
    assert a_round().could_not == [
        "1\u00a0besoin sans association assez proche",
        "1\u00a0association loin de tous les besoins",
    ]
    NeedFactory._meta.model.objects.update(status="closed", closed_at=need.published_at)
    assert a_round().could_not == ["1\u00a0association loin de tous les besoins"]


@pytest.mark.usefixtures("late_in_the_month")
def test_places_that_contradict_each_other_make_one_pair(need):
    """Here, everywhere and abroad at once, on both sides: met once, for one place of the company."""
    need.territories.set(Territory.objects.filter(code__in=["59", "R11", "FR", "INT"]))
    AssociationFactory(complete=True, territories=["59", "75", "FR", "INT"])
    done = a_round()
    assert done.finished_at
    assert (done.pairs, done.presented) == (1, 1)
    assert Suggestion.objects.count() == 1
    assert places_left(need.company) == 2


def test_places_that_never_meet_end_in_nothing(need):
    """A need of a far département, whose company says another place; an association that says two others."""
    need.territories.set(Territory.objects.filter(code="2A"))
    AssociationFactory(complete=True, territories=["75", "INT"])
    done = a_round()
    assert done.finished_at
    assert (done.pairs, done.presented) == (0, 0)
    assert not Suggestion.objects.exists()
    assert places_left(need.company) == 3


def test_the_team_reads_the_last_rounds_and_what_they_could_not_do(client, need, query_count):
    client.force_login(StaffFactory())
    page = reverse("matching:choose_pair")
    assert "Aucun tour n’a encore eu lieu" in client.get(page).content.decode()
    a_round()
    one = query_count(lambda: client.get(page))
    assert "1\u00a0besoin sans association assez proche" in client.get(page).content.decode()
    Round.objects.create(scope=RoundScope.CHANGED, score_version="x")
    assert "le suivant fera son travail" in client.get(page).content.decode()
    assert query_count(lambda: client.get(page)) == one
