import smtplib
import threading
from collections import Counter
from datetime import UTC, datetime, timedelta

import pytest
import requests
from anymail.exceptions import AnymailRequestsAPIError
from django.core import mail as mailbox
from django.db import connection, transaction
from urllib3.exceptions import (
    ConnectTimeoutError,
    MaxRetryError,
    NameResolutionError,
    ProtocolError,
    ProxyError,
)

from accounts.models import User
from mecenova.calendar import clock
from mecenova.mail import delivery, outcomes
from mecenova.mail.claiming import LEASE, claim, give_back, hand_over
from mecenova.mail.delivery import MOST_ATTEMPTS, MOST_UNCERTAIN, Delivery, deliver_due
from mecenova.mail.enums import Attempt, MailStatus
from mecenova.mail.models import OutgoingMail
from mecenova.mail.operations import queue
from mecenova.mail.outcomes import UNKNOWN_WAITS
from tests.mail import smtp_sink
from tests.mail.factories import OutgoingMailFactory, PersonFactory
from tests.mail.notifications_for_tests import Reminder, Welcome
from tests.threads import at_once

pytestmark = pytest.mark.django_db
NO_NAME = NameResolutionError("api.prestataire.test", None, OSError("no such name"))


def reload(mail):
    mail.refresh_from_db()
    return mail


def gave_up(reason):
    """What urllib3 hands to requests when it stops trying."""
    return MaxRetryError(None, "/v3/smtp/email", reason)


def answered(code):
    """What a provider's interface says of a mail that it has read, as its backend raises it."""
    answer = requests.Response()
    answer.status_code, answer.reason, answer._content = code, "", b"{}"
    return AnymailRequestsAPIError("no", response=answer)


def later(frozen, wait):
    frozen.advance(wait)


@pytest.fixture
def frozen():
    """A Monday morning: at night and on rest days what nobody waits for is kept."""
    with clock.frozen(datetime(2026, 11, 23, 9, tzinfo=UTC)) as stopped:
        yield stopped


class TestDrain:
    def test_sends_what_is_due_once(self, frozen):
        mail = OutgoingMailFactory()
        assert deliver_due() == Counter({Delivery.SENT: 1})
        assert deliver_due() == Counter()
        assert len(mailbox.outbox) == 1
        (message,) = mailbox.outbox
        assert message.to == [mail.address]
        assert message.extra_headers["Message-ID"] == mail.message_id
        assert message.alternatives[0].content == mail.html
        assert (reload(mail).status, mail.sent_at, mail.lease_until) == (MailStatus.SENT, frozen(), None)

    def test_waits_for_the_hour(self, frozen):
        OutgoingMailFactory(due_at=frozen() + timedelta(minutes=1))
        assert deliver_due() == Counter()
        later(frozen, timedelta(minutes=1))
        assert deliver_due() == Counter({Delivery.SENT: 1})

    def test_is_bounded_in_number_and_in_time(self, frozen):
        OutgoingMailFactory.create_batch(3)
        assert deliver_due(limit=2).total() == 2
        assert deliver_due(seconds=0).total() == 0
        assert deliver_due().total() == 1

    def test_oldest_first(self, frozen):
        young = OutgoingMailFactory(due_at=frozen() - timedelta(hours=1))
        old = OutgoingMailFactory(due_at=frozen() - timedelta(hours=2))
        deliver_due()
        assert [message.to for message in mailbox.outbox] == [[old.address], [young.address]]

    def test_what_somebody_waits_for_passes_a_monday_s_digests(self, frozen):
        """A code, and the answer to a sign-up, leave before what an outage has piled up."""
        OutgoingMailFactory.create_batch(25, due_at=frozen() - timedelta(hours=6), urgent=False)
        code = OutgoingMailFactory()
        person = PersonFactory()
        queue(Welcome, person)
        deliver_due(limit=2)
        assert {message.to[0] for message in mailbox.outbox} == {code.address, person.email}

    def test_who_left_gets_nothing(self, frozen):
        mail = OutgoingMailFactory(recipient=PersonFactory(is_active=False))
        assert deliver_due() == Counter({Delivery.CANCELLED: 1})
        assert mailbox.outbox == []
        assert reload(mail).last_error == "recipient is no longer active"

    def test_an_unknown_notification_waits_for_the_release_that_knows_it(self, frozen):
        mail = OutgoingMailFactory(notification="future.mail")
        assert deliver_due() == Counter({Delivery.POSTPONED: 1})
        assert "future.mail" in reload(mail).last_error
        assert mail.retry_at > frozen() >= mail.due_at

    def test_gives_up_after_so_many_attempts_and_shows_it(self, frozen):
        mail = OutgoingMailFactory(notification="future.mail")
        for _ in range(MOST_ATTEMPTS + 2):
            deliver_due()
            later(frozen, timedelta(hours=9))
        assert reload(mail).status == MailStatus.FAILED
        assert mail.attempts == MOST_ATTEMPTS
        assert list(OutgoingMail.objects.failed()) == [mail]


