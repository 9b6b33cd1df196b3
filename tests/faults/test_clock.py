"""F9: requests asked on the eve of both changes of hour, and a worker whose clock is wrong."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from django.db import transaction

from mecenova.calendar import clock
from mecenova.calendar.clock import PARIS
from mecenova.mail.models import OutgoingMail
from mecenova.mail.operations import queue_message
from partnerships.notifications import IntroductionReminder
from tests.faults import world
from tests.faults.processes import all_ready
from tests.faults.servers import eventually
from tests.faults.virtual_clock import VirtualClock


def at(*moment: int) -> datetime:
    return datetime(*moment, tzinfo=PARIS)


AUTUMN = {
    "asked_at": at(2026, 10, 23, 10),
    "late_evening": at(2026, 10, 24, 21),
    # Half past two, twice.
    "by_night": (datetime(2026, 10, 25, 0, 30, tzinfo=UTC), datetime(2026, 10, 25, 1, 30, tzinfo=UTC)),
    "before_the_morning": at(2026, 10, 26, 7, 59),
    "in_the_morning": at(2026, 10, 26, 9, 1),
    "before_the_reminder": at(2026, 10, 27, 8, 59),
    "at_the_reminder": at(2026, 10, 27, 9, 1),
}
SPRING = {
    "asked_at": at(2027, 3, 25, 10),
    "late_evening": at(2027, 3, 27, 21),
    # Half past one, then half past three: the hour between does not exist.
    "by_night": (datetime(2027, 3, 28, 0, 30, tzinfo=UTC), datetime(2027, 3, 28, 1, 30, tzinfo=UTC)),
    # The 29th is Easter Monday: neither reminders nor mails.
    "before_the_morning": at(2027, 3, 30, 7, 59),
    "in_the_morning": at(2027, 3, 30, 8, 1),
    "before_the_reminder": at(2027, 3, 30, 8, 59),
    "at_the_reminder": at(2027, 3, 30, 9, 1),
}


def stops(season: dict) -> tuple[datetime, ...]:
    between = (
        season["late_evening"],
        *season["by_night"],
        season["before_the_morning"],
        season["in_the_morning"],
    )
    return (*between, season["before_the_reminder"], season["at_the_reminder"])


def sent(**wanted):
    return {
        moment and clock.paris(moment)
        for moment in OutgoingMail.objects.filter(**wanted).values_list("sent_at", flat=True)
    }


@pytest.mark.F9
@pytest.mark.parametrize("season", [AUTUMN, SPRING], ids=["25-october", "28-march"])
def test_f9_change_of_hour(make_scene, servers, season):
    servers.prepare("weekend", lambda: world.build_weekend(season["asked_at"]))
    scene = make_scene(template="weekend", begins=season["late_evening"], until=stops(season))
    reminder, request = IntroductionReminder.name, "partnerships.introduction_requested"
    scene.clock.move_to(season["late_evening"], rate=1)
    scene.worker_and_beat()
    asked = world.ask(*world.a_pair_that_never_talked())
    scene.swept()
    for number, moment in enumerate(season["by_night"]):
        scene.clock.move_to(moment, rate=1)
        with transaction.atomic():
            queue_message(key=f"code{number}", subject="Code", text="1234", address="personne@exemple.fr")
        scene.swept()
        assert OutgoingMail.objects.sent().filter(key=f"message:code{number}").exists(), "urgent, at any hour"
    scene.clock.move_to(season["before_the_morning"], rate=1)
    scene.swept()
    assert sent(notification=request, subject_id=asked.pk) == {None}, "nobody is written to at night"
    scene.clock.move_to(season["in_the_morning"], rate=1)
    scene.swept()
    (told_at,) = sent(notification=request, subject_id=asked.pk)
    assert told_at >= season["in_the_morning"]
    scene.clock.move_to(season["before_the_reminder"], rate=1)
    scene.swept()
    assert not OutgoingMail.objects.filter(notification=reminder).exists(), "not before nine, on the wall"
    scene.clock.move_to(season["at_the_reminder"], rate=1)
    scene.swept()
    scene.heal()
    scene.settle_and_check()
    reminded = OutgoingMail.objects.filter(notification=reminder).exclude(subject_id=asked.pk)
    assert reminded.count() == 10
    assert {clock.paris(mail.sent_at).hour for mail in reminded} == {9}
    assert {clock.paris(mail.sent_at).date() for mail in reminded} == {season["at_the_reminder"].date()}


@pytest.mark.F9
def test_f9_a_worker_whose_clock_is_wrong_does_nothing(scene):
    wrong = VirtualClock(Path(scene.folder) / "wrong_clock")
    wrong.move_to(scene.clock() + timedelta(days=1))
    mistaken, _ = scene.worker_and_beat(FAULTS_CLOCK=str(wrong.path))
    eventually(lambda: mistaken.said.count("Sweep refused") >= 4, "it refuses")
    assert not scene.mail_server.count
    assert not OutgoingMail.objects.filter(attempts__gt=0).exclude(
        message_id__in=scene.account.reference.sent_before
    )
    mistaken.kill()
    all_ready(scene.worker())
    scene.heal()
    scene.settle_and_check()
