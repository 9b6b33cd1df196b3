"""Each provider of the table, heard for real: its own payload, signed as it signs, at its address."""

from base64 import b64encode

import pytest
from django.urls import reverse

from mecenova.mail.enums import TroubleKind
from mecenova.mail.models import AddressTrouble
from mecenova.settings.providers import PROVIDERS, SIGNING, hearing_settings
from tests.accounts.factories import UserFactory
from tests.mail.provider_news import NEWS, SIGNING_KEY, told

pytestmark = pytest.mark.django_db

AWA = "awa@exemple.test"
SECRET = "prestataire:un-long-secret"


@pytest.fixture
def hear(client, settings):
    """Posts the news; the site is set as its environment would set it."""
    awa = UserFactory(email=AWA)

    def hear(provider, *, signing_key=SIGNING_KEY, **how):
        settings.MAIL_PROVIDER = provider
        key = signing_key if provider in SIGNING else ""
        settings.ANYMAIL = {
            "WEBHOOK_SECRET": [SECRET],
            **hearing_settings(provider, key, hears=bool(signing_key)),
        }
        body, headers = told(provider, awa.email, **how)
        headers["Authorization"] = f"Basic {b64encode(SECRET.encode()).decode()}"
        address = reverse("mail:provider_news", args=[provider])
        return client.post(address, body, content_type="application/json", headers=headers).status_code

    return hear


def test_the_news_of_every_provider_are_recorded():
    assert set(NEWS) == set(PROVIDERS)


@pytest.mark.parametrize("provider", PROVIDERS)
def test_a_refusal_for_good_marks_the_address(hear, provider):
    assert hear(provider) == 200
    trouble = AddressTrouble.objects.get()
    assert (trouble.address, trouble.kind) == (AWA, TroubleKind.BOUNCED)


@pytest.mark.parametrize("provider", PROVIDERS)
def test_a_refusal_for_now_marks_nothing(hear, provider):
    assert hear(provider, for_good=False) == 200
    assert not AddressTrouble.objects.exists()


@pytest.mark.parametrize("provider", SIGNING)
def test_what_is_signed_by_another_is_refused(hear, provider):
    assert hear(provider, key="une-autre-cle") == 403
    assert not AddressTrouble.objects.exists()


@pytest.mark.parametrize("provider", SIGNING)
def test_a_key_that_we_lack_is_our_fault_and_said_so(hear, provider, caplog):
    """So that the provider tells it again, once the key is there."""
    assert hear(provider, signing_key="") == 503
    assert "MAIL_PROVIDER_SIGNING_KEY is not set" in caplog.text