class TestServer:
    """Against a real SMTP conversation."""

    def test_accepted(self, sink, frozen):
        mail = OutgoingMailFactory(subject="Où en êtes-vous ?", text="L’œuvre & co\n")
        assert deliver_due() == Counter({Delivery.SENT: 1})
        ((recipient, message),) = sink.accepted
        assert recipient == mail.address
        assert message["Subject"] == "Où en êtes-vous ?"
        assert message["Message-ID"] == mail.message_id
        assert message["Auto-Submitted"] == "auto-generated"
        assert message.get_body(("plain",)).get_content() == "L’œuvre & co\r\n"

    @pytest.mark.parametrize("behaviour", [smtp_sink.RECIPIENT_LATER, smtp_sink.DATA_LATER])
    def test_4xx_waits_longer_each_time(self, sink, frozen, behaviour):
        mail = OutgoingMailFactory()
        sink.behaviours[mail.address] = [behaviour] * 3
        waits = []
        for _ in range(3):
            assert deliver_due() == Counter({Delivery.POSTPONED: 1})
            waits.append(reload(mail).retry_at - frozen())
            assert deliver_due() == Counter()
            later(frozen, waits[-1])
        for wait, minutes in zip(waits, (1, 2, 4), strict=True):
            assert timedelta(minutes=minutes) * 2 / 3 <= wait <= timedelta(minutes=minutes) * 4 / 3
        assert deliver_due() == Counter({Delivery.SENT: 1})
        assert sink.times_by_message_id() == {mail.message_id: 1}

    @pytest.mark.parametrize("closed_door", [True, False], ids=["no_server", "later"])
    def test_what_did_not_leave_in_the_evening_waits_for_the_morning(self, sink, closed_door):
        """But for what answers an act, and codes."""
        evening, morning = (
            datetime(2026, 11, 28, 18, 59, 50, tzinfo=UTC),
            datetime(2026, 11, 30, 7, tzinfo=UTC),
        )
        person = PersonFactory()
        with clock.frozen(evening) as now:
            for notification in (Reminder, Welcome):
                queue(notification, person)
            OutgoingMailFactory(recipient=person)
            sink.closed_door = closed_door
            sink.behaviours[person.email] = [] if closed_door else [smtp_sink.RECIPIENT_LATER] * 3
            for _ in range(4):
                deliver_due()
            put_off = OutgoingMail.objects.get(notification=Reminder.name)
            assert (put_off.due_at, put_off.retry_at) == (evening, morning)
            sink.closed_door = False
            now.advance(timedelta(hours=4))
            deliver_due()
            left = OutgoingMail.objects.sent().values_list("notification", flat=True)
            assert sorted(left) == ["message", "tests.welcome"]
            now.move_to(morning)
            deliver_due()
            assert OutgoingMail.objects.sent().count() == 3

    def test_a_sender_that_comes_back_at_night_wakes_nobody(self, sink):
        """What was due in the evening leaves the next free morning, but for what answers an act."""
        evening, morning = datetime(2026, 11, 28, 18, 20, tzinfo=UTC), datetime(2026, 11, 30, 7, tzinfo=UTC)
        person = PersonFactory()
        with clock.frozen(evening) as now:
            for notification in (Reminder, Welcome):
                queue(notification, person)
            OutgoingMailFactory(recipient=None, urgent=False)
            now.advance(timedelta(minutes=41))
            assert deliver_due() == Counter({Delivery.SENT: 1, Delivery.POSTPONED: 2})
            assert deliver_due() == Counter()
            for held in OutgoingMail.objects.filter(urgent=False):
                assert (held.status, held.due_at, held.retry_at) == (MailStatus.PENDING, evening, morning)
                assert (held.attempts, held.last_error, held.log.count()) == (0, "", 0)
            now.move_to(morning)
            assert deliver_due() == Counter({Delivery.SENT: 2})

    def test_what_was_due_as_the_evening_began_still_leaves(self, sink):
        with clock.frozen(datetime(2026, 11, 27, 18, 59, 50, tzinfo=UTC)) as now:
            queue(Reminder, PersonFactory())
            now.advance(timedelta(minutes=20))
            assert deliver_due() == Counter({Delivery.SENT: 1})

    def test_what_was_to_be_tried_again_as_the_evening_began_too(self, sink):
        with clock.frozen(datetime(2026, 11, 27, 18, 30, tzinfo=UTC)) as now:
            person = PersonFactory()
            sink.behaviours[person.email] = [smtp_sink.DATA_LATER]
            queue(Reminder, person)
            now.advance(timedelta(minutes=28))
            assert deliver_due() == Counter({Delivery.POSTPONED: 1})
            now.advance(timedelta(minutes=20))
            assert deliver_due() == Counter({Delivery.SENT: 1})

    def test_what_was_told_not_now_and_is_not_presented_again_cannot_have_arrived(self, sink, frozen):
        mail = OutgoingMailFactory()
        sink.behaviours[mail.address] = [smtp_sink.DATA_LATER]
        assert deliver_due() == Counter({Delivery.POSTPONED: 1})
        later(frozen, timedelta(minutes=2))
        # Taken by a sender that dies before it speaks to the server.
        assert claim(frozen()) == [mail]
        later(frozen, LEASE)
        assert deliver_due() == Counter({Delivery.SENT: 1})
        assert (reload(mail).uncertain, mail.log.count()) == (0, 2)

    @pytest.mark.parametrize("behaviour", [smtp_sink.RECIPIENT_REFUSED, smtp_sink.DATA_REFUSED])
    def test_5xx_fails_at_once_and_stops_nobody(self, sink, frozen, behaviour):
        refused, fine = OutgoingMailFactory(), OutgoingMailFactory()
        sink.behaviours[refused.address] = [behaviour]
        assert deliver_due() == Counter({Delivery.FAILED: 1, Delivery.SENT: 1})
        assert reload(refused).status == MailStatus.FAILED
        assert "55" in refused.last_error
        assert reload(fine).status == MailStatus.SENT

    def test_our_own_address_refused_fails_no_mail(self, sink, frozen):
        mail = OutgoingMailFactory()
        sink.answers["MAIL"] = "530 who are you"
        assert deliver_due() == Counter({Delivery.POSTPONED: 1})
        assert reload(mail).status == MailStatus.PENDING

    def test_nobody_answers_and_the_others_are_left_alone(self, sink, frozen):
        mails = OutgoingMailFactory.create_batch(3)
        sink.closed_door = True
        for _ in range(40):
            assert deliver_due() == Counter({Delivery.POSTPONED: 1})
            later(frozen, timedelta(minutes=2))
        assert {reload(mail).status for mail in mails} == {MailStatus.PENDING}
        assert {mail.attempts for mail in mails} == {0}
        sink.closed_door = False
        assert deliver_due() == Counter({Delivery.SENT: 3})

    def test_nobody_listens(self, sink, settings, frozen):
        mail = OutgoingMailFactory()
        settings.EMAIL_PORT = 1
        assert deliver_due() == Counter({Delivery.POSTPONED: 1})
        assert "refused" in reload(mail).last_error

    def test_a_provider_away_for_two_hours_costs_no_mail(self, settings, frozen):
        """Its interface is spoken to in the sending itself: there, too, nobody at the door is no attempt."""
        settings.EMAIL_BACKEND = "anymail.backends.brevo.EmailBackend"
        settings.ANYMAIL = {"BREVO_API_KEY": "key", "BREVO_API_URL": "http://127.0.0.1:1/"}
        mails = OutgoingMailFactory.create_batch(2)
        for _ in range(40):
            assert deliver_due() == Counter({Delivery.POSTPONED: 1})
            later(frozen, LEASE)
        states = {(mail.status, mail.attempts, mail.uncertain) for mail in map(reload, mails)}
        assert states == {(MailStatus.PENDING, 0, 0)}

    def test_cut_before_the_content_is_tried_again_soon(self, sink, frozen):
        mail, other = OutgoingMailFactory(), OutgoingMailFactory()
        sink.behaviours[mail.address] = [smtp_sink.CUT_BEFORE_DATA]
        assert deliver_due() == Counter({Delivery.POSTPONED: 1, Delivery.SENT: 1})
        later(frozen, timedelta(minutes=2))
        assert deliver_due() == Counter({Delivery.SENT: 1})
        assert sink.times_by_message_id() == {mail.message_id: 1, other.message_id: 1}
        assert reload(mail).uncertain == 0

    @pytest.mark.parametrize("behaviour", [smtp_sink.CUT_AFTER_DATA, smtp_sink.HANG_AFTER_DATA])
    def test_cut_after_the_content_waits_then_repeats_once(self, sink, frozen, behaviour, caplog):
        mail = OutgoingMailFactory()
        sink.behaviours[mail.address] = [behaviour]
        assert deliver_due() == Counter({Delivery.UNCERTAIN: 1})
        assert (reload(mail).status, mail.retry_at) == (MailStatus.PENDING, frozen() + UNKNOWN_WAITS[0])
        assert deliver_due() == Counter()
        later(frozen, UNKNOWN_WAITS[0])
        assert deliver_due() == Counter({Delivery.SENT: 1})
        assert sink.times_by_message_id() == {mail.message_id: 2}
        assert (reload(mail).uncertain, mail.status) == (1, MailStatus.SENT)
        assert [attempt.outcome for attempt in mail.log.all()] == [Attempt.UNKNOWN, Attempt.SENT]
        assert f"Mail {mail.pk} (message): unknown" in caplog.text

    def test_a_provider_silent_for_a_day_costs_no_mail(self, sink, frozen):
        """It takes the content and never answers: tried again soon, then seldom, alive when it recovers."""
        mail = OutgoingMailFactory()
        sink.behaviours[mail.address] = [smtp_sink.CUT_AFTER_DATA] * 50
        for _ in range(24):
            deliver_due()
            later(frozen, timedelta(hours=1))
        assert reload(mail).status == MailStatus.PENDING
        assert list(OutgoingMail.objects.all().overdue(frozen())) == [mail]
        sink.behaviours[mail.address] = []
        later(frozen, max(UNKNOWN_WAITS))
        assert deliver_due() == Counter({Delivery.SENT: 1})

    def test_unknown_outcomes_are_repeated_so_many_times_only(self, sink, frozen):
        mail = OutgoingMailFactory()
        sink.behaviours[mail.address] = [smtp_sink.CUT_AFTER_DATA] * 20
        for _ in range(20):
            deliver_due()
            later(frozen, max(UNKNOWN_WAITS))
        assert reload(mail).status == MailStatus.FAILED
        assert "may have arrived" in mail.last_error
        assert len(sink.accepted) == MOST_UNCERTAIN + 1


