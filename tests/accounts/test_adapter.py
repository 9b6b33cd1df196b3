"""The mails allauth sends: in the outbox, confidential, with the site's own address."""

import re

import pytest
from django.test import Client
from django.urls import reverse

from accounts.models.user import EMAIL_LENGTH
from mecenova.mail.models import OutgoingMail
from tests.accounts.factories import PASSWORD, UserFactory
from tests.mail.reading import whole

pytestmark = pytest.mark.django_db


def the_mail(snapshot_of=lambda text: text):
    mail = OutgoingMail.objects.get()
    assert mail.confidential
    assert mail.html
    return snapshot_of(whole(mail))


def sign_up(client, email):
    return client.post(
        reverse("accounts:sign_up"),
        {
            "kind": "association",
            "first_name": "Léa",
            "last_name": "Roux",
            "email": email,
            "password1": "une lampe dans la nuit",
        },
    )


def without_code(mail):
    return re.sub(r"\b[A-Z0-9]{4}-[A-Z0-9]{4}\b", "<code>", mail)


def test_the_code(client, snapshot):
    sign_up(client, "lea@exemple.fr")
    assert without_code(the_mail()) == snapshot


def test_no_code_carries_the_words_of_whoever_asked_for_it(client):
    """Nobody has confirmed the address yet: it may be anybody's."""
    hostile = "GAGNEZ"
    client.post(
        reverse("accounts:sign_up"),
        {
            "kind": "association",
            "first_name": hostile,
            "last_name": hostile,
            "email": "lea@exemple.fr",
            "password1": "une lampe dans la nuit",
        },
    )
    client = Client()
    person = UserFactory(email="paul@exemple.fr", first_name=hostile)
    client.post(reverse("account_login"), {"login": person.email, "password": PASSWORD})
    client.post(reverse("account_reauthenticate"), {"password": PASSWORD})
    client.post(reverse("account_email"), {"email": "victime@exemple.fr", "action_add": ""})
    mails = OutgoingMail.objects.filter(address__in=["lea@exemple.fr", "victime@exemple.fr"])
    assert len(mails) == 2
    for mail in mails:
        assert "GAGNEZ" not in mail.subject + mail.text + mail.html


def test_the_account_that_exists_already(client, snapshot):
    UserFactory(email="lea@exemple.fr")
    sign_up(client, "LEA@exemple.fr")
    assert the_mail() == snapshot


def test_whoever_left_before_the_code_is_led_back_to_what_they_began(client):
    """No password opens an address not confirmed: « log in » would send them in circles."""
    UserFactory(email="lea@exemple.fr", verified=False)
    sign_up(client, "lea@exemple.fr")
    told = the_mail()
    assert "n’est pas finie" in told
    assert reverse("account_login") not in told
    assert reverse("account_reset_password") in told


def test_the_password_to_choose_again(client, snapshot):
    person = UserFactory(email="lea@exemple.fr", first_name="Léa")
    client.post(reverse("account_reset_password"), {"email": "lea@exemple.fr"}, headers={"host": "localhost"})
    text = the_mail()
    link = re.search(r"http://testserver(/compte/password/reset/key/\S+)", text)
    assert link, "the address comes from the settings, not from the request"
    shown = client.get(link.group(1), follow=True)
    client.post(
        shown.redirect_chain[-1][0], {"password1": "un phare sur la mer", "password2": "un phare sur la mer"}
    )
    person.refresh_from_db()
    assert person.check_password("un phare sur la mer")
    assert text.replace(link.group(1), "<link>") == snapshot


def test_the_address_without_an_account(client, snapshot):
    client.post(reverse("account_reset_password"), {"email": "personne@exemple.fr"})
    assert the_mail() == snapshot


def test_a_changed_password_is_told(client, snapshot):
    client.force_login(UserFactory(email="lea@exemple.fr", first_name="Léa"))
    client.post(
        reverse("account_change_password"),
        {"oldpassword": PASSWORD, "password1": "un phare sur la mer", "password2": "un phare sur la mer"},
    )
    assert the_mail() == snapshot


def test_another_address_receives_a_code(client, snapshot):
    person = UserFactory(email="lea@exemple.fr", first_name="Léa")
    client.post(reverse("account_login"), {"login": person.email, "password": PASSWORD})
    client.post(reverse("account_reauthenticate"), {"password": PASSWORD})
    client.post(reverse("account_email"), {"email": "lea.roux@exemple.fr", "action_add": ""})
    mail = OutgoingMail.objects.get(address="lea.roux@exemple.fr")
    assert without_code(whole(mail)) == snapshot


def test_an_address_too_long_is_refused_rather_than_cut(client):
    person = UserFactory()
    client.post(reverse("account_login"), {"login": person.email, "password": PASSWORD})
    client.post(reverse("account_reauthenticate"), {"password": PASSWORD})
    page = client.post(reverse("account_email"), {"email": "a" * 250 + "@exemple.fr", "action_add": ""})
    assert "trop longue" in page.content.decode()
    assert not OutgoingMail.objects.exists()


@pytest.mark.parametrize("has_account", [True, False])
def test_the_longest_address_is_answered_alike_with_or_without_an_account(client, has_account):
    domain = "@" + "d" * 60 + "." + "e" * 60 + "." + "f" * 60 + ".fr"
    longest = domain.rjust(EMAIL_LENGTH, "a")
    if has_account:
        UserFactory(email=longest)
    answers = [sign_up(client, longest), client.post(reverse("account_reset_password"), {"email": longest})]
    assert [(answer.status_code, answer["Location"]) for answer in answers] == [
        (302, "/compte/confirm-email/"),
        (302, "/compte/password/reset/done/"),
    ]
    assert set(OutgoingMail.objects.values_list("address", flat=True)) == {longest}


def test_no_key_of_a_mail_says_an_address(client):
    for typed in ("Personne@exemple.fr", "personne@exemple.fr"):
        client.post(reverse("account_reset_password"), {"email": typed})
    assert "exemple.fr" not in OutgoingMail.objects.get().key.lower()
