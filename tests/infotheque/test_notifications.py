"""Whoever suggested a document is told what became of it: whole mails, and who gets none."""

from datetime import datetime, timedelta

import pytest
from django.db import transaction
from django.urls import reverse

from infotheque import notifications, tasks
from infotheque.enums import TipStatus
from infotheque.models import Tip
from infotheque.operations import (
    accept_tip,
    archive_document,
    decline_tip,
    give_tip,
    publish_document,
    update_document,
    visitors,
    withdraw_document,
)
from mecenova.agenda.operations import next_step
from mecenova.calendar import clock
from mecenova.mail.enums import MailStatus, TroubleKind
from mecenova.mail.models import AddressTrouble, MailPreference, OutgoingMail
from mecenova.mail.operations import deliver_due, mark_address, queue_message
from mecenova.ui.figures import long_date
from tests.accounts.factories import UserFactory
from tests.mail.reading import preheader_of, whole

pytestmark = pytest.mark.django_db

KEY = "11111111-1111-4111-8111-111111111111"
TITLE = "Le *mécénat* [ici](http://mal.example)"


@pytest.fixture
def member():
    # The link that stops these mails is made of the key.
    return UserFactory(pk=KEY, first_name="Inès")


@pytest.fixture
def tip(member):
    return give_tip(title=TITLE, link="https://exemple.example/", by=member)


def taken(tip, staff):
    """The draft made of it, and completed: what is published has a summary."""
    draft = accept_tip(tip=tip, by=staff)
    return update_document(document=draft, by=staff, summary="Ce qu’il faut préparer.")


def written(notification):
    mail = OutgoingMail.objects.get(notification=notification.name)
    return whole(mail).replace(str(mail.subject_id), "CLE")


def names():
    return list(OutgoingMail.objects.order_by("created_at").values_list("notification", flat=True))


def test_taken_then_published(staff, tip, snapshot):
    with clock.frozen(datetime(2026, 3, 2, 10, tzinfo=clock.PARIS)):
        document = taken(tip, staff)
    accept_tip(tip=tip, by=staff)
    assert written(notifications.TipTaken) == snapshot
    publish_document(document=document, by=staff)
    assert names() == ["infotheque.tip_taken", "infotheque.tip_published"]
    mail = written(notifications.TipPublished)
    assert mail.replace(str(document.pk), "DOCUMENT") == snapshot
    tip.refresh_from_db()
    assert not notifications.TipTaken().still_wanted(tip, tip.given_by)
    assert notifications.TipPublished().still_wanted(tip, tip.given_by)


def test_taken_it_names_the_day_that_the_team_owes(staff, tip):
    document = taken(tip, staff)
    mail = OutgoingMail.objects.get(notification=notifications.TipTaken.name)
    day = f"au plus tard le {long_date(next_step(document).deadline)}"
    assert day in mail.text
    assert day in preheader_of(mail)


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


VISITOR = "lectrice@visiteurs.example"


@pytest.fixture
def visitors_tip(db):
    with clock.frozen(datetime(2026, 3, 2, 10, tzinfo=clock.PARIS)):
        return give_tip(title=TITLE, link="https://mal.example/", visitor_address=VISITOR)


def to_visitor():
    """The only mail there is: as it leaves, and to whom."""
    mail = OutgoingMail.objects.get()
    assert (mail.address, mail.recipient, mail.confidential) == (VISITOR, None, False)
    assert "mal.example" not in mail.html, (
        "nothing that was typed in the form leaves for an address typed in it"
    )
    return whole(mail)


def kept(tip):
    tip.refresh_from_db()
    return tip.visitor_address


def test_a_visitor_is_told_once_when_it_is_on_line(staff, visitors_tip, snapshot):
    document = taken(visitors_tip, staff)
    assert kept(visitors_tip) == VISITOR
    assert names() == []
    update_document(document=document, by=staff, title="Le mécénat, ici")
    publish_document(document=document, by=staff)
    withdraw_document(document=document, by=staff)
    publish_document(document=document, by=staff)
    assert to_visitor().replace(str(document.pk), "DOCUMENT") == snapshot
    assert kept(visitors_tip) == ""