class TestLease:
    def test_a_dead_sender_s_mail_is_taken_again_when_its_lease_ends(self, frozen):
        OutgoingMailFactory.create_batch(2)
        in_hand, waiting = claim(frozen())
        assert hand_over(in_hand)
        assert claim(frozen()) == []
        later(frozen, LEASE - timedelta(seconds=1))
        assert deliver_due() == Counter()
        later(frozen, timedelta(seconds=1))
        assert deliver_due() == Counter({Delivery.SENT: 2})
        assert (reload(in_hand).uncertain, in_hand.attempts, in_hand.log.count()) == (1, 2, 2)
        # It was leased and no more: nobody can have received it.
        assert (reload(waiting).uncertain, waiting.attempts, waiting.log.count()) == (0, 1, 1)

    def test_a_sender_stopped_in_the_middle_costs_an_attempt_to_the_one_in_its_hands_only(
        self, frozen, monkeypatch
    ):
        """A child that is asked to stop raises SystemExit wherever it is; nobody writes what became of it."""
        OutgoingMailFactory.create_batch(3)
        present, seen = delivery._Server.present, []

        def stopped_at_the_second(server, mail):
            seen.append(mail)
            if len(seen) == 2:
                raise SystemExit
            return present(server, mail)

        monkeypatch.setattr(delivery._Server, "present", stopped_at_the_second)
        with pytest.raises(SystemExit):
            deliver_due()
        before, in_hands = (OutgoingMail.objects.get(pk=mail.pk) for mail in seen)
        after = OutgoingMail.objects.exclude(pk__in=[before.pk, in_hands.pk]).get()
        mails = (before, in_hands, after)
        assert [(reload(mail).status, mail.attempts) for mail in mails] == [
            (MailStatus.SENT, 1),
            (MailStatus.SENDING, 1),
            (MailStatus.SENDING, 0),
        ]
        later(frozen, LEASE)
        assert deliver_due() == Counter({Delivery.SENT: 2})
        assert [(reload(mail).attempts, mail.uncertain) for mail in mails] == [(1, 0), (2, 1), (1, 0)]
        assert {mail.last_error for mail in (before, in_hands, after)} == {""}

    def test_a_sender_that_lost_its_lease_writes_nothing(self, frozen, caplog):
        mail = OutgoingMailFactory()
        (first,) = claim(frozen())
        later(frozen, LEASE)
        assert claim(frozen()) == [mail]
        assert not hand_over(first)
        delivery._settle(first, Delivery.FAILED, "late")
        assert reload(mail).status == MailStatus.SENDING
        assert "lease was lost" in caplog.text

    def test_what_came_of_it_is_logged_whoever_has_it_now(self, frozen, monkeypatch):
        def overtaken(server, mail):
            later(frozen, LEASE)
            assert claim(frozen()) == [mail]
            return outcomes.Verdict(outcomes.Outcome.SENT)

        monkeypatch.setattr(delivery._Server, "present", overtaken)
        mail = OutgoingMailFactory()
        deliver_due()
        assert (reload(mail).status, mail.uncertain) == (MailStatus.SENDING, 1)
        assert [attempt.outcome for attempt in mail.log.all()] == [Attempt.UNKNOWN, Attempt.SENT]

    def test_a_sender_that_lost_its_lease_gives_nothing_back(self, frozen):
        """Whoever took over would have its mails taken from it, and they would leave twice."""
        OutgoingMailFactory()
        first = claim(frozen())
        later(frozen, LEASE)
        (second,) = claim(frozen())
        give_back(first)
        mail = OutgoingMail.objects.get()
        assert (mail.status, mail.lease_until) == (MailStatus.SENDING, second.lease_until)

    @pytest.mark.django_db(transaction=True)
    def test_the_claim_is_committed_before_the_server_is_spoken_to(self, monkeypatch):
        mail = OutgoingMailFactory()
        seen = []

        def present(self, claimed):
            def look():
                seen.append(OutgoingMail.objects.get(pk=claimed.pk).status)
                connection.close()

            thread = threading.Thread(target=look)
            thread.start()
            thread.join()
            assert not connection.in_atomic_block
            return outcomes.Verdict(outcomes.Outcome.SENT)

        monkeypatch.setattr(delivery._Server, "present", present)
        deliver_due()
        assert seen == [MailStatus.SENDING]
        assert reload(mail).status == MailStatus.SENT

    def test_a_slow_server_and_the_next_mails_are_asked_again(self, frozen, monkeypatch):
        """What was read about the last mails of a handful is believed for a moment only."""
        monkeypatch.setattr(delivery, "FRESH_FOR", 0)
        mails = OutgoingMailFactory.create_batch(3)
        present = delivery._Server.present

        def slowly(self, mail):
            User.objects.filter(mails__in=mails).exclude(pk=mail.recipient_id).update(is_active=False)
            return present(self, mail)

        monkeypatch.setattr(delivery._Server, "present", slowly)
        assert deliver_due() == Counter({Delivery.SENT: 1, Delivery.CANCELLED: 2})
        assert len(mailbox.outbox) == 1

    def test_an_address_refused_for_good_is_not_tried_again_in_the_same_handful(self, sink, frozen):
        person = PersonFactory()
        for occurrence in "123":
            queue(Reminder, person, occurrence=occurrence)
        later(frozen, timedelta(days=4))
        sink.behaviours[person.email] = [smtp_sink.RECIPIENT_REFUSED] * 3
        assert deliver_due() == Counter({Delivery.FAILED: 1, Delivery.CANCELLED: 2})

    @pytest.mark.django_db(transaction=True)
    def test_is_refused_inside_a_transaction(self):
        with transaction.atomic(), pytest.raises(RuntimeError):
            deliver_due()

    @pytest.mark.django_db(transaction=True)
    def test_two_senders_share_the_work(self, sink):
        mails = OutgoingMailFactory.create_batch(30)
        shares = [delivered[Delivery.SENT] for delivered in at_once(deliver_due, deliver_due)]
        assert sum(shares) == 30
        assert all(shares)
        assert sink.times_by_message_id() == {mail.message_id: 1 for mail in mails}


