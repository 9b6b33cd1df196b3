"""The page of a partnership: whom to call while it lives, and nothing typed is lost."""

import html
from datetime import timedelta

import pytest
from django.urls import reverse

from accounts.operations import withdraw_organisation
from mecenova.calendar import clock
from partnerships import operations
from tests.accounts.factories import MembershipFactory, StaffFactory, UserFactory

pytestmark = pytest.mark.django_db
PHONE = 'href="tel:0199001234"'


def shown(response):
    return " ".join(html.unescape(response.content.decode()).split())


@pytest.fixture
def partnership(pair):
    organisation = pair.company.organisation
    organisation.phone = "01 99 00 12 34"
    organisation.save(update_fields=["phone"])
    return operations.accept_introduction(introduction=pair.ask(), by=pair.answerer)


def read(client, person, partnership):
    client.force_login(person)
    return shown(client.get(partnership.get_absolute_url()))


def test_addresses_are_shown_as_long_as_it_lives_and_no_longer(client, pair, partnership):
    gone = MembershipFactory(organisation=pair.company.organisation, user=UserFactory(is_active=False)).user
    page = read(client, pair.asker, partnership)
    assert f"mailto:{pair.answerer.email}" in page
    assert PHONE in page
    assert gone.email not in page
    operations.abandon_partnership(partnership=partnership, by=pair.asker, note="Plus de projet.")
    page = read(client, pair.asker, partnership)
    assert pair.answerer.email not in page
    assert PHONE not in page
    page = read(client, StaffFactory(), partnership)
    assert pair.answerer.email not in page
    assert PHONE in page


def test_the_people_of_a_party_that_left_are_not_named(client, pair, partnership):
    withdraw_organisation(organisation=pair.company.organisation, by=pair.answerer)
    page = read(client, pair.asker, partnership)
    assert pair.answerer.email not in page
    assert "a quitté Mecenova" in page


@pytest.mark.parametrize(
    ("name", "field"), [("abandon", "note"), ("end", "note"), ("contest", "note"), ("reflect", "text")]
)
def test_what_was_typed_in_a_form_that_closed_meanwhile_is_given_back(client, pair, partnership, name, field):
    yesterday = clock.today() - timedelta(days=1)
    operations.agree_partnership(partnership=partnership, by=pair.asker, signed_on=yesterday, ends_on=None)
    if name in ("end", "contest"):
        partnership.refresh_from_db()
        operations.end_partnership(partnership=partnership, by=pair.asker, note="")
    client.force_login(pair.answerer)
    address = reverse(f"partnerships:partnership_{name}", args=[partnership.pk])
    response = client.post(address, {field: "Un texte précieux."})
    assert response.status_code == 409
    page = shown(response)
    assert "Ce n’est pas enregistré" in page
    assert "Un texte précieux." in page
