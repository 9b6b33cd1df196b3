"""What every page owes its reader, whatever the view."""

import pytest
from django.test import Client
from django.urls import reverse

from tests.accounts.factories import PASSWORD, StaffFactory, UserFactory
from tests.ui.parsing import assert_valid_html

pytestmark = pytest.mark.django_db
WITH_A_KEY = "django.contrib.auth.backends.ModelBackend"


@pytest.mark.parametrize("query", ["kind__exact=%00", "%00", "a%00b=1", "page=1&page=%00"])
@pytest.mark.parametrize("name", ["pages:home", "admin:accounts_organisation_changelist"])
def test_a_nul_in_the_query_is_refused_in_french(client: Client, name: str, query: str) -> None:
    client.force_login(StaffFactory(is_superuser=True), backend=WITH_A_KEY)
    response = client.get(f"{reverse(name)}?{query}")
    assert response.status_code == 400
    assert "Cette demande n’a pas pu être lue" in response.text
    assert response["X-Frame-Options"] == "DENY"
    assert "Content-Security-Policy" in response
    assert_valid_html(response.text)


def test_an_address_without_nul_is_read(client: Client) -> None:
    assert client.get(f"{reverse('pages:home')}?q=%2500&q=0").status_code == 200


@pytest.mark.parametrize(
    ("name", "typed"),
    [("account_logout", {}), ("admin:logout", {}), ("accounts:close_account", {"sure": "on"})],
)
def test_signing_out_leaves_nothing_in_the_browser(client: Client, name: str, typed: dict[str, str]) -> None:
    person = StaffFactory(is_superuser=True) if name.startswith("admin") else UserFactory()
    client.force_login(person, backend=WITH_A_KEY)
    client.post(reverse("account_reauthenticate"), {"password": PASSWORD})
    response = client.post(reverse(name), typed)
    assert "_auth_user_id" not in client.session
    assert response["Clear-Site-Data"] == '"cache"'


def test_a_page_clears_nothing_while_one_is_signed_in(client: Client) -> None:
    client.force_login(UserFactory(), backend=WITH_A_KEY)
    for response in (client.get(reverse("account_logout")), client.get(reverse("pages:home"))):
        assert "Clear-Site-Data" not in response