def published_for(tip, staff):
    document = update_document(document=taken(tip, staff), by=staff, title="Le guide")
    return publish_document(document=document, by=staff)


def test_a_visitor_is_not_told_it_is_on_line_once_it_is_not(staff, visitors_tip):
    """Withdrawn before the mail leaves, it is told the next time; put away, that it is not kept."""
    document = published_for(visitors_tip, staff)
    assert "est en ligne" in to_visitor()
    withdraw_document(document=document, by=staff)
    assert kept(visitors_tip) == VISITOR
    assert not OutgoingMail.objects.filter(address=VISITOR).exists()
    publish_document(document=document, by=staff)
    assert "est en ligne" in to_visitor()
    archive_document(document=document, by=staff)
    assert "est en ligne" not in to_visitor()
    assert kept(visitors_tip) == ""


def test_a_mail_that_has_left_is_not_taken_back(staff, visitors_tip):
    document = published_for(visitors_tip, staff)
    OutgoingMail.objects.filter(address=VISITOR).update(status=MailStatus.SENT, sent_at=clock.now())
    told = to_visitor()
    archive_document(document=document, by=staff)
    assert to_visitor() == told
    assert kept(visitors_tip) == ""


def test_a_visitor_is_told_when_it_is_declined(staff, visitors_tip, snapshot):
    for _ in range(2):
        decline_tip(tip=visitors_tip, by=staff)
    assert to_visitor() == snapshot
    assert kept(visitors_tip) == ""


def test_a_draft_put_away_is_told_to_whoever_suggested_it(staff, tip, member, visitors_tip):
    """The same document, of a member and of a visitor: one draft, and both are answered."""
    Tip.objects.update(title="Le même", link="")
    tip.refresh_from_db()
    document = accept_tip(tip=tip, by=staff)
    visitors_tip.refresh_from_db()
    assert visitors_tip.document == document
    archive_document(document=document, by=staff)
    assert sorted(names()) == ["infotheque.tip_declined", "infotheque.tip_taken", "message"]
    assert notifications.TipDeclined().still_wanted(Tip.objects.get(pk=tip.pk), member)
    assert kept(visitors_tip) == ""


def test_what_was_told_to_be_on_line_is_put_away_without_a_word(staff, tip):
    document = taken(tip, staff)
    publish_document(document=document, by=staff)
    OutgoingMail.objects.update(status=MailStatus.SENT, sent_at=clock.now())
    withdraw_document(document=document, by=staff)
    publish_document(document=document, by=staff)
    archive_document(document=document, by=staff)
    assert names() == ["infotheque.tip_taken", "infotheque.tip_published"]


def test_a_member_is_not_told_it_is_on_line_once_it_is_not(staff, tip):
    """As a visitor: withdrawn before the mail leaves, told the next time; put away, told so."""
    document = taken(tip, staff)
    publish_document(document=document, by=staff)
    withdraw_document(document=document, by=staff)
    assert names() == ["infotheque.tip_taken"]
    publish_document(document=document, by=staff)
    assert names() == ["infotheque.tip_taken", "infotheque.tip_published"]
    archive_document(document=document, by=staff)
    assert names() == ["infotheque.tip_taken", "infotheque.tip_declined"]


def test_several_people_may_wait_for_one_document(staff, member):
    told = [
        give_tip(title="Un guide", by=member),
        give_tip(title="Un guide", by=member),
        give_tip(title="Un guide", visitor_address=VISITOR),
        give_tip(title="Un guide", visitor_address=VISITOR.upper()),
        give_tip(title="Un guide", visitor_address="autre@visiteurs.example"),
        give_tip(title="Un guide"),
    ]
    assert len(set(told)) == 3
    decline_tip(tip=told[0], by=staff)
    assert not Tip.objects.waiting().exists()
    assert OutgoingMail.objects.count() == 3
    assert not Tip.objects.exclude(visitor_address="").exists()


