import pytest
from django.urls import reverse

from tests.mail.factories import OutgoingMailFactory

pytestmark = pytest.mark.django_db


def test_every_mail_is_read_in_full_without_an_account(client):
    OutgoingMailFactory(subject="Bienvenue", text="Premier pas.\n\nSuite : https://example.org/lien/abc/")
    OutgoingMailFactory(subject="Votre code", text="<b>123456</b>")
    page = client.get(reverse("demo:mailbox"))
    text = page.content.decode()
    assert page.status_code == 200
    assert text.index("Votre code") < text.index("Bienvenue")
    assert 'href="https://example.org/lien/abc/"' in text
    assert "&lt;b&gt;123456" in text


def test_an_empty_mailbox_says_what_to_do(client):
    assert "Inscrivez une association" in client.get(reverse("demo:mailbox")).content.decode()


def test_nothing_is_changed_by_reading(client):
    assert client.post(reverse("demo:mailbox")).status_code == 405


def test_as_many_queries_for_many_mails(client, query_count):
    OutgoingMailFactory()
    with_one = query_count(lambda: client.get(reverse("demo:mailbox")))
    OutgoingMailFactory.create_batch(10)
    assert query_count(lambda: client.get(reverse("demo:mailbox"))) == with_one
