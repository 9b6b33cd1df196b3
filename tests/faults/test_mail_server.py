"""F6: the mail server in every way it can fail, one by one for some recipients, then for everybody."""

import pytest

from mecenova.mail.enums import MailStatus
from mecenova.mail.models import AddressTrouble, DeliveryAttempt, OutgoingMail
from tests.faults import promises
from tests.faults.mail_server import CUT_IN_DATA, HANG_ON_ANSWER, HANG_ON_RECIPIENT
from tests.faults.processes import all_ready, pause
from tests.faults.servers import eventually
from tests.mail.smtp_sink import (
    CUT_AFTER_DATA,
    CUT_BEFORE_DATA,
    DATA_LATER,
    DATA_REFUSED,
    RECIPIENT_LATER,
    RECIPIENT_REFUSED,
)

# What comes of the behaviours planned for one recipient's next mails, each of them once.
HARMLESS = [RECIPIENT_LATER, DATA_LATER, CUT_BEFORE_DATA, CUT_IN_DATA, HANG_ON_RECIPIENT]
REPEATED = [CUT_AFTER_DATA, HANG_ON_ANSWER]
REFUSED = [RECIPIENT_REFUSED, DATA_REFUSED]
# Eight seconds of this suite: 1, 2, 4 minutes apart, and what its senders had in hand.
PROBES_IN_FOUR_MINUTES = 5


def waiting_addresses():
    rows = OutgoingMail.objects.waiting().order_by("address")
    return list(dict.fromkeys(rows.values_list("address", flat=True)))


@pytest.mark.F6
def test_f6_each_answer_to_some_recipients(scene):
    server, addresses = scene.mail_server, waiting_addresses()
    for number, behaviour in enumerate([*HARMLESS, *REPEATED, *HARMLESS]):
        server.behaviours[addresses[number]] = [behaviour]
    scene.allow_repeats(len(REPEATED))
    refused = addresses[-len(REFUSED) :]
    for address, behaviour in zip(refused, REFUSED, strict=True):
        server.behaviours[address] = [behaviour]
    scene.worker_and_beat()
    scene.received(30)
    scene.people_go_on()
    scene.settle()
    failed = OutgoingMail.objects.filter(status=MailStatus.FAILED)
    assert set(failed.values_list("address", flat=True)) == set(refused)
    assert failed.count() == len(REFUSED)
    scene.account.refusing = set(AddressTrouble.objects.open().values_list("address", flat=True))
    assert scene.account.refusing <= set(refused)
    scene.account.expected_failures = set(failed.values_list("message_id", flat=True))
    scene.check()
    repeats = [count for count in server.times_by_message_id().values() if count > 1]
    assert repeats == [2] * len(REPEATED), "an unknown outcome is presented again, once"


@pytest.mark.F6
def test_f6_no_server_then_a_closed_door_then_a_slow_one(scene):
    """Nobody listens, then somebody who says « not today »: nothing counts against any mail."""
    scene.mail_server.close()
    scene.worker_and_beat()
    pause(4)
    assert not scene.mail_server.count
    scene.people_go_on()
    scene.mail_server.closed_door = True
    scene.mail_server.open()
    pause(2)
    assert not scene.mail_server.count
    scene.mail_server.closed_door = False
    scene.mail_server.delay = 0.1
    scene.received(30)
    scene.mail_server.delay = 0
    scene.heal()
    scene.settle_and_check()


@pytest.mark.F6
def test_f6_a_provider_that_refuses_everybody(scene):
    """An account suspended, in words that speak of the recipient: nobody is condemned, nothing is failed."""
    server = scene.mail_server
    worker, _ = scene.worker_and_beat()
    scene.in_the_middle(10)
    server.answers["RCPT"] = "550 5.1.1 No such user"
    scene.people_go_on()
    eventually(lambda: DeliveryAttempt.objects.refusing_all().exists(), "it is known to be us")
    before = len(server.presented)
    pause(8)
    assert len(server.presented) - before <= PROBES_IN_FOUR_MINUTES
    assert not OutgoingMail.objects.failed().exists()
    assert not AddressTrouble.objects.open().exists()
    scene.people_go_on()
    server.answers.clear()
    scene.heal()
    all_ready(worker)
    scene.settle_and_check()


@pytest.mark.F6
def test_f6_nobody_answers_after_the_content(scene):
    """A server that accepts everything and never says so, for a while: each repeat is known to its row."""
    scene.mail_server.behaviours.default_factory = lambda: [CUT_AFTER_DATA]
    worker, _ = scene.worker_and_beat()
    scene.received(10)
    scene.mail_server.behaviours.default_factory = list
    # Silent once to each address that it has met: so many repeats, whatever the rows say.
    scene.allow_repeats(len(scene.mail_server.behaviours))
    assert OutgoingMail.objects.waiting().filter(uncertain__gt=0).exists()
    scene.heal()
    all_ready(worker)
    scene.settle()
    scene.check()
    assert promises.backlog() == 0
