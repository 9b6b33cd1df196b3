"""A provider that refuses everything (account suspended, wrong domain, quota): it is us; no mail is lost."""

from collections import Counter
from datetime import UTC, datetime, timedelta

import pytest
import requests
from anymail.exceptions import AnymailRequestsAPIError
from django.urls import reverse

from mecenova.calendar import clock
from mecenova.mail.delivery import MOST_ATTEMPTS, Delivery, deliver_due
from mecenova.mail.enums import Attempt, MailStatus
from mecenova.mail.models import AddressTrouble, DeliveryAttempt, OutgoingMail
from mecenova.mail.operations import mark_address, queue
from mecenova.mail.outcomes import Outcome, judge
from mecenova.mail.refusals import LONGEST_PAUSE
from tests.mail import smtp_sink
from tests.mail.factories import OutgoingMailFactory, PersonFactory
from tests.mail.notifications_for_tests import Reminder
from tests.threads import at_once

pytestmark = pytest.mark.django_db

SUSPENDED = "550 5.7.1 Account suspended, see your dashboard"
NO_SUCH_USER = "550 5.1.1 No such user"
MINUTE = timedelta(minutes=1)


@pytest.fixture
def now():
    with clock.frozen(datetime(2026, 11, 23, 9, tzinfo=UTC)) as stopped:
        yield stopped


def states():
    return Counter(OutgoingMail.objects.values_list("status", flat=True))


def live(now, wait, *, step=MINUTE):
    """The sweeps of that time, one a minute."""
    end = now() + wait
    while now() < end:
        now.advance(step)
        deliver_due()


@pytest.mark.parametrize(
    ("verb", "answer"),
    [
        ("RCPT", "554 5.7.0 Sender domain not verified"),
        ("RCPT", NO_SUCH_USER),
        ("DATA", "554 Quota exceeded"),
        ("MAIL", "550 5.7.1 Sender not allowed"),
    ],
)
def test_two_days_of_refusal_lose_nothing(sink, now, verb, answer):
    """Nobody's address is marked, and all leaves by itself, once, when it is over."""
    mails = OutgoingMailFactory.create_batch(12)
    sink.answers[verb] = answer
    deliver_due()
    live(now, timedelta(days=2), step=timedelta(hours=1))
    assert states() == {MailStatus.PENDING: 12}
    assert not AddressTrouble.objects.open().exists()
    sink.answers.clear()
    live(now, LONGEST_PAUSE + 5 * MINUTE)
    assert states() == {MailStatus.SENT: 12}
    assert sink.times_by_message_id() == {mail.message_id: 1 for mail in mails}


@pytest.mark.parametrize("verb", ["RCPT", "DATA", "MAIL"])
def test_a_week_of_not_now_said_to_everybody_loses_nothing(sink, now, verb):
    """Two days are for one mail that is put off while others leave; when none does, it is not this one."""
    mails = OutgoingMailFactory.create_batch(2)
    sink.answers[verb] = "451 4.7.1 Try again later"
    live(now, timedelta(days=7), step=timedelta(hours=6))
    assert states() == {MailStatus.PENDING: 2}
    sink.answers.clear()
    live(now, timedelta(hours=9), step=timedelta(hours=1))
    assert sink.times_by_message_id() == {mail.message_id: 1 for mail in mails}


def test_one_put_off_while_others_leave_is_told_to_the_team_after_two_days(sink, now):
    mail = OutgoingMailFactory()
    sink.behaviours[mail.address] = [smtp_sink.RECIPIENT_LATER] * 99
    for _ in range(20):
        OutgoingMailFactory()
        live(now, timedelta(hours=8), step=timedelta(hours=8))
    mail.refresh_from_db()
    assert (mail.status, mail.attempts) == (MailStatus.FAILED, MOST_ATTEMPTS)


def test_words_that_differ_from_one_to_the_next_are_still_a_refusal_of_us(sink, now):
    mails = OutgoingMailFactory.create_batch(4)
    for number, mail in enumerate(mails):
        sink.behaviours[mail.address] = [f"550 5.7.1 <4f{number}> Account suspended"] * 9
    deliver_due()
    assert states() == {MailStatus.PENDING: 4}
    assert len(sink.presented) == 3
    assert {mail.attempts for mail in OutgoingMail.objects.all()} == {0}


