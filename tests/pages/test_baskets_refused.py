"""Who is « refused by all »: two refusals at least, and nothing that may still be answered."""

from datetime import timedelta

import pytest

from mecenova.calendar import clock
from mecenova.pages.baskets import BASKETS
from partnerships.enums import IntroductionStatus, Side
from tests.associations.factories import AssociationFactory
from tests.matching.factories import SuggestionFactory
from tests.pages.test_baskets import click, refused_twice
from tests.partnerships.factories import IntroductionFactory

pytestmark = pytest.mark.django_db


def test_refused_by_all_means_all():
    hopeful = refused_twice()
    IntroductionFactory(association=hopeful)
    assert BASKETS["associations-refusees"].count() == 0


def test_an_association_that_refused_was_refused_by_nobody():
    choosy = refused_twice()
    choosy.introductions.filter(status=IntroductionStatus.NO).update(
        asked_by_side=Side.COMPANY, refusal_reason="out_of_mission"
    )
    assert BASKETS["associations-refusees"].count() == 0


def test_a_request_that_never_left_was_refused_by_nobody():
    """It waited for a place when its need closed: the company has not read it."""
    association = refused_twice()
    association.introductions.released().update(requested_at=None)
    assert BASKETS["associations-refusees"].count() == 0


def test_who_was_proposed_in_vain_was_refused_too():
    """A request and a suggestion, each refused once: counted once each, since the later of the two."""
    association = AssociationFactory(complete=True)
    no = {"status": IntroductionStatus.NO, "refusal_reason": "timing", "retry_on": clock.today()}
    IntroductionFactory(association=association, answered_at=clock.now() - timedelta(days=9), **no)
    assert BASKETS["associations-refusees"].count() == 0
    last = SuggestionFactory(association=association, declined=True)
    (found,) = BASKETS["associations-refusees"].found()
    assert (found, found.refusals, found.refused_at) == (association, 2, last.answered_at)
    SuggestionFactory(association=association)
    assert BASKETS["associations-refusees"].count() == 0


def test_a_call_since_the_last_refusal_takes_an_association_out_until_the_next(team, staff):
    association = refused_twice()
    click(team, "associations-refusees", association, note="Ils reprennent leur projet.")
    assert BASKETS["associations-refusees"].count() == 0
    with clock.frozen(clock.now() + timedelta(days=5)):
        SuggestionFactory(association=association, declined=True)
        assert list(BASKETS["associations-refusees"].found()) == [association]
