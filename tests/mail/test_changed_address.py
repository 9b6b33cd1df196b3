"""Who changes their address: what was written before goes to the one they have when it leaves."""

from datetime import UTC, datetime, timedelta

import pytest
from django.test import override_settings

from mecenova.calendar import clock
from mecenova.mail.claiming import claim
from mecenova.mail.composition import compose_due
from mecenova.mail.delivery import Delivery, deliver_due
from mecenova.mail.enums import TroubleKind, Unsent
from mecenova.mail.models import DigestLine, OutgoingMail
from mecenova.mail.operations import mark_address, queue, queue_message
from tests.mail.factories import PersonFactory
from tests.mail.notifications_for_tests import Reminder, Weekly, Welcome

pytestmark = pytest.mark.django_db

NIGHT = datetime(2026, 11, 23, 23, tzinfo=UTC)
MORNING = datetime(2026, 11, 24, 8, tzinfo=UTC)
NEW = "nouvelle@exemple.test"


@pytest.fixture
def person():
    return PersonFactory(email="ancienne@exemple.test")


def move(person, **changes):
    type(person).objects.filter(pk=person.pk).update(**{"email": NEW, **changes})


def test_in_the_evening_who_moves_receives_the_morning_s_mail_at_the_new_one(person, mailoutbox):
    with clock.frozen(NIGHT) as now:
        queue(Reminder, person)
        queue_message(key="a", subject="s", text="t", recipient=person, urgent=False)
        written = dict(OutgoingMail.objects.values_list("key", "message_id"))
        move(person)
        now.move_to(MORNING)
        assert deliver_due()[Delivery.SENT] == 2
    assert {message.to[0] for message in mailoutbox} == {NEW}
    assert set(OutgoingMail.objects.values_list("address", flat=True)) == {NEW}
    assert dict(OutgoingMail.objects.values_list("key", "message_id")) == written


def test_between_two_attempts(person, mailoutbox):
    with clock.frozen(MORNING) as now:
        queue(Welcome, person)
        with override_settings(EMAIL_BACKEND="django.core.mail.backends.smtp.EmailBackend", EMAIL_PORT=1):
            assert deliver_due()[Delivery.POSTPONED] == 1
        move(person)
        now.advance(timedelta(minutes=2))
        deliver_due()
    assert [message.to for message in mailoutbox] == [[NEW]]


def test_what_checks_or_warns_an_address_goes_there(person, mailoutbox):
    """A code for the new address, a warning to the former one, a word to a visitor."""
    for key, address in (("code", "essai@exemple.test"), ("warning", person.email)):
        queue_message(key=key, subject=key, text="t", recipient=person, address=address)
    queue_message(key="visitor", subject="visitor", text="t", address="seul@exemple.test")
    move(person)
    deliver_due()
    assert {message.subject: message.to[0] for message in mailoutbox} == {
        "code": "essai@exemple.test",
        "warning": "ancienne@exemple.test",
        "visitor": "seul@exemple.test",
    }


def test_an_address_in_trouble_holds_back_the_mails_of_before(person):
    """What is asked about the address is asked about the one it would go to."""
    with clock.frozen(MORNING):
        queue(Reminder, person)
        mark_address(address=NEW, kind=TroubleKind.BOUNCED)
        move(person)
        assert deliver_due()[Delivery.CANCELLED] == 1
        held = OutgoingMail.objects.get()
        assert (held.last_error, held.address) == (Unsent.IN_TROUBLE, NEW)


def test_a_former_address_in_trouble_holds_back_nothing(person, mailoutbox):
    with clock.frozen(MORNING):
        queue(Reminder, person)
        mark_address(address=person.email, kind=TroubleKind.BOUNCED)
        move(person)
        assert deliver_due()[Delivery.SENT] == 1
    assert mailoutbox[0].to == [NEW]


def test_a_closed_account_receives_nothing(person, mailoutbox):
    with clock.frozen(MORNING):
        queue(Reminder, person)
        move(person, email=f"{person.pk}@compte-ferme.invalid", is_active=False)
        assert deliver_due()[Delivery.CANCELLED] == 1
    assert mailoutbox == []


def test_a_weekly_digest_follows_too(person, mailoutbox):
    with clock.frozen(MORNING) as now:
        queue(Weekly, person)
        now.move_to(DigestLine.objects.get().due_at)
        compose_due()
        move(person)
        deliver_due()
    assert [message.to for message in mailoutbox] == [[NEW]]


def test_nobody_who_stayed_costs_a_query(query_count):
    with clock.frozen(MORNING):
        cost = []
        for number in (1, 4):
            for _ in range(number):
                queue(Welcome, PersonFactory())
            cost.append(query_count(lambda: claim(clock.now())))
    assert cost[0] == cost[1]
