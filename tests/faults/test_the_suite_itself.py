"""A suite that cannot fail proves nothing: two broken deliveries, and a row of each kind, must be seen."""

import uuid
from dataclasses import replace
from datetime import timedelta

import pytest
from django.db import transaction

from mecenova.agenda.enums import Outcome
from mecenova.agenda.models import FollowUp
from mecenova.calendar import clock
from mecenova.mail.claiming import LEASE
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


def mail_in_hand(account):
    lease = clock.now() + LEASE
    alter(sent_today(account).first(), status=MailStatus.SENDING, sent_at=None, lease_until=lease)


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


def whole_outbox(account, server):
    promises.every_fact_has_its_mails(account)


def ends(account, server):
    promises.every_row_has_ended()


def delays(account, server):
    promises.nothing_waited_longer_than_the_outage(account)


def next_steps(account, server):
    promises.whatever_is_alive_has_one_next_step()


def team_page(account, server):
    promises.failures_are_shown_to_the_team(account)


def agenda(account, server):
    promises.follow_ups_are_done_or_due_once(account)


@pytest.mark.parametrize(
    ("damage", "check", "words"),
    [
        (mail_lost, whole_outbox, "I1, mails missing"),
        (mail_invented, whole_outbox, "I1, mails that nothing called for"),
        (mail_left_behind, whole_outbox, "I1, sent without faults and pending"),
        (mail_left_behind, ends, "I2, due and not sent"),
        (mail_in_hand, ends, "I2, still being sent"),
        (mail_sent_late, delays, "I5, sent too late"),
        (mail_failed, whole_outbox, "I1, sent without faults and failed"),
        (mail_failed, team_page, "I7, failed without a reason"),
        (mail_of_what_did_not_happen, promises.nothing_is_sent_for_what_did_not_happen, "I4, sent"),
        (step_closed, next_steps, "I6, .* without a next step"),
        (follow_up_left, agenda, "Follow-ups due and not done"),
    ],
)
def test_each_damage_is_seen_by_its_own_check(quiet_scene, damage, check, words):
    """On a morning done without faults, which keeps every promise until something is broken by hand."""
    account = replace(quiet_scene.account, never_happened=set())
    with transaction.atomic():
        damage(account)
        with pytest.raises(BrokenPromise, match=words):
            check(account, quiet_scene.mail_server)
        with pytest.raises(BrokenPromise):
            promises.check(account, quiet_scene.mail_server)
        transaction.set_rollback(True)
