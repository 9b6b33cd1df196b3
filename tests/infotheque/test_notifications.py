"""Whoever suggested a document is told what became of it: whole mails, and who gets none."""

import pytest

from infotheque import notifications
from infotheque.operations import accept_tip, decline_tip, give_tip, publish_document
from mecenova.mail.models import MailPreference, OutgoingMail
from tests.accounts.factories import StaffFactory, UserFactory

pytestmark = pytest.mark.django_db

KEY = "11111111-1111-4111-8111-111111111111"
TITLE = "Le *mécénat* [ici](http://mal.example)"


@pytest.fixture
def staff():
    return StaffFactory()


@pytest.fixture
def member():
    # The link that stops these mails is made of the key.
    return UserFactory(pk=KEY, first_name="Inès")


@pytest.fixture
def tip(member):
    return give_tip(title=TITLE, link="https://exemple.example/", by=member)


def written(notification):
    mail = OutgoingMail.objects.get(notification=notification.name)
    return f"{mail.subject}\n\n{mail.text}".replace(str(mail.subject_id), "CLE")


def names():
    return list(OutgoingMail.objects.order_by("pk").values_list("notification", flat=True))


def test_taken_then_published(staff, tip, snapshot):
    document = accept_tip(tip=tip, by=staff)
    accept_tip(tip=tip, by=staff)
    assert written(notifications.TipTaken) == snapshot
    publish_document(document=document, by=staff)
    assert names() == ["infotheque.tip_taken", "infotheque.tip_published"]
    mail = written(notifications.TipPublished)
    assert mail.replace(str(document.pk), "DOCUMENT") == snapshot
    tip.refresh_from_db()
    assert not notifications.TipTaken().still_wanted(tip, tip.given_by)
    assert notifications.TipPublished().still_wanted(tip, tip.given_by)


def test_declined(staff, tip, snapshot):
    for _ in range(2):
        decline_tip(tip=tip, by=staff)
    assert names() == ["infotheque.tip_declined"]
    assert written(notifications.TipDeclined) == snapshot


def test_who_gets_none(staff, member, tip):
    MailPreference.objects.create(user=member, group=notifications.GROUP.slug, wanted=False)
    decline_tip(tip=tip, by=staff)
    decline_tip(tip=give_tip(title="D’un visiteur"), by=staff)
    assert names() == []
