"""What the year says was lacking to those whom the fourth promise failed."""

from datetime import UTC, datetime, timedelta

import pytest

from matching.operations import run_round
from matching.profiles import repair, reweigh
from mecenova.agenda.models import FollowUp
from mecenova.calendar import clock
from mecenova.pages.promises import Delay, unattended
from mecenova.simulation.attention import Attention
from mecenova.simulation.figures import Unattended
from partnerships.enums import AttentionSource
from partnerships.models import AttentionEntry
from partnerships.operations import spend_attention
from tests.associations.factories import AssociationFactory
from tests.companies.factories import NeedFactory

pytestmark = pytest.mark.django_db
MONDAY = datetime(2027, 2, 1, 9, tzinfo=UTC)


@pytest.fixture
def now():
    with clock.frozen(MONDAY) as stopped:
        yield stopped


def need(capacity=3):
    made = NeedFactory(
        published=True, deadline=None, territories=["59"], title="Des ateliers vers l’emploi des jeunes"
    )
    made.company.policy.monthly_capacity = capacity
    made.company.policy.save()
    return made


def waited(association):
    """Ninety days from the first of February, on which nobody presented it."""
    return Delay(association.organisation_id, MONDAY, (MONDAY + timedelta(days=90)).date())


def spent(company, number):
    """Places of this month, on other associations."""
    others = AssociationFactory.create_batch(number)
    places = [
        spend_attention(company=company, association=other, source=AttentionSource.INTRODUCTION)
        for other in others
    ]
    assert all(places)


def looked(now, weeks=3):
    """After the night's check, which tells nobody."""
    repair()
    reweigh()
    attention = Attention()
    for week in range(weeks):
        now.move_to(MONDAY + timedelta(weeks=week))
        attention.look()
    return attention


def test_no_company_suits(now):
    association = AssociationFactory(complete=True)
    assert looked(now).explain([waited(association)]) == Unattended(no_company=1)


def test_the_only_one_has_seen_it(now):
    need()
    association = AssociationFactory(complete=True)
    run_round()
    assert association.suggestions.count() == 1
    assert looked(now).explain([waited(association)]) == Unattended(none_new=1)


def test_its_places_were_taken(now):
    spent(need().company, 3)
    association = AssociationFactory(complete=True)
    assert looked(now).explain([waited(association)]) == Unattended(no_place=1)


def test_places_left_serve_as_many_as_they_are(now):
    spent(need().company, 1)
    delays = [waited(association) for association in AssociationFactory.create_batch(3, complete=True)]
    assert looked(now).explain(delays) == Unattended(no_place=1, place_left=2)


@pytest.mark.parametrize(
    ("days", "told"),
    [(10, Unattended(place_left=1)), (20, Unattended(no_place=1)), (28, Unattended(no_place=1))],
    ids=["before the last look", "after it", "after the month"],
)
def test_a_place_given_back_is_left_to_who_may_still_have_it_in_its_month(now, days, told):
    spent(need().company, 3)
    association = AssociationFactory(complete=True)
    attention = looked(now)
    AttentionEntry.objects.filter(pk=AttentionEntry.objects.latest("pk").pk).update(
        returned_at=MONDAY + timedelta(days=days)
    )
    assert attention.explain([waited(association)]) == told


def test_a_company_that_came_after_the_delay_counts_for_nothing(now):
    association = AssociationFactory(complete=True)
    attention = looked(now)
    now.move_to(MONDAY + timedelta(days=100))
    need()
    attention.look()
    assert attention.explain([waited(association)]) == Unattended(no_company=1)


def test_nobody_waited_nobody_is_told():
    assert Attention().explain([]) == Unattended()


def test_a_delay_that_ran_out_is_listed_and_one_that_was_kept_is_not(now):
    late, shown = AssociationFactory.create_batch(2, complete=True)
    for association in (late, shown):
        FollowUp.objects.create(
            subject=association.organisation,
            rule="associations.presentation",
            since=MONDAY,
            due_at=MONDAY + timedelta(days=83),
            deadline=MONDAY + timedelta(days=90),
            occurrence=90,
            owner="staff",
            is_step=True,
            what="Être présentée",
        )
    need()
    now.move_to(MONDAY + timedelta(days=50))
    run_round()
    late.suggestions.all().delete()
    now.move_to(MONDAY + timedelta(days=95))
    period = MONDAY.date(), (MONDAY + timedelta(days=95)).date()
    assert [delay.organisation for delay in unattended(*period)] == [late.organisation_id]
