"""What the year says was lacking to those whom the fourth promise failed."""

from datetime import UTC, datetime, timedelta

import pytest

from matching.operations import run_round
from matching.profiles import repair, reweigh
from mecenova.agenda.models import FollowUp
from mecenova.pages.promises import Delay, unattended
from mecenova.simulation.attention import Attention
from mecenova.simulation.figures import Unattended
from partnerships.models import AttentionMonth
from tests.associations.factories import AssociationFactory
from tests.companies.factories import NeedFactory

pytestmark = pytest.mark.django_db
MONDAY = datetime(2027, 2, 1, 9, tzinfo=UTC)


@pytest.fixture
def now(frozen_clock):
    with frozen_clock(MONDAY) as clock:
        yield clock


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
    AttentionMonth.objects.create(company=need().company, month=MONDAY.date(), capacity=3, spent=3)
    association = AssociationFactory(complete=True)
    assert looked(now).explain([waited(association)]) == Unattended(no_place=1)


def test_places_left_serve_as_many_as_they_are(now):
    AttentionMonth.objects.create(company=need().company, month=MONDAY.date(), capacity=3, spent=1)
    delays = [waited(association) for association in AssociationFactory.create_batch(3, complete=True)]
    assert looked(now).explain(delays) == Unattended(no_place=1, place_left=2)


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
