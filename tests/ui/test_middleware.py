"""What every page owes its reader, whatever the view."""

import pytest
from django.test import Client
from django.urls import reverse

from tests.accounts.factories import PASSWORD, OrganisationFactory, StaffFactory, UserFactory
from tests.infotheque.factories import DocumentFactory
from tests.ui.parsing import assert_valid_html

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("query", ["kind__exact=%00", "%00", "a%00b=1", "page=1&page=%00"])
@pytest.mark.parametrize("name", ["pages:home", "admin:accounts_organisation_changelist"])
def test_a_nul_in_the_query_is_refused_in_french(client: Client, name: str, query: str) -> None:
    client.force_login(StaffFactory(is_superuser=True))
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
    client.force_login(person)
    client.post(reverse("account_reauthenticate"), {"password": PASSWORD})
    response = client.post(reverse(name), typed)
    assert "_auth_user_id" not in client.session
    assert response["Clear-Site-Data"] == '"cache"'


def test_a_page_clears_nothing_while_one_is_signed_in(client: Client) -> None:
    client.force_login(UserFactory())
    for response in (client.get(reverse("account_logout")), client.get(reverse("pages:home"))):
        assert "Clear-Site-Data" not in response


@pytest.mark.parametrize("name", ["pages:dashboard", "accounts:person", "pages:home", "admin:index"])
def test_a_page_of_whoever_is_signed_in_is_kept_nowhere(client: Client, name: str) -> None:
    client.force_login(StaffFactory(is_superuser=True))
    response = client.get(reverse(name), follow=True)
    assert "private" in response["Cache-Control"]
    assert "no-store" in response["Cache-Control"]


def test_nor_is_a_private_file(client: Client) -> None:
    client.force_login(StaffFactory(is_superuser=True))
    response = client.get("/equipe/observatoire/manque-cause.csv")
    assert response["Content-Type"].startswith("text/csv")
    assert response["Cache-Control"] == "private, no-store"


def test_a_text_that_is_being_written_comes_back_with_the_page(client: Client) -> None:
    """Browsers forget what was typed in a page that they may not store."""
    client.force_login(UserFactory())
    organisation = OrganisationFactory(status="unclaimed")
    response = client.get(reverse("accounts:claim", args=[organisation.pk]))
    assert "<textarea" in response.text
    assert response["Cache-Control"] == "private, no-cache"


def test_what_everybody_reads_stays_public(client: Client) -> None:
    assert "Cache-Control" not in client.get(reverse("pages:home"))
    document = DocumentFactory(published=True)
    client.force_login(UserFactory())
    assert "Cache-Control" not in client.get("/observatoire/manque-cause.csv")
    assert client.get(document.get_absolute_url())["Cache-Control"].startswith("private")


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("accounts:invitation", ["jeton"]),
        ("account_reset_password_from_key", ["abc", "def-012"]),
        ("account_reset_password", []),
    ],
)
def test_nor_is_what_a_secret_link_opens_nor_the_pages_of_an_account(
    client: Client, name: str, words: list[str]
) -> None:
    assert "no-store" in client.get(reverse(name, args=words)).get("Cache-Control", "")
