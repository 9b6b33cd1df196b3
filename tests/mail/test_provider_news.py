"""Each provider of the table, heard for real: its own payload, signed as it signs, at its address."""

from base64 import b64encode

import pytest
from anymail.signals import AnymailTrackingEvent, EventType, RejectReason, tracking
from django.urls import reverse

from mecenova.mail.enums import TroubleKind
from mecenova.mail.models import AddressTrouble
from mecenova.mail.operations import mend_address
from mecenova.mail.receivers import trouble_told_by
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


def event(**said):
    """What anymail makes of the news of a provider, about Awa."""
    values = {"event_type": EventType.REJECTED, "reject_reason": None, "esp_event": {}}
    return AnymailTrackingEvent(**{**values, "recipient": AWA, **said})


@pytest.mark.parametrize(
    ("event_type", "reason", "kind"),
    [
        (EventType.COMPLAINED, None, TroubleKind.COMPLAINED),
        (EventType.BOUNCED, RejectReason.SPAM, TroubleKind.COMPLAINED),
        (EventType.REJECTED, RejectReason.SPAM, TroubleKind.COMPLAINED),
        (EventType.BOUNCED, RejectReason.OTHER, TroubleKind.BOUNCED),
        (EventType.REJECTED, RejectReason.INVALID, TroubleKind.REJECTED),
        (EventType.REJECTED, RejectReason.BOUNCED, TroubleKind.REJECTED),
        (EventType.REJECTED, RejectReason.BLOCKED, TroubleKind.REJECTED),
        # Nothing of these is said of the address for good.
        (EventType.REJECTED, RejectReason.TIMED_OUT, None),
        (EventType.REJECTED, RejectReason.UNSUBSCRIBED, None),
        (EventType.REJECTED, RejectReason.OTHER, None),
        (EventType.DEFERRED, RejectReason.BOUNCED, None),
        (EventType.DELIVERED, None, None),
        (EventType.OPENED, None, None),
    ],
)
def test_what_the_news_say_of_an_address(event_type, reason, kind):
    assert trouble_told_by(event(event_type=event_type, reject_reason=reason)) == kind


def test_two_providers_may_give_the_same_number_to_their_news():
    UserFactory(email=AWA)
    complaint = event(event_type=EventType.COMPLAINED, event_id="1")
    tracking.send(sender=None, event=complaint, esp_name="Brevo")
    mend_address(trouble=AddressTrouble.objects.get(), by=None)
    for _ in range(2):
        tracking.send(sender=None, event=complaint, esp_name="Mailjet")
    assert AddressTrouble.objects.count() == 2


@pytest.mark.parametrize("provider", SIGNING)
def test_what_is_signed_by_another_is_refused(hear, provider):
    assert hear(provider, key="une-autre-cle") == 403
    assert not AddressTrouble.objects.exists()


@pytest.mark.parametrize("provider", SIGNING)
def test_a_key_that_we_lack_is_our_fault_and_said_so(hear, provider, caplog):
    """So that the provider tells it again, once the key is there."""
    assert hear(provider, signing_key="") == 503
    assert "MAIL_PROVIDER_SIGNING_KEY is not set" in caplog.text
