"""Where nothing was found, the page says what to do next."""

import pytest
from django.urls import reverse

from tests.associations.factories import AssociationFactory
from tests.companies.factories import CompanyFactory
from tests.partnerships.factories import member_of

pytestmark = pytest.mark.django_db
INTRODUCTIONS = "/mises-en-relation/"


@pytest.mark.parametrize("name", ["companies:list", "companies:need_list", "associations:list"])
def test_a_search_that_finds_nothing_leads_to_the_whole_list(client, name):
    page = client.get(reverse(name), {"q": "zzzz"}).content.decode()
    assert f'href="{reverse(name)}">Voir tou' in page


def test_a_company_without_introductions_is_led_to_associations_not_to_others_needs(client):
    client.force_login(member_of(CompanyFactory()))
    page = client.get(INTRODUCTIONS).content.decode()
    assert reverse("matching:suggestions") in page
    assert "Voir les besoins ouverts" not in page


def test_an_association_without_introductions_is_led_to_needs(client):
    client.force_login(member_of(AssociationFactory()))
    assert "Voir les besoins ouverts" in client.get(INTRODUCTIONS).content.decode()


def test_a_page_that_is_not_there_leads_to_the_login_and_back(client):
    page = client.get("/nulle-part/").content.decode()
    assert f"{reverse('account_login')}?next=/nulle-part/" in page
