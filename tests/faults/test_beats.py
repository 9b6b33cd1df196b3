"""F8: two beats at once, then none for three days."""

from datetime import timedelta

import pytest

from mecenova.calendar import clock
from mecenova.mail.models import OutgoingMail
from tests.faults import world
from tests.faults.processes import all_ready
from tests.faults.servers import eventually

THREE_DAYS_LATER = world.BEGINNING + timedelta(days=3)


@pytest.mark.F8
def test_f8_two_beats_and_two_workers(scene):
    scene.worker()
    scene.beat()
    scene.worker_and_beat()
    scene.received(20)
    scene.people_go_on(2)
    scene.settle_and_check()


@pytest.mark.F8
def test_f8_no_beat_for_three_days(make_scene):
    """Follow-ups wait; what people do still wakes the worker, and its mails leave. Then all happens, once."""
    scene = make_scene(until=(THREE_DAYS_LATER,))
    all_ready(scene.worker())
    scene.people_go_on()
    eventually(lambda: not OutgoingMail.objects.waiting().exists(), "the mails have left without any beat")
    scene.clock.move_to(THREE_DAYS_LATER)
    all_ready(scene.beat())
    scene.heal()
    scene.settle_and_check()
    assert clock.now() >= THREE_DAYS_LATER
