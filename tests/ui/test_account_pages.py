"""allauth's journeys in our own pages: valid, in French, and leading somewhere."""

import re

import pytest
from django.test import Client
from django.urls import reverse

from tests.ui.parsing import assert_valid_html

pytestmark = [pytest.mark.django_db, pytest.mark.urls("tests.ui.urls")]
PASSWORD = "une phrase assez longue"
ENGLISH = re.compile(r"\b(sign in|sign up|password|e-mail address|confirm access|submit)\b", re.IGNORECASE)


@pytest.fixture
def member(client: Client, django_user_model) -> Client:
    user = django_user_model.objects.create_user("camille@exemple.fr", PASSWORD)
    user.emailaddress_set.create(email=user.email, verified=True, primary=True)
    assert client.login(email=user.email, password=PASSWORD)
    return client


def seen(client: Client, address: str) -> str:
    response = client.get(address)
    assert response.status_code == 200, response.headers
    check(response.text)
    return response.text


def check(text: str) -> None:
    assert_valid_html(text)
    words = re.sub(r"<[^>]+>", " ", text)
    assert not ENGLISH.search(words), ENGLISH.search(words)
    assert len(re.findall("<h1", text)) == 1


@pytest.mark.parametrize(
    "name",
    [
        "account_login",
        "account_reset_password",
        "account_reset_password_done",
        "account_inactive",
        "account_reset_password_from_key_done",
    ],
)
def test_pages_open_to_all(client: Client, name: str) -> None:
    seen(client, reverse(name))


def test_pages_of_a_member(member: Client) -> None:
    for name in ("account_change_password", "account_email", "account_logout", "account_reauthenticate"):
        seen(member, reverse(name))


def test_an_address_shows_what_can_be_done_with_it_and_no_more(member: Client, django_user_model) -> None:
    assert 'name="action_remove"' not in seen(member, reverse("account_email"))
    person = django_user_model.objects.get()
    for address, verified in (("ancienne@exemple.fr", True), ("nouvelle@exemple.fr", False)):
        person.emailaddress_set.create(email=address, verified=verified)
    page = seen(member, reverse("account_email"))
    forms = re.findall(r'name="email" value="([^"]+)"(.*?)</form>', page, re.DOTALL)
    assert {address: re.findall(r'name="action_(\w+)"', rest) for address, rest in forms} == {
        "ancienne@exemple.fr": ["primary", "remove"],
        "nouvelle@exemple.fr": ["send", "remove"],
    }


def test_leaving_needs_a_post(member: Client) -> None:
    seen(member, reverse("account_logout"))
    assert "_auth_user_id" in member.session
    member.post(reverse("account_logout"))
    assert "_auth_user_id" not in member.session


def test_a_refused_login_says_what_to_do_and_keeps_the_address(client: Client) -> None:
    response = client.post(reverse("account_login"), {"login": "camille@exemple.fr", "password": "faux"})
    check(response.text)
    assert 'value="camille@exemple.fr"' in response.text
    assert "Il reste un point à corriger" in response.text
    assert "<title>Erreur" in response.text


def test_a_used_or_altered_reset_link_offers_another(client: Client) -> None:
    address = reverse("account_reset_password_from_key", args=["1", "abc-def"])
    text = seen(client, address)
    assert reverse("account_reset_password") in text


def test_a_change_of_password_refused_says_why(member: Client) -> None:
    answers = {"oldpassword": PASSWORD, "password1": "123", "password2": "124"}
    response = member.post(reverse("account_change_password"), answers)
    check(response.text)
    assert "à corriger" in response.text
