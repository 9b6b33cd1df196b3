"""A request kept in the queue by a pause leaves when the pause ends, not a month later."""

from datetime import UTC, date, datetime

import pytest

from associations.enums import Stance
from associations.operations import update_association
from mecenova.agenda import operations as agenda
from mecenova.calendar import clock
from partnerships import operations
from partnerships.enums import IntroductionStatus
from partnerships.models import Introduction
from tests.associations.factories import AssociationFactory
from tests.partnerships.factories import member_of

pytestmark = pytest.mark.django_db
# A month with many working days left.
MONDAY = datetime(2026, 11, 2, 9, tzinfo=UTC)


def pause(pair, until):
    stance = Stance.PAUSED if until else Stance.OPEN
    update_association(association=pair.association, by=pair.asker, stance=stance, paused_until=until)


@pytest.fixture
def kept(pair, frozen_clock):
    """Its association paused while it waited, and a place is free."""
    with frozen_clock(MONDAY) as now:
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
