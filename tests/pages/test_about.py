"""Who is behind the site and how to reach them: read by anybody, true to the settings, silent on nothing."""

import pytest
from django.urls import reverse

from accounts.retention import (
    INVITATIONS_ARE_KEPT,
    PROOFS_ARE_KEPT,
    UNCONFIRMED_ARE_KEPT,
    DormantAccount,
)
from mecenova.mail.retention import SECRETS_KEPT, WORDS_KEPT
from mecenova.ui.figures import integer
from tests.accounts.factories import MembershipFactory, UserFactory
from tests.reading import shown

pytestmark = pytest.mark.django_db
ABOUT = ("contact", "legal", "privacy", "accessibility")


@pytest.mark.parametrize("name", ABOUT)
def test_every_page_leads_to_each_and_a_visitor_reads_it_without_a_cookie(client, name):
    assert f'href="{reverse(f"pages:{name}")}"' in shown(client.get(reverse("pages:home")))
    response = client.get(reverse(f"pages:{name}"))
    assert response.status_code == 200
    assert not response.cookies


def test_what_is_not_set_is_said_to_be_missing(client, settings):
    settings.PUBLISHER = dict.fromkeys(settings.PUBLISHER, "")
    settings.CONTACT_EMAIL = ""
    assert shown(client.get(reverse("pages:legal"))).count("non renseigné") == 6
    assert "non renseigné" in shown(client.get(reverse("pages:contact")))


def test_what_is_set_is_said(client, settings):
    settings.PUBLISHER = {name: f"L’{name} & Cie" for name in settings.PUBLISHER}
    settings.CONTACT_EMAIL = "ecrire@exemple.test"
    page = shown(client.get(reverse("pages:legal")))
    assert all(said in page for said in settings.PUBLISHER.values())
    assert 'href="mailto:ecrire@exemple.test"' in page
    assert settings.PUBLISHER["name"] in shown(client.get(reverse("pages:privacy")))


def test_the_source_is_one_click_away_and_owed_when_nobody_set_where(client, settings):
    settings.SOURCE_URL = "https://code.example/mecenova"
    assert 'href="https://code.example/mecenova"' in shown(client.get(reverse("pages:legal")))
    settings.SOURCE_URL = ""
    assert "son code source vous est dû" in shown(client.get(reverse("pages:legal")))


def test_the_delays_told_are_those_applied(client):
    page = shown(client.get(reverse("pages:privacy")))
    assert f"{WORDS_KEPT.days // 365} ans après son envoi" in page
    assert f"mot de passe : {SECRETS_KEPT.days} jours" in page
    assert WORDS_KEPT.days == 3 * 365
    warned_after, closed_after = DormantAccount.days
    assert f"Après {integer(closed_after)} jours sans rien".replace("\u202f", " ") in page
    assert f"vous prévient {closed_after - warned_after} jours avant" in page
    for kept, said in (
        (UNCONFIRMED_ARE_KEPT, "n’est pas confirmée : {} jours"),
        (INVITATIONS_ARE_KEPT, "que personne n’a prise : {} jours"),
        (PROOFS_ARE_KEPT, "d’un organisme : {} jours"),
    ):
        assert said.format(kept.days) in page
    assert "trois ans" in shown(_close_page(client))


def _close_page(client):
    client.force_login(UserFactory())
    return client.get(reverse("accounts:close_account"))


def test_a_member_chooses_a_slot_from_there_and_a_visitor_logs_in_first(client):
    contact = reverse("pages:contact")
    assert f"{reverse('account_login')}?next={contact}" in shown(client.get(contact)).replace("%2F", "/")
    member = MembershipFactory()
    client.force_login(member.user)
    ((organisation, address),) = client.get(contact).context["slots"]
    assert organisation == member.organisation
    assert client.get(address).status_code == 200


def test_signing_up_says_what_is_done_with_it(client):
    assert reverse("pages:privacy") in shown(client.get(reverse("accounts:sign_up")))
