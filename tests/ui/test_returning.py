"""An address that only takes forms is no dead end: neither after a session that ended nor reloaded."""

import json
import uuid

import pytest
from django.contrib.sessions.models import Session
from django.test import Client
from django.urls import reverse

from accounts.models import User
from mecenova.ui.returning import LAST_PERSON, page_above
from tests.accounts.factories import PASSWORD, UserFactory
from tests.matching.factories import SuggestionFactory
from tests.ui.parsing import assert_valid_html

pytestmark = pytest.mark.django_db
BROWSER = {"Accept": "text/html,application/xhtml+xml,*/*;q=0.8"}
NOTE = "Nous aimerions vous rencontrer avant l’été, autour d’un café."


def log_in(client: Client, address: str, person: User | None = None):
    person = person or UserFactory()
    return client.post(address, {"login": person.email, "password": PASSWORD}, headers=BROWSER)


@pytest.mark.parametrize(
    ("came_from", "leads_to"),
    [
        ("http://testserver/suggestions/?page=2", "/suggestions/?page=2"),
        (None, "{page}"),
        # Another site, and the same name without its own scheme, are no pages of ours.
        ("https://ailleurs.example/suggestions/", "{page}"),
        ("javascript:alert(1)", "{page}"),
    ],
)
def test_a_form_refused_leads_back_to_its_page(client: Client, came_from: str | None, leads_to: str) -> None:
    page = SuggestionFactory().get_absolute_url()
    headers = BROWSER | ({"Referer": came_from} if came_from else {})
    refused = client.post(f"{page}interessee/", {"note": NOTE}, headers=headers)
    assert refused.status_code == 302
    entered = log_in(client, refused.url)
    assert (entered.status_code, entered.url) == (302, leads_to.format(page=page))


def write_after_the_session(client: Client, page: str, written: dict[str, str], by: User | None) -> str:
    """Logged in, the session ends, the form is sent: where to log in again, as the browser shows it."""
    if by is not None:
        log_in(client, reverse("account_login"), by)
        del client.cookies["sessionid"]
    door = client.post(page, written, headers=BROWSER).url
    client.get(door)
    return door


def read_at_home(client: Client) -> str:
    return client.get(reverse("pages:home"), follow=True).text


def test_what_was_written_is_given_back_once(client: Client) -> None:
    page, person = f"{SuggestionFactory().get_absolute_url()}interessee/", UserFactory()
    carried = {
        "project_id": str(uuid.uuid4()),
        "as_shown": json.dumps({"title": "8d777f385d3dfec8"}),
        "answer": "yes",
    }
    written = {"title": "Un verger à nous", "note": NOTE, **carried}
    log_in(client, write_after_the_session(client, page, written, person), person)
    home = read_at_home(client)
    assert "rien n’a été envoyé" in home
    assert f"«\u202fUn verger à nous\n{NOTE}\u202f»" in home
    assert NOTE not in read_at_home(client)


@pytest.mark.parametrize("written", [{"note": NOTE}, {"answer": "yes"}], ids=["words", "a choice"])
def test_the_way_in_says_that_nothing_was_sent_and_whether_the_words_are_kept(
    client: Client, written: dict[str, str]
) -> None:
    """Logged out in another tab: a bare login page would leave its reader without a word."""
    page, person = f"{SuggestionFactory().get_absolute_url()}interessee/", UserFactory()
    log_in(client, reverse("account_login"), person)
    client.post(reverse("account_logout"))
    entrance = client.get(client.post(page, written, headers=BROWSER).url).text
    assert "Votre session a pris fin" in entrance
    assert ("Ce que vous aviez écrit est gardé" in entrance) == ("note" in written)
    assert NOTE not in entrance
    log_in(client, reverse("account_login"), person)
    assert (NOTE in read_at_home(client)) == ("note" in written)


def test_a_text_as_long_as_a_document_is_given_back_whole(client: Client) -> None:
    page, person = f"{SuggestionFactory().get_absolute_url()}interessee/", UserFactory()
    text = f"{'Un mot de plus. ' * 3_500}La fin."
    log_in(client, write_after_the_session(client, page, {"note": text}, person), person)
    assert "La fin." in read_at_home(client)


def test_what_was_written_is_given_to_nobody_else_then_gone(client: Client) -> None:
    page, person = f"{SuggestionFactory().get_absolute_url()}interessee/", UserFactory()
    log_in(client, write_after_the_session(client, page, {"note": NOTE}, person), UserFactory())
    home = read_at_home(client)
    assert NOTE not in home
    assert "rien n’a été envoyé" not in home
    client.post(reverse("account_logout"))
    log_in(client, reverse("account_login"), person)
    assert NOTE not in read_at_home(client)


@pytest.mark.parametrize("forged", ["", "{person}", "{person}:1tAbCd:signature"])
def test_what_nobody_is_known_to_have_written_is_kept_nowhere(client: Client, forged: str) -> None:
    """No row of the database for whoever comes by, however often."""
    page, person = f"{SuggestionFactory().get_absolute_url()}interessee/", UserFactory()
    client.cookies[LAST_PERSON] = forged.format(person=person.pk)
    door = write_after_the_session(client, page, {"note": NOTE}, None)
    assert not Session.objects.exists()
    log_in(client, door, person)
    assert NOTE not in read_at_home(client)


def test_the_cookie_that_says_whose_it_was_is_for_the_server_alone(client: Client) -> None:
    cookie = log_in(client, reverse("account_login")).cookies[LAST_PERSON]
    assert (cookie["httponly"], cookie["samesite"]) == (True, "Lax")


@pytest.mark.parametrize("field", ["password", "password1"])
def test_a_password_is_never_given_back(client: Client, field: str) -> None:
    written, person = {field: "secret-de-polichinelle", "note": NOTE}, UserFactory()
    page = reverse("accounts:close_account")
    log_in(client, write_after_the_session(client, page, written, person), person)
    assert "polichinelle" not in read_at_home(client)


def test_a_program_is_told_which_methods_are_taken(client: Client) -> None:
    client.force_login(UserFactory())
    path = f"{SuggestionFactory().get_absolute_url()}interessee/"
    for headers in ({"Accept": "*/*"}, BROWSER | {"HX-Request": "true"}):
        response = client.get(path, headers=headers)
        assert (response.status_code, response["Allow"]) == (405, "POST")


def test_a_form_sent_to_a_page_that_takes_none_is_refused_in_french(client: Client) -> None:
    client.force_login(UserFactory())
    response = client.post(reverse("partnerships:introductions"), {"a": "b"}, headers=BROWSER)
    assert (response.status_code, response["Allow"]) == (405, "GET, HEAD")
    assert "Cette page ne reçoit pas de formulaire" in response.text
    assert_valid_html(response.text)


@pytest.mark.parametrize(
    ("path", "above"),
    [
        (
            "/mises-en-relation/0b1f6a1e-7a53-4a4e-a0f4-5f0f3c7a0d10/repondre/",
            "/mises-en-relation/0b1f6a1e-7a53-4a4e-a0f4-5f0f3c7a0d10/",
        ),
        ("/inconnu/de/tous/", "/"),
        ("/", "/"),
    ],
)
def test_the_page_above(path: str, above: str) -> None:
    assert page_above(path) == above
