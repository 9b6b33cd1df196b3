import socket
import time
from contextlib import suppress
from datetime import UTC, datetime, timedelta

import pytest
from django.db import transaction

from mecenova.calendar import clock
from mecenova.celery import app as celery_app
from mecenova.mail import wake as waking
from mecenova.mail.delivery import Delivery, deliver_due
from mecenova.mail.enums import MailStatus
from mecenova.mail.models import MailPreference, OutgoingMail
from mecenova.mail.operations import (
    OutsideTransactionError,
    queue,
    queue_message,
    retry_failed,
    take_back,
    together,
)
from tests.mail.factories import OutgoingMailFactory, PersonFactory
from tests.mail.notifications_for_tests import Broken, Letter, Reminder, Welcome

pytestmark = pytest.mark.django_db

NIGHT = datetime(2026, 11, 23, 23, tzinfo=UTC)
NEXT_MORNING = datetime(2026, 11, 24, 7, tzinfo=UTC)


@pytest.fixture
def woken(monkeypatch):
    calls = []
    monkeypatch.setattr(
        "mecenova.mail.tasks.deliver_mail.apply_async", lambda **options: calls.append(options)
    )
    return calls


class TestQueue:
    def test_writes_one_row_per_person(self):
        person = PersonFactory()
        assert queue(Welcome, person) == 1
        mail = OutgoingMail.objects.get()
        assert mail.key == f"tests.welcome:{person.pk}:{person.pk}:"
        assert (mail.recipient, mail.address, mail.about) == (person, person.email, person)
        assert mail.subject == "Bienvenue Camille\u202f!"
        assert mail.status == MailStatus.PENDING

    def test_twice_is_once(self):
        person = PersonFactory()
        queue(Welcome, person)
        assert queue(Welcome, person) == 0
        assert queue(Welcome, person, occurrence="again") == 1
        assert OutgoingMail.objects.count() == 2

    def test_many_facts_told_in_a_row_are_written_at_once(self, query_count):
        people = PersonFactory.create_batch(4)
        queue(Welcome, people[0])

        def tell(those):
            with together():
                for person in those:
                    queue(Welcome, person)
                    assert queue(Reminder, person) == 1
                    assert queue(Reminder, person) == 0
                assert OutgoingMail.objects.count() == before

        before = OutgoingMail.objects.count()
        # What is known already, the writing, and the count above.
        one = query_count(lambda: tell(people[:1]))
        assert (one, OutgoingMail.objects.count()) == (3, 2)
        before = OutgoingMail.objects.count()
        assert query_count(lambda: tell(people)) == one
        assert OutgoingMail.objects.count() == 8

    def test_what_an_inner_transaction_queues_is_undone_with_it(self):
        kept, undone = PersonFactory.create_batch(2)
        with together():
            queue(Welcome, kept)
            with suppress(ZeroDivisionError), transaction.atomic():
                queue(Welcome, undone)
                raise ZeroDivisionError
        assert [mail.recipient for mail in OutgoingMail.objects.all()] == [kept]

    def test_a_bundle_that_raises_writes_nothing(self):
        with suppress(ZeroDivisionError), together():
            queue(Welcome, PersonFactory())
            raise ZeroDivisionError
        assert queue(Welcome, PersonFactory()) == OutgoingMail.objects.count() == 1

    def test_a_race_on_the_key_keeps_one(self, monkeypatch):
        person = PersonFactory()
        queue(Welcome, person)
        monkeypatch.setattr("mecenova.mail.operations._already_queued", lambda keys: [])
        queue(Welcome, person)
        assert OutgoingMail.objects.count() == 1

    def test_the_message_id_comes_from_the_key(self):
        person = PersonFactory()
        queue(Welcome, person)
        first = OutgoingMail.objects.get().message_id
        OutgoingMail.objects.all().delete()
        queue(Welcome, person)
        assert OutgoingMail.objects.get().message_id == first
        assert first.endswith("@mecenova.example>")

    @pytest.mark.django_db(transaction=True)
    def test_is_refused_outside_a_transaction(self):
        person = PersonFactory()
        with pytest.raises(OutsideTransactionError):
            queue(Welcome, person)
        with pytest.raises(OutsideTransactionError):
            queue_message(key="a", subject="b", text="c", recipient=person)
        assert not OutgoingMail.objects.exists()

    @pytest.mark.django_db(transaction=True)
    def test_what_is_rolled_back_is_never_sent(self, woken):
        person = PersonFactory()
        with transaction.atomic():
            queue(Welcome, person)
            transaction.set_rollback(True)
        assert not OutgoingMail.objects.exists()
        assert woken == []

    def test_nobody_who_left_nor_without_address(self):
        assert queue(Welcome, PersonFactory(is_active=False)) == 0
        assert queue(Welcome, PersonFactory(email="")) == 0

    def test_quiet_hours_hold_back_all_but_answers(self):
        person = PersonFactory()
        with clock.frozen(NIGHT):
            queue(Welcome, person)
            queue(Reminder, person)
        due = dict(OutgoingMail.objects.values_list("notification", "due_at"))
        assert due == {"tests.welcome": NIGHT, "tests.reminder": NEXT_MORNING}

    def test_context_of_the_call_wins(self):
        queue(Welcome, PersonFactory(), context={"note": "À jeudi"})
        assert "À jeudi" in OutgoingMail.objects.get().text

    def test_information_can_be_declined_before_and_after(self):
        early, late = PersonFactory(), PersonFactory()
        MailPreference.objects.create(user=early, group="letters", wanted=False)
        assert [queue(Letter, early), queue(Letter, late), queue(Welcome, early)] == [0, 1, 1]
        MailPreference.objects.create(user=late, group="letters", wanted=False)
        with clock.frozen(clock.now() + timedelta(days=7)):
            assert deliver_due()[Delivery.CANCELLED] == 1

    @pytest.mark.parametrize(
        ("groups", "became"),
        [
            (["letters"], Delivery.CANCELLED),
            (["letters", "news"], Delivery.SENT),
            (["news"], Delivery.SENT),
        ],
    )
    def test_of_two_groups_both_are_declined_before_a_mail_is_held_back(self, groups, became):
        person = PersonFactory()
        with clock.frozen(NEXT_MORNING):
            queue(Letter, person)
            OutgoingMail.objects.update(groups=groups)
            MailPreference.objects.create(user=person, group="letters", wanted=False)
            assert deliver_due() == {became: 1}