def test_what_it_had_failed_is_due_again_and_what_had_held_it_back_is_gone(sink, now):
    """The first ones are told to the team at once, as ever; the third says that it was not them.

    Nor was it whoever it refused, in the same words, while it accepted others, or has told of since.
    """
    wrong = OutgoingMailFactory()
    sink.behaviours[wrong.address] = [NO_SUCH_USER]
    deliver_due()
    OutgoingMailFactory()
    live(now, MINUTE)
    mark_address(address="parti@exemple.test", kind="bounced", detail=AddressTrouble.objects.get().detail)
    sink.answers["RCPT"] = NO_SUCH_USER
    first, second = OutgoingMailFactory(), OutgoingMailFactory()
    live(now, MINUTE)
    assert states() == {MailStatus.FAILED: 3, MailStatus.SENT: 1}
    assert AddressTrouble.objects.open().count() == 4
    OutgoingMailFactory()
    live(now, MINUTE)
    assert states() == {MailStatus.FAILED: 1, MailStatus.SENT: 1, MailStatus.PENDING: 3}
    still_wrong = AddressTrouble.objects.open().values_list("address", flat=True)
    assert set(still_wrong) == {wrong.address, "parti@exemple.test"}
    del sink.answers["RCPT"]
    live(now, 5 * MINUTE)
    assert {first.recipient.email, second.recipient.email} <= {to for to, _ in sink.accepted}
    assert states() == {MailStatus.FAILED: 1, MailStatus.SENT: 4}


def test_what_it_had_failed_is_told_as_late(sink, now):
    """They had not ended: the promise counts the hour at which they left."""
    mails = OutgoingMailFactory.create_batch(4)
    sink.answers["RCPT"] = NO_SUCH_USER
    live(now, timedelta(hours=3), step=timedelta(minutes=10))
    sink.answers.clear()
    live(now, 8 * MINUTE)
    for mail in mails:
        mail.refresh_from_db()
        assert mail.settled_at == mail.sent_at > mail.due_at + timedelta(hours=3)


def test_two_of_three_really_wrong_are_told_to_the_team(sink, now):
    wrong = OutgoingMailFactory.create_batch(2)
    OutgoingMailFactory()
    for mail in wrong:
        sink.behaviours[mail.address] = [NO_SUCH_USER] * 9
    assert deliver_due() == {Delivery.FAILED: 2, Delivery.SENT: 1}
    live(now, 20 * MINUTE)
    assert states() == {MailStatus.FAILED: 2, MailStatus.SENT: 1}
    assert set(AddressTrouble.objects.open().values_list("address", flat=True)) == {
        mail.address for mail in wrong
    }


@pytest.mark.parametrize("number", [3, 7])
def test_several_wrong_in_a_row_are_told_once_others_are_accepted(sink, now, number):
    """They delay the others by a few minutes, and end as wrong: not in a circle."""
    wrong = OutgoingMailFactory.create_batch(number)
    for mail in wrong:
        sink.behaviours[mail.address] = [NO_SUCH_USER] * 99
    deliver_due()
    assert states()[MailStatus.PENDING]
    for _ in range(number):
        OutgoingMailFactory()
        live(now, 12 * MINUTE)
    assert states() == {MailStatus.FAILED: number, MailStatus.SENT: number}
    assert AddressTrouble.objects.open().count() == number
    assert max(Counter(sink.presented).values()) <= 12


def test_a_code_asked_for_meanwhile_is_the_next_to_be_tried(sink, now):
    """It has the best chances to tell that it is over: it may well be the only address that is right."""
    for mail in OutgoingMailFactory.create_batch(5):
        sink.behaviours[mail.address] = [NO_SUCH_USER] * 99
    deliver_due()
    now.advance(timedelta(seconds=20))
    code = OutgoingMailFactory()
    live(now, MINUTE)
    assert [to for to, _ in sink.accepted] == [code.address]


def test_one_probe_at_a_time_and_ever_later(sink, now):
    OutgoingMailFactory.create_batch(30)
    sink.answers["RCPT"] = SUSPENDED
    deliver_due()
    seen = []
    for _ in range(60):
        before = len(sink.presented)
        now.advance(MINUTE)
        deliver_due()
        deliver_due()
        seen.append(len(sink.presented) - before)
    assert set(seen) == {0, 1}
    assert [minute + 1 for minute, one in enumerate(seen) if one][:4] == [1, 3, 7, 12]


@pytest.mark.django_db(transaction=True)
def test_two_senders_and_one_probe(sink):
    OutgoingMailFactory.create_batch(6)
    sink.answers["RCPT"] = SUSPENDED
    deliver_due()
    before = len(sink.presented)
    with clock.frozen(clock.now() + 2 * MINUTE):
        at_once(deliver_due, deliver_due)
    assert len(sink.presented) == before + 1


