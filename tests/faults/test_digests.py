"""The weekly digests while worker, broker and database break: one a person, each line once, never empty."""

import pytest
from django.db import connections, transaction

from mecenova.mail.digest import WeeklyDigest
from mecenova.mail.enums import LineStatus
from mecenova.mail.models import DigestLine, OutgoingMail
from tests.faults import promises, world
from tests.faults.notifications import AlwaysRaisesWeekly
from tests.faults.processes import CHILDREN, all_ready
from tests.faults.promises import BrokenPromise
from tests.faults.servers import eventually

DIGESTS = OutgoingMail.objects.filter(notification=WeeklyDigest.name)


@pytest.mark.F1
@pytest.mark.F3
@pytest.mark.F5
def test_each_line_of_the_week_is_told_once(make_scene, servers):
    servers.prepare("week", world.build_week)
    scene = make_scene(template="week", begins=world.BEFORE_THE_DIGESTS, until=(world.DIGESTS,))
    scene.mail_server.delay = 0.05
    worker, _ = scene.worker_and_beat()
    scene.clock.move_to(world.DIGESTS)
    eventually(DIGESTS.exists, "digests are being composed")
    worker.kill()
    scene.allow_repeats(CHILDREN)
    scene.valkey.flush()
    all_ready(scene.worker(), scene.worker())
    scene.in_the_middle(4)
    scene.postgres.stop_at_once()
    scene.allow_repeats(2 * CHILDREN)
    scene.postgres.start()
    connections.close_all()
    scene.heal()
    scene.settle_and_check()
    assert DIGESTS.sent().count() == world.SIDE - 2, "two had nothing left to read"
    (kept,) = DigestLine.objects.all().in_error()
    assert kept.notification == AlwaysRaisesWeekly.name, "an outage is nobody's error, and costs no hour"
    each_damage_is_seen(scene)


def each_damage_is_seen(scene):
    told = DigestLine.objects.filter(status=LineStatus.SENT)
    for damage in (
        lambda: told.filter(pk=told.first().pk).delete(),
        lambda: told.filter(pk=told.first().pk).update(status=LineStatus.PENDING, mail=None),
        lambda: told.filter(mail=told.first().mail).update(mail=told.last().mail),
    ):
        with transaction.atomic():
            damage()
            with pytest.raises(BrokenPromise, match="I3, "):
                promises.each_line_is_told_once(scene.account, scene.mail_server)
            transaction.set_rollback(True)