class TestStillWanted:
    def test_is_asked_at_delivery(self):
        person = PersonFactory()
        with clock.frozen(NEXT_MORNING):
            queue(Reminder, person)
            person.last_name = "Répondu"
            person.save()
            assert deliver_due()[Delivery.CANCELLED] == 1
        assert OutgoingMail.objects.get().last_error == "no longer wanted"

    def test_nothing_about_what_no_longer_exists(self):
        person, subject = PersonFactory(), PersonFactory()
        queue(Welcome, subject)
        OutgoingMail.objects.update(recipient=person)
        subject.delete()
        assert deliver_due()[Delivery.CANCELLED] == 1

    def test_a_question_that_raises_stops_nobody(self):
        person = PersonFactory()
        queue(Broken, person)
        queue(Welcome, person)
        counts = deliver_due()
        assert (counts[Delivery.POSTPONED], counts[Delivery.SENT]) == (1, 1)
        assert "ZeroDivisionError" in OutgoingMail.objects.get(notification="tests.broken").last_error


class TestMessage:
    def test_to_an_address_or_a_person(self, mailoutbox):
        person = PersonFactory()
        assert queue_message(key="code:1", subject="Votre code", text="123", address="seul@exemple.test") == 1
        assert queue_message(key="code:2", subject="Votre code", text="456", recipient=person) == 1
        assert queue_message(key="code:2", subject="Votre code", text="456", recipient=person) == 0
        assert deliver_due()[Delivery.SENT] == 2
        assert {message.to[0] for message in mailoutbox} == {"seul@exemple.test", person.email}

    def test_leaves_at_night_and_stays_confidential(self):
        with clock.frozen(NIGHT):
            queue_message(key="code", subject="Votre code", text="123", address="seul@exemple.test")
        mail = OutgoingMail.objects.get()
        assert (mail.due_at, mail.confidential) == (NIGHT, True)

    def test_a_subject_is_one_line(self):
        queue_message(key="x", subject="Un\nBcc: tous@exemple.test", text="t", address="a@exemple.test")
        assert OutgoingMail.objects.get().subject == "Un Bcc: tous@exemple.test"

    def test_a_subject_keeps_its_spaces_all_the_way_to_the_mailbox(self, sink):
        """« 14 h 30 » is cut nowhere, however the header is folded and encoded."""
        subject = (
            f"Rendez-vous de 14\u00a0h\u00a030 déplacé\u202f: {'élan et œuvre, ' * 8}1\u202f200\u00a0€\u202f?"
        )
        queue_message(key="x", subject=subject, text="t", address="a@exemple.test")
        assert deliver_due()[Delivery.SENT] == 1
        # What unfolds it keeps the space that begins a folded line.
        assert [message["Subject"].lstrip(" ") for _, message in sink.accepted] == [subject]

    def test_nobody_to_write_to(self):
        assert queue_message(key="x", subject="s", text="t") == 0
        assert queue_message(key="y", subject="s", text="t", recipient=PersonFactory(is_active=False)) == 0


