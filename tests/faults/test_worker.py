"""F1, F2: the worker, or one of its children, killed in the middle of a batch."""

import os
import signal
from datetime import datetime

import pytest
from django.db import transaction

from mecenova.calendar.clock import PARIS
from mecenova.mail.enums import MailStatus
from mecenova.mail.models import OutgoingMail
from mecenova.mail.notifications import notification_named
from mecenova.mail.operations import queue_message
from tests.faults.processes import CHILDREN, all_ready

EVENING = datetime(2026, 11, 18, 19, tzinfo=PARIS)
NIGHT = datetime(2026, 11, 18, 22, 30, tzinfo=PARIS)
MORNING = datetime(2026, 11, 19, 8, tzinfo=PARIS)
AFTER_EIGHT = datetime(2026, 11, 19, 8, 1, tzinfo=PARIS)
KILLS = 8
# A kill may fall between two batches, when nothing is leased; most must not.
KILLS_IN_A_BATCH = 5


def leases():
    return set(OutgoingMail.objects.filter(status=MailStatus.SENDING).values_list("lease_until", flat=True))


@pytest.mark.F1
def test_f1_worker_group_killed_eight_times(scene):
    scene.mail_server.delay = 0.02
    worker, _ = scene.worker_and_beat()
    left_by_the_dead = []
    for _ in range(KILLS):
        scene.in_the_middle(scene.random.randint(3, 25))
        worker.kill()
        left_by_the_dead.append(leases().difference(*left_by_the_dead))
        scene.allow_repeats(CHILDREN)
        scene.people_go_on()
        worker = scene.worker()
        all_ready(worker)
    assert sum(map(bool, left_by_the_dead)) >= KILLS_IN_A_BATCH, "they died with mails of their own in hand"
    scene.settle_and_check()


@pytest.mark.F1
def test_f1_killed_between_acceptance_and_commit(scene):
    """The one repeat that nobody can avoid: the server has accepted, and who should write it is dead."""
    worker, _ = scene.worker_and_beat()
    scene.received(20)
    killed = []

    def kill(message):
        scene.mail_server.on_accept = None
        killed.append(message["Message-ID"])
        worker.kill()

    scene.mail_server.on_accept = kill
    scene.received(1)
    scene.allow_repeats(CHILDREN)
    all_ready(scene.worker())
    scene.settle_and_check()
    again = OutgoingMail.objects.get(message_id=killed[0])
    assert scene.mail_server.times_by_message_id()[killed[0]] == 2
    assert again.uncertain == 1
    assert f"Mail {again.pk} is presented again" in scene.logs()


def urgent(mail):
    notification = notification_named(mail.notification)
    return notification is None or notification.urgent


@pytest.mark.F1
def test_f1_killed_in_the_evening_and_back_at_night(make_scene):
    """What should have left by day waits for the morning, even half sent; a code leaves at once."""
    scene = make_scene(begins=EVENING, until=(EVENING, NIGHT, AFTER_EIGHT))
    scene.clock.move_to(EVENING, rate=1)
    scene.mail_server.delay = 0.02
    worker, _ = scene.worker_and_beat()
    scene.in_the_middle(10)
    worker.kill()
    scene.allow_repeats(CHILDREN)
    scene.clock.move_to(NIGHT, rate=1)
    with transaction.atomic():
        queue_message(key="code", subject="Code", text="1234", address="personne@exemple.fr")
    all_ready(scene.worker())
    scene.swept()
    assert OutgoingMail.objects.sent().filter(key="message:code").exists(), "urgent, at any hour"
    assert all(urgent(mail) for mail in OutgoingMail.objects.sent().filter(sent_at__gte=NIGHT))
    kept = OutgoingMail.objects.waiting().filter(retry_at=MORNING)
    assert kept.exists(), "put off until they may leave, not lost from sight"
    scene.clock.move_to(AFTER_EIGHT, rate=1)
    scene.swept()
    assert not kept.exists()
    scene.heal()
    scene.settle_and_check()


@pytest.mark.F2
def test_f2_one_child_killed(scene):
    scene.mail_server.delay = 0.02
    worker, _ = scene.worker_and_beat()
    for _ in range(3):
        scene.in_the_middle(scene.random.randint(5, 30))
        child = scene.random.choice(worker.living_children())
        os.kill(child, signal.SIGKILL)
        scene.allow_repeats(1)
        scene.people_go_on()
    scene.settle_and_check()
    assert worker.process is not None
