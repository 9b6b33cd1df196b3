"""A mail that is presented again: the same words, and the first date on which it ended."""

from datetime import UTC, datetime, timedelta

import pytest
from django.core import mail as mailbox

from mecenova.calendar import clock
from mecenova.mail.claiming import LEASE, claim, hand_over
from mecenova.mail.composition import compose_due
from mecenova.mail.delivery import MOST_UNCERTAIN, deliver_due
from mecenova.mail.digest import WeeklyDigest
from mecenova.mail.enums import Attempt, LineStatus, MailStatus, TroubleKind, Unsent
from mecenova.mail.models import OutgoingMail
from mecenova.mail.operations import mark_address, mend_address, queue, retry_failed
from tests.mail.factories import OutgoingMailFactory, PersonFactory
from tests.mail.notifications_for_tests import Exact, Reminder, Weekly

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def frozen():
    with clock.frozen(datetime(2026, 11, 23, 9, tzinfo=UTC)) as stopped:
        yield stopped


def die_with_it_in_hand(frozen):
    """A sender takes the mail, hands it to the server and is killed; its lease runs out."""
    (mail,) = claim(clock.now())
    assert hand_over(mail)
    frozen.advance(LEASE)


def test_what_may_have_been_read_leaves_again_in_the_same_words(frozen, monkeypatch):
    monkeypatch.setattr(Exact, "said", ["hier"])
    queue(Exact, PersonFactory())
    former = OutgoingMail.objects.get().text
    die_with_it_in_hand(frozen)
    Exact.said.append("aujourd’hui")
    deliver_due()
    (message,) = mailbox.outbox
    assert message.body == former == OutgoingMail.objects.get().text


def test_senders_that_die_one_after_the_other_end_it_without_another_presentation(frozen):
    mail = OutgoingMailFactory()
    for _ in range(MOST_UNCERTAIN + 1):
        die_with_it_in_hand(frozen)
    deliver_due()
    mail.refresh_from_db()
    assert mailbox.outbox == []
    assert (mail.status, mail.last_error) == (MailStatus.FAILED, Unsent.UNCERTAIN)
    assert mail.log.filter(outcome=Attempt.UNKNOWN).count() == MOST_UNCERTAIN + 1


def test_it_keeps_the_date_on_which_it_first_ended(frozen):
    """What was promised was kept or broken that day: sending it again at last changes nothing to it."""
    mail = OutgoingMailFactory(
        status=MailStatus.FAILED, last_error="550", settled_at=frozen(), due_at=frozen() - timedelta(hours=1)
    )
    failed_at = mail.settled_at
    frozen.advance(timedelta(days=1))
    retry_failed(mails=OutgoingMail.objects.all(), by=None)
    deliver_due()
    mail.refresh_from_db()
    assert (mail.status, mail.sent_at, mail.settled_at) == (MailStatus.SENT, frozen(), failed_at)


@pytest.mark.parametrize("first", ["the digest", "the reminder"])
def test_the_digest_and_what_is_told_beside_it_leave_both_once_the_address_is_mended(frozen, first):
    """Both are about their reader, and neither says what the other does."""
    person = PersonFactory()
    trouble = mark_address(address=person.email, kind=TroubleKind.BOUNCED)
    queue(Weekly, person)
    if first == "the reminder":
        queue(Reminder, person)
    frozen.advance(timedelta(days=7))
    compose_due()
    if first == "the digest":
        frozen.advance(timedelta(days=1))
        queue(Reminder, person)
    deliver_due()
    assert OutgoingMail.objects.filter(last_error=Unsent.IN_TROUBLE).count() == 2
    mend_address(trouble=trouble, by=person)
    deliver_due()
    digest, reminder = (
        OutgoingMail.objects.get(notification=name) for name in (WeeklyDigest.name, Reminder.name)
    )
    assert (digest.status, reminder.status) == (MailStatus.SENT, MailStatus.SENT)
    assert [line.status for line in digest.digest_lines.all()] == [LineStatus.SENT]