def test_nobody_is_in_when_it_begins_again_at_night(sink):
    """Over at three in the morning, what answers no act waits for eight."""
    morning = datetime(2026, 11, 24, 7, tzinfo=UTC)
    with clock.frozen(datetime(2026, 11, 23, 15, tzinfo=UTC)) as now:
        for _ in range(4):
            queue(Reminder, PersonFactory())
        sink.answers["MAIL"] = "550 5.7.1 no"
        live(now, timedelta(hours=8), step=timedelta(minutes=30))
        sink.answers.clear()
        live(now, timedelta(hours=4), step=timedelta(minutes=30))
        assert not sink.accepted
        now.move_to(morning)
        live(now, 12 * MINUTE)
        assert states() == {MailStatus.SENT: 4}


def test_what_is_wanted_no_more_when_it_is_over_does_not_leave(sink, now):
    people = [PersonFactory() for _ in range(4)]
    for person in people:
        queue(Reminder, person)
    sink.answers["RCPT"] = SUSPENDED
    live(now, timedelta(days=1), step=timedelta(hours=1))
    sink.answers.clear()
    people[0].is_active = False
    people[0].save()
    live(now, timedelta(hours=1))
    assert states() == {MailStatus.SENT: 3, MailStatus.CANCELLED: 1}


def test_our_password_refused_is_said_at_once_and_hurts_no_mail(sink, now, settings):
    settings.EMAIL_HOST_USER, settings.EMAIL_HOST_PASSWORD = "mecenova", "wrong"
    sink.answers["AUTH"] = "535 5.7.8 Authentication failed"
    mails = OutgoingMailFactory.create_batch(2)
    assert deliver_due() == {Delivery.POSTPONED: 1}
    live(now, timedelta(hours=3), step=timedelta(minutes=10))
    assert states() == {MailStatus.PENDING: 2}
    assert DeliveryAttempt.objects.refusing_all().exists()
    sink.answers.clear()
    live(now, LONGEST_PAUSE + 5 * MINUTE)
    assert sink.times_by_message_id() == {mail.message_id: 1 for mail in mails}


def test_a_mail_too_big_for_the_server_stops_nobody_else(sink, now):
    """Said of its size, at the sender's turn: it is this mail's."""
    first = OutgoingMailFactory()
    sink.answers["MAIL"] = "552 5.3.4 Message too big"
    deliver_due()
    sink.answers.clear()
    first.refresh_from_db()
    assert (first.status, DeliveryAttempt.objects.refusing_all().exists()) == (MailStatus.FAILED, False)


def test_the_log_says_it_once_and_names_nobody(sink, now, caplog):
    OutgoingMailFactory.create_batch(6)
    sink.answers["RCPT"] = SUSPENDED
    deliver_due()
    live(now, 20 * MINUTE)
    told = [record for record in caplog.records if record.levelname == "ERROR" and "everything" in record.msg]
    assert len(told) == 1
    assert "@" not in caplog.text


@pytest.mark.parametrize("status", [401, 402, 403])
def test_an_interface_that_does_not_know_us_any_more(status):
    answer = requests.Response()
    answer.status_code, answer.reason, answer._content = status, "", b"{}"
    verdict = judge(AnymailRequestsAPIError("no", response=answer), knows_outcomes=False)
    assert verdict.outcome == Outcome.ALL


def test_the_morning_after_it_is_still_known(sink, now):
    """Nothing was presented in the night: the first refusal of the morning fails nobody for a minute."""
    OutgoingMailFactory.create_batch(3)
    sink.answers["RCPT"] = NO_SUCH_USER
    deliver_due()
    now.advance(timedelta(hours=12))
    deliver_due()
    assert states() == {MailStatus.PENDING: 3}
    assert not AddressTrouble.objects.open().exists()


def test_refusals_for_now_are_of_each_mail(sink, now):
    for mail in OutgoingMailFactory.create_batch(5):
        sink.behaviours[mail.address] = [smtp_sink.RECIPIENT_LATER]
    assert deliver_due() == {Delivery.POSTPONED: 5}
    assert set(DeliveryAttempt.objects.values_list("outcome", flat=True)) == {Attempt.LATER}


def test_the_team_reads_it_and_a_monitor_is_told_at_once(sink, now, client):
    OutgoingMailFactory.create_batch(3)
    sink.answers["RCPT"] = SUSPENDED
    deliver_due()
    client.force_login(PersonFactory(is_staff=True))
    for page in ("mail:failed", "pages:control_tower"):
        assert "refuse tous nos courriels" in client.get(reverse(page)).text
    assert "Account suspended" in client.get(reverse("mail:failed")).text
    assert "le serveur d’envoi refuse tout" in client.get(reverse("pages:service")).text
    sink.answers.clear()
    live(now, 4 * MINUTE)
    for page in ("mail:failed", "pages:control_tower", "pages:service"):
        assert "refuse tou" not in client.get(reverse(page)).text
