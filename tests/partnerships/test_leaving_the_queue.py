"""A request kept in the queue by a pause leaves when the pause ends, not a month later.

One for which there is no place is held by nobody.
"""

from datetime import UTC, date, datetime

import pytest
from django.db import connection, transaction

from associations.enums import Stance
from associations.operations import update_association
from mecenova.agenda import operations as agenda
from mecenova.calendar import clock
from partnerships import operations
from partnerships.enums import IntroductionStatus
from partnerships.models import Introduction
from tests.associations.factories import AssociationFactory
from tests.companies.factories import CompanyFactory
from tests.partnerships.factories import IntroductionFactory, fill_places, member_of
from tests.threads import at_once

pytestmark = pytest.mark.django_db
# A month with many working days left.
MONDAY = datetime(2026, 11, 2, 9, tzinfo=UTC)


def pause(pair, until):
    stance = Stance.PAUSED if until else Stance.OPEN
    update_association(association=pair.association, by=pair.asker, stance=stance, paused_until=until)


@pytest.fixture
def kept(pair):
    """Its association paused while it waited, and a place is free."""
    with clock.frozen(MONDAY) as now:
        pair.now = now
        pair.company.policy.monthly_capacity = 1
        pair.company.policy.save()
        other = AssociationFactory(complete=True)
        first = pair.ask(association=other, by=member_of(other))
        pair.queued = pair.ask()
        pause(pair, date(2026, 11, 10))
        operations.release_introduction(introduction=first)
        assert status(pair) == IntroductionStatus.QUEUED
        yield pair


def status(pair):
    return Introduction.objects.get(pk=pair.queued.pk).status


def test_it_leaves_as_soon_as_the_pause_is_lifted(kept):
    pause(kept, None)
    assert status(kept) == IntroductionStatus.REQUESTED
    assert agenda.next_step(kept.queued).rule == "partnerships.answer"


def test_it_leaves_the_day_after_a_pause_that_ends_by_itself(kept):
    step = agenda.next_step(kept.queued)
    assert clock.paris(step.deadline).date() == date(2026, 11, 11)
    kept.now.move_to(datetime(2026, 11, 12, 10, tzinfo=UTC))
    agenda.run_due()
    assert status(kept) == IntroductionStatus.REQUESTED


def test_a_pause_lifted_before_a_place_is_free_takes_its_date_with_it(pair):
    with clock.frozen(MONDAY):
        fill_places(pair.company)
        queued = pair.ask()

        def promised():
            return clock.paris(agenda.next_step(queued).deadline).date()

        pause(pair, date(2026, 11, 10))
        assert promised() == date(2026, 11, 11)
        pause(pair, None)
        assert promised() == date(2026, 12, 1)
        # What changes nothing of the date begins no other step.
        step = agenda.next_step(queued)
        update_association(association=pair.association, by=pair.asker, purpose="Réparer, puis donner.")
        assert agenda.next_step(queued) == step


def test_what_a_pause_and_a_no_keep_both_is_promised_for_the_later_day(pair):
    with clock.frozen(MONDAY):
        fill_places(pair.company)
        queued = pair.ask()
        IntroductionFactory(
            association=pair.association,
            company=pair.company,
            status=IntroductionStatus.NO,
            refusal_reason="timing",
            answered_at=clock.now(),
            retry_on=date(2026, 11, 20),
        )
        pause(pair, date(2026, 11, 10))
        assert clock.paris(agenda.next_step(queued).deadline).date() == date(2026, 11, 20)


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("places", [0, 2])
def test_those_for_which_no_place_is_left_are_held_by_nobody(places):
    """On the first morning of a month, each of them comes and asks: none holds the others."""
    company = CompanyFactory()
    member_of(company)
    waiting = IntroductionFactory.create_batch(
        5, company=company, status=IntroductionStatus.QUEUED, requested_at=None
    )
    for introduction in waiting:
        member_of(introduction.association)
    fill_places(company)
    type(company.policy).objects.filter(company=company).update(monthly_capacity=1 + places)

    def free():
        rows = Introduction.objects.order_by("created_at").select_for_update(skip_locked=True, no_key=True)
        with transaction.atomic():
            return [row.pk for row in rows]

    with transaction.atomic():
        assert operations.request_queued(company=company) == places
        (found,) = at_once(free)
    assert found == [introduction.pk for introduction in waiting[places:]]


@pytest.mark.django_db(transaction=True)
def test_one_that_somebody_answers_for_meanwhile_is_waited_for_by_no_other():
    company = CompanyFactory()
    member_of(company)
    answered, other = IntroductionFactory.create_batch(
        2, company=company, status=IntroductionStatus.QUEUED, requested_at=None
    )
    for introduction in (answered, other):
        member_of(introduction.association)

    def send():
        with transaction.atomic():
            with connection.cursor() as cursor:
                cursor.execute("SET LOCAL lock_timeout = '5s'")
            return operations.request_queued(company=company)

    with transaction.atomic():
        Introduction.objects.select_for_update(no_key=True).get(pk=answered.pk)
        assert at_once(send) == [1]
    other.refresh_from_db()
    assert other.status == IntroductionStatus.REQUESTED


def test_one_that_cannot_leave_keeps_no_place_from_the_next(kept):
    other = AssociationFactory(complete=True)
    member_of(other)
    queued = IntroductionFactory(
        association=other, company=kept.company, status=IntroductionStatus.QUEUED, requested_at=None
    )
    assert operations.request_queued(company=kept.company) == 1
    queued.refresh_from_db()
    assert (status(kept), queued.status) == (IntroductionStatus.QUEUED, IntroductionStatus.REQUESTED)