def test_after_a_year_a_visitor_is_told_and_the_address_goes_everywhere(staff, visitors_tip, snapshot):
    with clock.frozen(datetime(2027, 3, 1, 9, tzinfo=clock.PARIS)) as moment:
        tasks.forget_visitors.run()
        assert kept(visitors_tip) == VISITOR, "not a day too early"
        moment.advance(timedelta(days=1, hours=2))
        for _ in range(2):
            tasks.forget_visitors.run()
        assert to_visitor() == snapshot
        assert kept(visitors_tip) == ""
        assert visitors_tip.status == TipStatus.WAITING
        moment.advance(timedelta(days=31))
        tasks.forget_visitors.run()
        assert OutgoingMail.objects.get().address == VISITOR, "it has not left yet"
        deliver_due()
        mark_address(address=VISITOR, kind=TroubleKind.BOUNCED)
        for _ in range(2):
            tasks.forget_visitors.run()
    mail = OutgoingMail.objects.get()
    assert (mail.status, mail.address, mail.text) == ("sent", "", "")
    assert not AddressTrouble.objects.exists()


def test_a_visitor_who_cannot_be_told_keeps_no_other_address(staff, monkeypatch, caplog):
    first, second = (give_tip(title=title, visitor_address=VISITOR) for title in ("Un", "Deux"))
    served = give_tip(title="Trois", visitor_address=VISITOR)
    decline_tip(tip=served, by=staff)
    OutgoingMail.objects.update(due_at=clock.now())
    deliver_due()
    tell = visitors.tell_visitor

    def tell_but_the_first(tip, template):
        tell(tip, template)
        if tip.pk == first.pk:
            raise RuntimeError(tip.visitor_address)

    monkeypatch.setattr(visitors, "tell_visitor", tell_but_the_first)
    with clock.frozen(clock.now() + timedelta(days=400)):
        tasks.forget_visitors.run()
    assert (kept(first), kept(second)) == (VISITOR, "")
    assert not OutgoingMail.objects.filter(key__contains=str(first.pk)).exists()
    assert OutgoingMail.objects.get(key__contains=str(served.pk)).address == "", (
        "those who were told are forgotten"
    )
    assert f"tip {first.pk} raised" in caplog.text


def test_other_mails_to_bare_addresses_are_left_alone(visitors_tip):
    with clock.frozen(datetime(2026, 6, 1, 10, tzinfo=clock.PARIS)):
        with transaction.atomic():
            queue_message(key="code:1", subject="Votre code", text="123", address=VISITOR)
        OutgoingMail.objects.update(created_at=clock.now() - timedelta(days=90))
        deliver_due()
        tasks.forget_visitors.run()
    assert OutgoingMail.objects.get().address == VISITOR


def test_the_form_asks_a_visitor_for_an_address_and_a_member_for_none(client, member, staff):
    address = reverse("infotheque:tip_create")
    assert "visitor_address" in client.get(address).text
    said = client.post(address, {"title": "Un", "visitor_address": VISITOR}, follow=True).text
    assert "Vous recevrez un courriel" in said
    assert "Vous recevrez un courriel" not in client.post(address, {"title": "Deux"}, follow=True).text
    wrong = client.post(address, {"title": "Trois", "visitor_address": "pas une adresse"})
    assert wrong.status_code == 422
    assert "pas une adresse" in wrong.text
    client.force_login(member)
    assert "visitor_address" not in client.get(address).text
    client.post(address, {"title": "Quatre", "visitor_address": VISITOR})
    assert Tip.objects.get(title="Quatre").visitor_address == ""
    client.force_login(staff)
    page = client.get(reverse("infotheque:tips")).text
    assert "a laissé une adresse" in page
    assert VISITOR not in page
