"""What becomes of requests in a year: answered or released, in time or late, and those that do not count."""

from datetime import UTC, datetime, timedelta

import pytest

from accounts.models import Organisation
from mecenova.agenda.models import FollowUp
from mecenova.simulation.reading import requests_settled
from mecenova.workflow.models import TransitionRecord
from tests.partnerships.factories import IntroductionFactory

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)
# A Monday: the release is promised for the working morning after.
LAST_DAY, END = datetime(2027, 2, 22, 8, tzinfo=UTC), datetime(2027, 3, 31, tzinfo=UTC)


def asked(last_day=LAST_DAY, due_at=LAST_DAY, **what):
    """An answer promised for this day, or else a release."""
    one = IntroductionFactory(**what)
    FollowUp.objects.create(
        subject=one,
        rule="partnerships.answer",
        since=last_day - 21 * DAY,
        due_at=due_at,
        deadline=last_day,
        occurrence=15,
        owner="organisation",
        is_step=True,
        what="Répondre",
    )
    return one


@pytest.mark.parametrize(("after", "in_time"), [(timedelta(hours=2), 1), (DAY, 0)])
def test_an_answer_is_in_time_until_the_evening_of_its_last_day(after, in_time):
    TransitionRecord.objects.create(subject=asked(), verb="accept", target="yes", at=LAST_DAY + after)
    found = requests_settled(END)
    assert (found.asked, found.answered, found.answered_in_time) == (1, 1, in_time)


@pytest.mark.parametrize(("after", "in_time"), [(DAY, 1), (9 * DAY, 0)])
def test_a_release_is_in_time_until_the_end_of_the_next_working_day(after, in_time):
    asked(status="released", released_at=LAST_DAY + after)
    found = requests_settled(END)
    assert (found.asked, found.released, found.released_in_time) == (1, 1, in_time)


def test_a_request_that_a_departure_ended_is_not_counted():
    one = asked(status="released", released_at=LAST_DAY - 9 * DAY)
    Organisation.objects.filter(pk=one.association.organisation_id).update(status="left", left_at=LAST_DAY)
    assert requests_settled(END).asked == 0


def test_a_request_is_forgotten_only_once_the_morning_of_its_release_is_past():
    """Promised for the last day of a year, it is released on the first working morning of the next."""
    asked(datetime(2027, 12, 31, 8, tzinfo=UTC), datetime(2028, 1, 3, 8, tzinfo=UTC))
    told = [requests_settled(datetime(2028, 1, day, tzinfo=UTC)) for day in (2, 4)]
    assert [(each.asked, each.released_in_time) for each in told] == [(0, 0), (1, 0)]
