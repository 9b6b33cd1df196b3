"""A suite that cannot fail proves nothing: two broken deliveries, and a row of each kind, must be seen."""

import uuid
from datetime import timedelta

import pytest
from django.db import transaction

from mecenova.agenda.enums import Outcome
from mecenova.agenda.models import FollowUp
from mecenova.calendar import clock
from mecenova.mail.enums import MailStatus
from mecenova.mail.models import OutgoingMail
from tests.faults import promises
from tests.faults.processes import CHILDREN, all_ready
from tests.faults.promises import BrokenPromise
from tests.faults.servers import eventually


def killed_before_the_content(scene, **environment):
    worker, _ = scene.worker_and_beat(**environment)
    scene.received(10)
    killed = []

    def kill():
        scene.mail_server.on_recipient = None
        worker.kill()
        killed.append(worker.name)

    scene.mail_server.on_recipient = kill
    eventually(lambda: killed, "killed with a mail in its hands")
    scene.allow_repeats(CHILDREN)
    all_ready(scene.worker(**environment))
    scene.settle()


@pytest.mark.F1
def test_killed_before_the_content_nothing_is_lost(scene):
    killed_before_the_content(scene)
    scene.check()


def test_marking_before_sending_is_seen(scene):
    """The same story, told by a delivery that says « sent » first."""
    killed_before_the_content(scene, FAULTS_BREAKS="lost")
    with pytest.raises(BrokenPromise, match="I3, said to be sent and never received"):
        scene.check()


def test_claiming_without_a_lease_is_seen(scene):
    scene.mail_server.delay = 0.05
    scene.worker(FAULTS_BREAKS="twice")
    scene.worker_and_beat(FAULTS_BREAKS="twice")
    scene.people_go_on(2)
    scene.settle()
    with pytest.raises(BrokenPromise, match="I3, sent again without being counted"):
        scene.check()


def sent_today(account):
    sent = OutgoingMail.objects.sent().exclude(message_id__in=account.reference.sent_before)
    return sent.order_by("created_at", "id")


def alter(row, **values):
    type(row).objects.filter(pk=row.pk).update(**values)


def mail_lost(account):
    sent_today(account).first().delete()


def mail_invented(account):
    row = sent_today(account).filter(subject_id__isnull=False).first()
    row.pk, row._state.adding = uuid.uuid4(), True
    row.key, row.message_id = f"{row.key}again", f"again{row.message_id}"
    row.save()


def mail_left_behind(account):
    alter(sent_today(account).first(), status=MailStatus.PENDING, sent_at=None)


def mail_sent_late(account):
    alter(sent_today(account).first(), sent_at=clock.now() + timedelta(days=1))


def mail_failed(account):
    alter(sent_today(account).first(), status=MailStatus.FAILED, sent_at=None, last_error="x")


def mail_of_what_did_not_happen(account):
    account.never_happened.add(sent_today(account).first().message_id)


def step_closed(account):
    alter(FollowUp.objects.steps().first(), outcome=Outcome.DONE, closed_at=clock.now())


def follow_up_left(account):
    alter(FollowUp.objects.open().first(), due_at=clock.now())


@pytest.mark.parametrize(
    "damage",
    [
        mail_lost,
        mail_invented,
        mail_left_behind,
        mail_sent_late,
        mail_failed,
        mail_of_what_did_not_happen,
        step_closed,
        follow_up_left,
    ],
)
def test_each_damage_is_seen(quiet_scene, damage):
    """On a morning done without faults, which keeps every promise until something is broken by hand."""
    with transaction.atomic():
        damage(quiet_scene.account)
        with pytest.raises(BrokenPromise):
            promises.check(quiet_scene.account, quiet_scene.mail_server)
        transaction.set_rollback(True)