class TestWaking:
    def test_once_per_transaction_after_the_commit(self, woken, django_capture_on_commit_callbacks):
        with django_capture_on_commit_callbacks(execute=True):
            for person in PersonFactory.create_batch(3):
                queue(Welcome, person)
            assert woken == []
        (options,) = woken
        assert options["retry"] is False

    def test_nothing_new_wakes_nobody(self, woken, django_capture_on_commit_callbacks):
        person = PersonFactory()
        queue(Welcome, person)
        with django_capture_on_commit_callbacks(execute=True) as callbacks:
            queue(Welcome, person)
        assert callbacks == []

    @pytest.mark.parametrize("listens", [True, False], ids=["silent", "closed"])
    def test_a_broker_that_is_away_costs_little(self, monkeypatch, caplog, listens):
        with socket.socket() as broker:
            broker.bind(("127.0.0.1", 0))
            if listens:
                broker.listen(1)
            address = f"redis://127.0.0.1:{broker.getsockname()[1]}/0"
            monkeypatch.setattr(celery_app.conf, "broker_url", address)
            monkeypatch.setattr(celery_app.conf, "broker_write_url", address)
            began = time.monotonic()
            waking.wake()
            assert time.monotonic() - began < 4
        assert "Worker not woken" in caplog.text

    def test_a_broker_that_fails_is_a_line_in_the_log(self, monkeypatch, caplog):
        def fail(**options):
            raise ConnectionError("redis://secret@host")

        monkeypatch.setattr("mecenova.mail.tasks.deliver_mail.apply_async", fail)
        waking.wake()
        assert "Worker not woken (ConnectionError)" in caplog.text
        assert "secret" not in caplog.text


def test_failed_mails_are_put_back(django_capture_on_commit_callbacks, woken):
    failed = OutgoingMailFactory(status=MailStatus.FAILED, last_error="550", attempts=3, uncertain=6)
    sent = OutgoingMailFactory(status=MailStatus.SENT, sent_at=clock.now())
    with django_capture_on_commit_callbacks(execute=True):
        assert retry_failed(mails=OutgoingMail.objects.all(), by=None) == 1
    assert retry_failed(mails=OutgoingMail.objects.all(), by=None) == 0
    assert len(woken) == 1
    assert deliver_due()[Delivery.SENT] == 1
    failed.refresh_from_db()
    sent.refresh_from_db()
    assert failed.status == MailStatus.SENT


@pytest.mark.parametrize("presented", [{"attempts": 1}, {"uncertain": 1}])
def test_what_may_have_arrived_is_not_taken_back(presented):
    OutgoingMailFactory(key="message:shown", **presented)
    never_shown = OutgoingMailFactory(key="message:never")
    OutgoingMailFactory(key="message:another")
    assert take_back(["shown", "never"]) == {"never": never_shown.address}
    assert set(OutgoingMail.objects.values_list("key", flat=True)) == {"message:shown", "message:another"}
