import re
import uuid

import pytest
from django.core import mail as mailbox
from django.test import Client
from django.urls import reverse

from mecenova.calendar import clock
from mecenova.mail import unsubscribe
from mecenova.mail.delivery import deliver_due
from mecenova.mail.models import DigestLine, MailPreference, OutgoingMail
from mecenova.mail.notifications import Notification, register_notification
from mecenova.mail.operations import compose_due, queue
from mecenova.mail.preferences import declined_by, set_wishes, wishes_of
from tests.mail.factories import PersonFactory
from tests.mail.notifications_for_tests import Letter, Reminder, WeeklyLetter

pytestmark = pytest.mark.django_db


@pytest.fixture
def reader():
    return PersonFactory()


def sent(notification, person):
    queue(notification, person)
    OutgoingMail.objects.update(due_at=clock.now())
    deliver_due()
    return mailbox.outbox[-1]


def address(message):
    (found,) = re.findall(
        r"<(http://testserver/courriels/se-desabonner/[^>]+)>", message.extra_headers["List-Unsubscribe"]
    )
    return found.removeprefix("http://testserver")


class TestOneClick:
    """RFC 8058, as a mailbox does it: a POST of one field, without cookies, to the address of the header."""

    def test_the_mailbox_s_button_ends_the_subscription(self, reader):
        message = sent(Letter, reader)
        assert message.extra_headers["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
        stranger = Client(enforce_csrf_checks=True)
        for _ in range(2):
            answer = stranger.post(address(message), {"List-Unsubscribe": "One-Click"})
            assert answer.status_code == 200
        assert MailPreference.objects.get().wanted is False
        assert queue(Letter, reader, occurrence="2") == 0
        assert queue(Reminder, reader) == 1

    def test_opening_the_address_changes_nothing(self, reader, client):
        answer = client.get(address(sent(Letter, reader)))
        assert "Les lettres d’essai" in answer.text
        assert not MailPreference.objects.exists()
        assert answer["Referrer-Policy"] == "no-referrer"
        assert "no-store" in answer["Cache-Control"]

    def test_a_service_mail_never_carries_it(self, reader):
        message = sent(Reminder, reader)
        assert not {"List-Unsubscribe", "List-Unsubscribe-Post"} & set(message.extra_headers)
        assert "se-desabonner" not in message.body

    def test_the_foot_of_both_parts_says_how(self, reader):
        message = sent(Letter, reader)
        html = message.alternatives[0].content
        for part in (message.body, html):
            assert unsubscribe.unsubscribe_url(reader.pk, ["letters"]) in part
            assert "/courriels/preferences/" in part
        assert "/courriels/preferences/" in sent(Reminder, reader).body

    def test_of_one_person_and_one_group_only(self, reader, client):
        other = PersonFactory()
        client.post(address(sent(Letter, reader)))
        assert wishes_of(reader.pk)["letters"] is False
        assert wishes_of(reader.pk)["news"] is True
        assert wishes_of(other.pk)["letters"] is True

    def test_used_again_it_says_that_it_is_done(self, reader, client):
        link = unsubscribe.unsubscribe_url(reader.pk, ["letters"])
        assert "Ne plus recevoir ces informations" in client.get(link).content.decode()
        client.post(link)
        assert "Vous ne recevrez plus" in client.get(link).content.decode()

    def test_still_good_years_later(self, reader, client):
        from datetime import UTC, datetime

        link = unsubscribe.unsubscribe_url(reader.pk, ["letters"])
        with clock.frozen(datetime(2036, 1, 1, tzinfo=UTC)):
            assert client.get(link).status_code == 200

    def test_any_single_change_is_refused(self, reader, client):
        link = reverse("mail:unsubscribe", args=["x"]).removesuffix("x/")
        token = unsubscribe.unsubscribe_url(reader.pk, ["letters"]).rstrip("/").rpartition("/")[2]
        for position in range(len(token)):
            changed = "A" if token[position] != "A" else "B"
            altered = f"{token[:position]}{changed}{token[position + 1 :]}"
            with pytest.raises(unsubscribe.TokenAltered):
                unsubscribe.read(altered)
        assert client.post(f"{link}{token[:-1]}/").status_code == 404
        assert not MailPreference.objects.exists()

    def test_of_somebody_who_is_no_more(self, client):
        assert client.post(unsubscribe.unsubscribe_url(uuid.uuid4(), ["letters"])).status_code == 404

    def test_a_link_that_acts_is_worth_nothing_here(self, reader, client):
        from mecenova.mail.links import link_for
        from tests.mail.links_for_tests import Answer

        token = link_for(Answer, reader, reader).rstrip("/").rpartition("/")[2].partition(":")[2]
        with pytest.raises(unsubscribe.TokenAltered):
            unsubscribe.read(token)

    def test_a_flood_is_slowed_down(self, client, settings, reader):
        settings.ACCOUNT_RATE_LIMITS = {**settings.ACCOUNT_RATE_LIMITS, "unsubscribe": "3/m/ip"}
        link = unsubscribe.unsubscribe_url(reader.pk, ["letters"])
        assert [client.post(link).status_code for _ in range(5)][-1] == 429


class TestPage:
    def test_one_line_per_group_and_what_always_arrives(self, client, reader):
        client.force_login(reader)
        text = client.get(reverse("mail:preferences")).text
        for words in ("Les lettres d’essai", "Des nouvelles, parfois.", "Ce qui vous arrive toujours"):
            assert words in text
        assert reverse("mail:preferences") in client.get(reverse("mail:mailbox")).text
        assert reverse("mail:preferences") in client.get(reverse("accounts:person")).text

    def test_what_is_said_is_kept_and_can_be_taken_back(self, client, reader):
        client.force_login(reader)
        for _ in range(2):
            client.post(reverse("mail:preferences"), {"news": "on"})
            wishes = wishes_of(reader.pk)
            assert (wishes["letters"], wishes["news"]) == (False, True)
        client.post(reverse("mail:preferences"), {"news": "on", "letters": "on", "invented": "on"})
        assert wishes_of(reader.pk)["letters"] is True
        assert not MailPreference.objects.filter(group="invented").exists()

    def test_strangers_sign_in_first(self, client):
        assert client.get(reverse("mail:preferences")).status_code == 302


def test_a_yes_is_not_taken_for_a_no(reader):
    """What is kept of a person may be either: at once or in the digest, who said yes reads it."""
    set_wishes(user_id=reader.pk, wishes={"letters": True})
    assert declined_by([reader.pk]) == {}
    assert queue(Letter, reader) == 1
    queue(WeeklyLetter, reader)
    with clock.frozen(DigestLine.objects.get().due_at):
        assert compose_due() == 1


def test_a_group_is_declared_before_the_mails_it_holds():
    class Stray(Notification):
        name = "tests.stray"
        category = Letter.category
        group = "nowhere"

    with pytest.raises(ValueError, match="register_group"):
        register_notification(Stray)


def test_a_group_declined_takes_the_mails_of_no_other(reader):
    set_wishes(user_id=reader.pk, wishes={"news": False})
    assert queue(Letter, reader) == 1
    set_wishes(user_id=reader.pk, wishes={"letters": False})
    assert queue(Letter, reader, occurrence="2") == 0


def test_what_is_still_wanted_of_two_groups_can_still_be_declined(reader, client):
    """A digest of two groups, one of which was declined on the page of preferences."""
    at = unsubscribe.unsubscribe_url(reader.pk, ["letters", "news"])
    set_wishes(user_id=reader.pk, wishes={"news": False})
    assert "Ne plus recevoir ces informations" in client.get(at).text
    client.post(at)
    assert wishes_of(reader.pk)["letters"] is False
    assert "Ne plus recevoir ces informations" not in client.get(at).text
