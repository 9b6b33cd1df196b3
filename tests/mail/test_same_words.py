"""What a server says of several addresses in a row, and accepts nothing meanwhile, speaks of us."""

from datetime import UTC, datetime, timedelta

import pytest

from mecenova.calendar import clock
from mecenova.mail.delivery import Delivery, deliver_due
from mecenova.mail.enums import Attempt, MailStatus
from mecenova.mail.models import AddressTrouble, DeliveryAttempt, OutgoingMail
from mecenova.mail.refusals import REFUSED_FROM, _is_said_to_all
from tests.mail import smtp_sink
from tests.mail.factories import OutgoingMailFactory

pytestmark = pytest.mark.django_db


def test_three_addresses_in_a_row_and_none_is_condemned(sink):
    mails = OutgoingMailFactory.create_batch(3)
    for mail in mails:
        sink.behaviours[mail.address] = [smtp_sink.RECIPIENT_REFUSED]
    assert deliver_due()[Delivery.POSTPONED] == 1
    assert not AddressTrouble.objects.open().exists()
    assert set(OutgoingMail.objects.values_list("status", flat=True)) == {MailStatus.PENDING}


def test_whoever_is_refused_again_meanwhile_is_not_condemned_either(sink):
    for mail in OutgoingMailFactory.create_batch(4):
        sink.behaviours[mail.address] = [smtp_sink.RECIPIENT_REFUSED] * 9
    deliver_due()
    with clock.frozen(clock.now() + timedelta(minutes=2)):
        assert set(deliver_due()) == {Delivery.POSTPONED}
    assert not AddressTrouble.objects.open().exists()


def test_one_address_refused_again_and_again_is_one(sink):
    """Two of them, one presented twice: the server has said it of two addresses, not of three."""
    first, second = OutgoingMailFactory.create_batch(2)
    again = OutgoingMailFactory(recipient=second.recipient)
    for mail in (first, second):
        sink.behaviours[mail.address] = [smtp_sink.RECIPIENT_REFUSED] * 9
    for mail in (first, second, again):
        OutgoingMail.objects.exclude(pk=mail.pk).update(due_at=clock.now() + timedelta(days=1))
        OutgoingMail.objects.filter(pk=mail.pk).update(due_at=clock.now())
        deliver_due()
    assert AddressTrouble.objects.open().count() == 2


@pytest.mark.parametrize(
    ("kind", "hours", "is_condemned"),
    [("rejected", 5, False), ("rejected", 7, True), ("complained", 5, True), ("bounced", 5, True)],
)
def test_what_is_forgiven_is_what_was_said_in_these_words_and_of_late(kind, hours, is_condemned):
    words, now = "550 no such user", clock.now()
    trouble = AddressTrouble.objects.create(
        address="ancien@exemple.test", kind=kind, detail=words, at=now - timedelta(hours=hours)
    )
    for mail in OutgoingMailFactory.create_batch(REFUSED_FROM - 1):
        DeliveryAttempt.objects.create(mail=mail, outcome=Attempt.REFUSED, detail=words)
    assert _is_said_to_all("nouvelle@exemple.test", words)
    trouble.refresh_from_db()
    assert trouble.is_open == is_condemned


def test_the_same_words_hours_apart_are_of_each_address(sink):
    with clock.frozen(datetime(2026, 11, 23, 9, tzinfo=UTC)) as now:
        for _ in range(3):
            sink.behaviours[OutgoingMailFactory().address] = [smtp_sink.RECIPIENT_REFUSED]
            assert deliver_due() == {Delivery.FAILED: 1}
            now.advance(timedelta(hours=4))
        assert AddressTrouble.objects.open().count() == 3


def test_one_that_is_accepted_between_says_that_the_others_are_gone(sink):
    for number in range(6):
        mail = OutgoingMailFactory()
        if number % 2:
            sink.behaviours[mail.address] = [smtp_sink.RECIPIENT_REFUSED]
    assert deliver_due() == {Delivery.SENT: 3, Delivery.FAILED: 3}
    assert AddressTrouble.objects.open().count() == 3


def test_other_words_said_of_others_condemn_who_is_gone_all_the_same(sink):
    for said in (smtp_sink.RECIPIENT_LATER, smtp_sink.RECIPIENT_LATER, smtp_sink.RECIPIENT_REFUSED):
        sink.behaviours[OutgoingMailFactory().address] = [said]
    assert deliver_due() == {Delivery.POSTPONED: 2, Delivery.FAILED: 1}
    assert AddressTrouble.objects.open().count() == 1
