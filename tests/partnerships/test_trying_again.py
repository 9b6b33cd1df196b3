"""The date to try again after a « no »: promised before, said to have come after, on every page."""

from datetime import timedelta

import pytest
from django.urls import reverse

from accounts.operations import withdraw_organisation
from mecenova.calendar import clock
from mecenova.ui.contractions import to_name
from mecenova.ui.figures import long_date
from partnerships import operations
from tests.partnerships.talking import MONDAY
from tests.reading import plain, shown

pytestmark = pytest.mark.django_db


@pytest.fixture
def refused(pair):
    with clock.frozen(MONDAY) as now:
        pair.now = now
        introduction = operations.decline_introduction(
            introduction=pair.ask(), reason="timing", by=pair.answerer
        )
        pair.introduction = introduction
        pair.page = introduction.get_absolute_url()
        yield pair


def read(client, person, address):
    client.force_login(person)
    return shown(client.get(address))


def the_day_comes(refused):
    refused.now.move_to(MONDAY + (refused.introduction.retry_on - MONDAY.date()))


def test_who_asked_reads_that_the_day_has_come_and_where_to_ask(client, refused):
    company = refused.company
    day = plain(long_date(refused.introduction.retry_on))
    name = to_name(company.organisation.name)
    for address in (refused.page, reverse("pages:dashboard")):
        assert f"Vous pourrez redemander {name} à partir du <strong>{day}" in read(
            client, refused.asker, address
        )
    the_day_comes(refused)
    page = read(client, refused.asker, refused.page)
    assert f"Depuis le <strong>{day}</strong>, vous pouvez redemander {name}" in page
    assert f'href="{company.get_absolute_url()}">ouvrir sa page' in page
    assert "D’ici là" not in page
    assert refused.ask(need=None).pk != refused.introduction.pk


def test_the_dashboard_says_it_until_it_is_asked_again_or_a_month_has_passed(client, refused):
    board = reverse("pages:dashboard")
    day = plain(long_date(refused.introduction.retry_on))
    the_day_comes(refused)
    assert f"Depuis le <strong>{day}</strong>, vous pouvez redemander" in read(client, refused.asker, board)
    refused.now.advance(timedelta(days=29))
    assert "vous pouvez redemander" in read(client, refused.asker, board)
    refused.now.advance(timedelta(days=2))
    assert "redemander" not in read(client, refused.asker, board)
    the_day_comes(refused)
    refused.ask(need=None)
    assert "redemander" not in read(client, refused.asker, board)


def test_the_list_says_it_too(client, refused):
    mine, day = reverse("partnerships:introductions"), plain(long_date(refused.introduction.retry_on))
    assert f"À redemander à partir du {day}." in read(client, refused.asker, mine)
    the_day_comes(refused)
    page = read(client, refused.asker, mine)
    assert f"Vous pouvez redemander depuis le {day}." in page
    assert "À redemander à partir du" not in page
    withdraw_organisation(organisation=refused.company.organisation, by=refused.answerer)
    assert "redemander" not in read(client, refused.asker, mine)


def test_the_day_before_nothing_has_come(client, refused):
    the_day_comes(refused)
    refused.now.advance(timedelta(days=-1))
    assert "Vous pourrez redemander" in read(client, refused.asker, refused.page)


def test_who_said_no_is_not_told_of_a_day_that_is_past(client, refused):
    the_day_comes(refused)
    page = read(client, refused.answerer, refused.page)
    assert "Elle peut vous redemander depuis le" in page
    assert "avant le" not in page


def test_whoever_has_left_is_asked_nothing_again(client, refused):
    withdraw_organisation(organisation=refused.company.organisation, by=None)
    page = read(client, refused.asker, refused.page)
    assert f"{refused.company.organisation.name} a quitté Mecenova." in page
    assert "redemander" not in page
    assert "D’ici là" not in page


def test_a_no_stays_a_step_once_who_said_it_has_left(client, refused):
    """Its reason, what to rewrite and what to read are still of use with others."""
    said = ("Réponse : non", "Raison :", "Lisez dans l’infothèque", "Cherchez ailleurs")
    withdraw_organisation(organisation=refused.company.organisation, by=None)
    page = read(client, refused.asker, refused.page).replace("\u202f", " ").replace("\u00a0", " ")
    assert [words for words in said if words not in page] == []
    assert "Demande close" not in page
