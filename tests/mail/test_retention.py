"""Words are erased when they serve no more; the fact stays, and nothing that may still leave is touched."""

from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction

from mecenova.calendar import clock
from mecenova.mail import retention, tasks
from mecenova.mail.enums import Attempt, MailStatus
from mecenova.mail.models import AddressTrouble, OutgoingMail, ProviderNews
from mecenova.mail.operations import mark_address, retry_failed
from mecenova.mail.retention import (
    NEWS_KEPT,
    SECRETS_KEPT,
    TROUBLES_KEPT,
    WORDS_KEPT,
    forget_old_troubles,
    forget_old_words,
    forget_strangers,
)
from tests.mail.factories import OutgoingMailFactory, PersonFactory

pytestmark = pytest.mark.django_db
SECOND = timedelta(seconds=1)


def mail(age: timedelta, status: str = MailStatus.SENT, **what) -> OutgoingMail:
    ended = {
        MailStatus.SENT: {"sent_at": clock.now() - age},
        MailStatus.FAILED: {"last_error": "554"},
        MailStatus.CANCELLED: {"last_error": "in_trouble"},
        MailStatus.SENDING: {"lease_until": clock.now()},
        MailStatus.PENDING: {},
    }[MailStatus(status)]
    return OutgoingMailFactory(created_at=clock.now() - age, status=status, **ended, **what)


def words_of(one: OutgoingMail) -> set[str]:
    one.refresh_from_db()
    return {one.subject, one.text, one.html, one.address}


@pytest.mark.parametrize("status", [MailStatus.SENT, MailStatus.FAILED, MailStatus.CANCELLED])
def test_old_words_go_and_the_fact_stays(status):
    old, young = mail(WORDS_KEPT + SECOND, status), mail(WORDS_KEPT - timedelta(minutes=1), status)
    old.log.create(outcome=Attempt.SENT)
    said = words_of(young)
    assert forget_old_words() == 1
    assert words_of(old) == {""}
    assert (old.status, old.log.count()) == (status, 1)
    assert words_of(young) == said
    assert forget_old_words() == 0


@pytest.mark.parametrize("status", [MailStatus.PENDING, MailStatus.SENDING])
def test_what_may_still_leave_keeps_its_words(status):
    waiting = mail(WORDS_KEPT * 2, status, confidential=True)
    assert forget_old_words() == 0
    assert "" not in words_of(waiting) - {waiting.html}


def test_a_code_is_kept_no_longer_than_it_serves():
    code, letter = mail(SECRETS_KEPT + SECOND, confidential=True), mail(SECRETS_KEPT + SECOND)
    fresh = mail(SECRETS_KEPT - timedelta(minutes=1), confidential=True)
    assert forget_old_words() == 1
    assert words_of(code) == {""}
    assert words_of(letter) != {""} != words_of(fresh)


def test_an_empty_mail_is_never_sent_again():
    failed = mail(WORDS_KEPT + SECOND, MailStatus.FAILED)
    forget_old_words()
    assert retry_failed(mails=OutgoingMail.objects.all(), by=None) == 0
    failed.refresh_from_db()
    assert not failed.is_retriable


def test_a_night_s_work_is_bounded_and_begins_with_the_oldest():
    older, old = mail(WORDS_KEPT + 2 * SECOND), mail(WORDS_KEPT + SECOND)
    assert forget_old_words(limit=1) == 1
    assert words_of(older) == {""} != words_of(old)
    assert forget_old_words(limit=1) == 1


@pytest.mark.parametrize(
    "change", [{"text": "Encore là"}, {"address": "a@exemple.test"}, {"status": "pending"}]
)
def test_the_database_refuses_half_forgotten_mails(change):
    gone = mail(WORDS_KEPT + SECOND)
    forget_old_words()
    if change.get("status"):
        change = {**change, "sent_at": None}
    with pytest.raises(IntegrityError, match="mail_forgotten_says_nothing"), transaction.atomic():
        OutgoingMail.objects.filter(pk=gone.pk).update(**change)


def test_its_page_says_that_it_was_forgotten(client):
    person = PersonFactory()
    gone = mail(WORDS_KEPT + SECOND, recipient=person, subject="Une nouvelle", text="Bonjour Camille")
    forget_old_words()
    client.force_login(person)
    page = client.get(gone.get_absolute_url()).text
    assert "ont été effacés le" in page
    assert "Ancien message" in page
    assert "Ancien message" in client.get("/courriels/").text