class TestVerdict:
    @pytest.mark.parametrize(
        ("error", "outcome"),
        [
            (smtplib.SMTPRecipientsRefused({"a@b.fr": (550, b"no")}), outcomes.Outcome.LATER),
            (smtplib.SMTPRecipientsRefused({"a@b.fr": (550, b"5.7.1 no")}), outcomes.Outcome.REFUSED),
            (smtplib.SMTPRecipientsRefused({"a@b.fr": (550, b"no such user")}), outcomes.Outcome.REFUSED),
            (smtplib.SMTPRecipientsRefused({"a@b.fr": (450, b"later")}), outcomes.Outcome.LATER),
            (smtplib.SMTPDataError(552, b"too big"), outcomes.Outcome.REFUSED),
            (smtplib.SMTPDataError(452, b"full"), outcomes.Outcome.LATER),
            (smtplib.SMTPServerDisconnected("gone"), outcomes.Outcome.LATER),
            (ConnectionResetError(), outcomes.Outcome.LATER),
            (ValueError("bad header"), outcomes.Outcome.REFUSED),
            (RuntimeError("?"), outcomes.Outcome.LATER),
        ],
    )
    def test_of_a_backend_that_knows(self, error, outcome):
        assert outcomes.judge(error, knows_outcomes=True).outcome == outcome

    def test_of_a_backend_that_does_not_know(self):
        verdict = outcomes.judge(ConnectionResetError(), knows_outcomes=False)
        assert verdict.outcome == outcomes.Outcome.UNKNOWN

    @pytest.mark.parametrize(
        ("raised", "outcome"),
        [
            (requests.ConnectTimeout(gave_up(ConnectTimeoutError())), outcomes.Outcome.NO_SERVER),
            (requests.ConnectionError(gave_up(NO_NAME)), outcomes.Outcome.NO_SERVER),
            (requests.exceptions.ProxyError(gave_up(ProxyError("", OSError()))), outcomes.Outcome.NO_SERVER),
            (requests.ReadTimeout("read timed out"), outcomes.Outcome.UNKNOWN),
            (requests.ConnectionError(ProtocolError("aborted")), outcomes.Outcome.UNKNOWN),
            (requests.ConnectionError(), outcomes.Outcome.UNKNOWN),
            (answered(422), outcomes.Outcome.REFUSED),
            (answered(503), outcomes.Outcome.LATER),
            (answered(504), outcomes.Outcome.UNKNOWN),
        ],
    )
    def test_of_a_provider_s_interface(self, raised, outcome):
        assert outcomes.judge(raised, knows_outcomes=False).outcome == outcome

    def test_the_wait_is_bounded(self):
        assert outcomes.back_off(500) <= outcomes.LONGEST_WAIT * 4 / 3
