"""F1, F2: the worker, or one of its children, killed in the middle of a batch."""

import os
import signal

import pytest

from mecenova.mail.models import OutgoingMail
from tests.faults.processes import CHILDREN, all_ready


@pytest.mark.F1
def test_f1_worker_group_killed_eight_times(scene):
    scene.mail_server.delay = 0.02
    worker, _ = scene.worker_and_beat()
    for _ in range(8):
        scene.received(scene.random.randint(3, 25))
        worker.kill()
        scene.allow_repeats(CHILDREN)
        scene.people_go_on()
        worker = scene.worker()
        all_ready(worker)
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


@pytest.mark.F2
def test_f2_one_child_killed(scene):
    scene.mail_server.delay = 0.02
    worker, _ = scene.worker_and_beat()
    for _ in range(3):
        scene.received(scene.random.randint(5, 30))
        child = scene.random.choice(worker.living_children())
        os.kill(child, signal.SIGKILL)
        scene.allow_repeats(1)
        scene.people_go_on()
    scene.settle_and_check()
    assert worker.process is not None
