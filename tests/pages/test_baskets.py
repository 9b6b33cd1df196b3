from datetime import UTC, datetime, timedelta

import pytest
from django.urls import reverse

from accounts.enums import OrganisationStatus
from mecenova.calendar import clock
from mecenova.pages.baskets import BASKETS, Line
from partnerships.enums import IntroductionStatus
from tests.accounts.factories import ClaimFactory, OrganisationFactory, StaffFactory, UserFactory
from tests.associations.factories import AssociationFactory
from tests.partnerships.factories import IntroductionFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def team(client):
    client.force_login(StaffFactory())
    return client


def fill(slug):
    """One row more in this basket."""
    if slug == "a-verifier":
        OrganisationFactory(status=OrganisationStatus.TO_CHECK)
    elif slug == "revendications":
        ClaimFactory()
    elif slug == "en-attente":
        IntroductionFactory()
    elif slug == "liberees":
        IntroductionFactory(status=IntroductionStatus.RELEASED, released_at=clock.now())
    else:
        AssociationFactory()


@pytest.mark.parametrize("slug", BASKETS)
def test_a_basket_s_count_is_the_length_of_its_list(team, slug):
    for _ in range(3):
        fill(slug)
    counts = {
        basket.slug: count for basket, count in team.get(reverse("pages:control_tower")).context["baskets"]
    }
    listed = team.get(reverse("pages:basket", args=[slug])).context["page_obj"].paginator.count
    assert counts[slug] == listed >= 3


@pytest.mark.parametrize("slug", BASKETS)
def test_a_basket_asks_the_same_number_of_queries_whatever_its_length(team, slug, query_count):
    address = reverse("pages:basket", args=[slug])
    fill(slug)
    team.get(address)
    one = query_count(lambda: team.get(address))
    for _ in range(12):
        fill(slug)
    assert query_count(lambda: team.get(address)) == one <= 12


@pytest.mark.parametrize("slug", [*BASKETS, "inconnu"])
def test_to_anybody_but_the_team_baskets_do_not_exist(client, slug):
    address = reverse("pages:basket", args=[slug])
    assert client.get(address).status_code == 302
    client.force_login(UserFactory())
    assert client.get(address).status_code == 404
    assert client.get(reverse("pages:control_tower")).status_code == 404


def test_releases_leave_the_basket_after_three_months(team):
    IntroductionFactory(status=IntroductionStatus.RELEASED, released_at=clock.now() - timedelta(days=91))
    assert BASKETS["liberees"].count() == 0


def test_experts_are_never_in_the_basket_of_those_to_present(team):
    AssociationFactory(stance="expert_only")
    assert BASKETS["jamais-presentees"].count() == 0


def test_a_basket_counts_the_days_of_the_calendar_not_of_the_hour():
    since = datetime(2026, 11, 16, 17, 0, tzinfo=UTC)
    line = Line(subject=None, title="", since=since, about="", url="")
    with clock.frozen(datetime(2026, 11, 23, 6, 0, tzinfo=UTC)):
        assert line.days == 7
