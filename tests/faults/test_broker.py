"""F3, F4, F7: the broker flushed, killed, down, slow, and saying everything twice. Nothing depends on it."""

import re
import signal
from collections import Counter

import pytest

from tests.faults.processes import pause


@pytest.mark.F3
def test_f3_broker_flushed(scene):
    scene.mail_server.delay = 0.02
    scene.worker_and_beat()
    for _ in range(4):
        scene.in_the_middle(scene.random.randint(3, 25))
        scene.people_go_on()
        scene.valkey.flush()
    scene.settle_and_check()


@pytest.mark.F4
def test_f4_broker_killed_and_down(scene):
    """People sign up meanwhile: each page costs a moment, and its mails leave with the next sweep."""
    scene.mail_server.delay = 0.02
    worker, beat = scene.worker_and_beat()
    scene.in_the_middle(10)
    scene.valkey.kill()
    scene.people_go_on(2)
    pause(4)
    scene.valkey.start()
    scene.heal()
    scene.settle_and_check()
    assert worker.process.returncode == beat.process.returncode == -signal.SIGKILL, "they lived until the end"


@pytest.mark.F4
def test_f4_broker_that_does_not_answer(scene):
    """Suspended, it accepts connections and says nothing."""
    scene.worker_and_beat()
    scene.in_the_middle(10)
    scene.valkey.signal(signal.SIGSTOP)
    try:
        scene.people_go_on()
        pause(3)
    finally:
        scene.valkey.signal(signal.SIGCONT)
    scene.heal()
    scene.settle_and_check()


@pytest.mark.F7
def test_f7_every_message_twice(scene, monkeypatch):
    scene.worker(FAULTS_TWICE="1")
    scene.worker_and_beat(FAULTS_TWICE="1")
    scene.received(30)
    scene.people_go_on()
    scene.settle()
    told = Counter(re.findall(r"Task \S+\[([0-9a-f-]+)\] received", scene.logs()))
    assert sum(number == 2 for number in told.values()) >= 5
    scene.check()