def test_a_mended_address_is_kept_as_long_as_late_news_may_come():
    now = clock.now()
    trouble = AddressTrouble.objects.create(
        address="a@exemple.test", kind="bounced", at=now - TROUBLES_KEPT * 2, mended_at=now - TROUBLES_KEPT
    )
    standing = AddressTrouble.objects.create(
        user=PersonFactory(), address="b@exemple.test", kind="bounced", at=now - TROUBLES_KEPT * 9
    )
    with clock.frozen(now - SECOND):
        assert forget_old_troubles() == 0
    with clock.frozen(now + SECOND):
        assert forget_old_troubles() == 1
    assert list(AddressTrouble.objects.all()) == [standing] != [trouble]


def test_an_address_that_is_nobody_s_and_in_no_mail_is_forgotten():
    """It bounced on the last mail of an account that has closed."""
    old = clock.now() - TROUBLES_KEPT - SECOND
    farewell = mail(SECRETS_KEPT + SECOND, confidential=True, recipient=None, address="parti@exemple.test")
    mark_address(address="parti@exemple.test", kind="bounced", at=old)
    assert forget_old_troubles() == 0
    forget_old_words()
    assert words_of(farewell) == {""}
    tasks.forget_old_mails()
    tasks.forget_old_mails()
    assert not AddressTrouble.objects.exists()


def test_what_a_provider_told_is_kept_as_long_as_it_may_tell_it_again():
    now = clock.now()
    old, kept = (
        ProviderNews.objects.create(key=key, received_at=now - NEWS_KEPT + late)
        for key, late in (("a" * 64, -SECOND), ("b" * 64, SECOND))
    )
    tasks.forget_old_mails()
    tasks.forget_old_mails()
    assert list(ProviderNews.objects.all()) == [kept] != [old]


def test_an_address_that_is_nobody_s_is_kept_as_long_as_news_may_come():
    mark_address(address="inconnu@exemple.test", kind="bounced")
    assert forget_old_troubles() == 0
    assert AddressTrouble.objects.exists()


def test_an_address_that_cannot_be_mended_keeps_no_other(monkeypatch, caplog):
    old = clock.now() - TROUBLES_KEPT - SECOND
    for name in ("un", "deux"):
        mark_address(address=f"{name}@exemple.test", kind="bounced", at=old)
    mend = retention.mend_address

    def mend_but_one(*, trouble, by):
        mend(trouble=trouble, by=by)
        if trouble.address == "un@exemple.test":
            raise RuntimeError(trouble.address)

    def forget_old_words():
        raise RuntimeError("the database went away")

    monkeypatch.setattr(retention, "mend_address", mend_but_one)
    monkeypatch.setattr(tasks, "forget_old_words", forget_old_words)
    tasks.forget_old_mails()
    kept = AddressTrouble.objects.get()
    assert (kept.address, kept.is_open) == ("un@exemple.test", True)
    assert f"trouble {kept.pk} raised" in caplog.text
    assert "work forget_old_words raised" in caplog.text


def test_nor_may_one_be_of_somebody_who_has_just_signed_up():
    person = PersonFactory()
    mark_address(address=person.email.upper(), kind="bounced", at=clock.now() - TROUBLES_KEPT * 2)
    AddressTrouble.objects.update(user=None)
    assert forget_old_troubles() == 0


class TestStrangers:
    """Mails to people without an account are forgotten sooner: theirs, and no others."""

    KEPT = timedelta(days=1)

    def forget(self):
        return forget_strangers(keys_beginning="tip", before=clock.now() - self.KEPT)

    def test_old_words_go_with_what_refused_mail_there(self):
        old = mail(self.KEPT + SECOND, key="message:tip:un", recipient=None)
        for address in (old.address, "autre@exemple.test"):
            mark_address(address=address, kind="bounced")
        assert self.forget() == 1
        assert words_of(old) == {""}
        assert AddressTrouble.objects.get().address == "autre@exemple.test"

    def test_a_young_mail_keeps_its_words(self):
        mail(self.KEPT - timedelta(minutes=1), key="message:tip:un", recipient=None)
        assert self.forget() == 0

    def test_a_mail_to_somebody_with_an_account_keeps_its_words(self):
        mail(self.KEPT + SECOND, key="message:tip:un")
        assert self.forget() == 0

    def test_the_trouble_of_somebody_with_an_account_is_kept(self):
        """They signed up since, at the address where they were a stranger."""
        person = PersonFactory()
        mark_address(address=person.email, kind="bounced")
        mail(self.KEPT + SECOND, key="message:tip:un", recipient=None, address=person.email)
        assert self.forget() == 1
        assert AddressTrouble.objects.get().user == person
