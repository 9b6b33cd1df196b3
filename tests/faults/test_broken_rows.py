"""F12: rows that always raise, or never end. They stop nobody else, and the team sees them."""

import contextlib
import os
import re
import signal

import pytest
from django.db import transaction

from accounts.models import User
from mecenova.agenda.attempts import NEVER_ENDED
from mecenova.agenda.enums import Outcome
from mecenova.agenda.models import FollowUp
from mecenova.agenda.operations import start
from mecenova.mail.delivery import MOST_ATTEMPTS
from mecenova.mail.enums import MailStatus
from mecenova.mail.models import OutgoingMail
from mecenova.mail.operations import queue
from tests.faults import followups, notifications, promises
from tests.faults.servers import eventually

PEOPLE = 7


@pytest.mark.F12
def test_f12_rows_that_always_raise(scene):
    """First in line: oldest of all, before hundreds of others."""
    people = list(User.objects.filter(email__startswith="association").order_by("email")[:PEOPLE])
    for person in people:
        with transaction.atomic():
            queue(notifications.AlwaysRaises, person)
            start(followups.AlwaysRaises, person)
    mails = OutgoingMail.objects.filter(notification=notifications.AlwaysRaises.name)
    rows = FollowUp.objects.filter(rule=followups.AlwaysRaises.name)
    mails.update(due_at=OutgoingMail.objects.earliest("due_at").due_at)
    rows.update(due_at=FollowUp.objects.earliest("due_at").due_at)
    first_mails = OutgoingMail.objects.waiting().order_by("due_at").values_list("due_at", flat=True)
    assert set(mails.values_list("due_at", flat=True)) == {first_mails[0]}, "nobody comes before them"
    scene.worker_and_beat()
    scene.people_go_on()
    eventually(lambda: mails.exclude(last_error="").count() == PEOPLE, "each mail was tried")
    mails.update(attempts=MOST_ATTEMPTS - 1)
    eventually(lambda: mails.failed().count() == PEOPLE, "given up, for a person to look at")
    scene.settle(retries=False)
    scene.account.expected_failures = set(mails.values_list("message_id", flat=True))
    scene.check()
    assert {mail.status for mail in mails} == {MailStatus.FAILED}
    assert rows.in_error().count() == PEOPLE, "a follow-up is never given up by the runner"


@pytest.mark.F12
def test_f12_a_rule_that_never_ends(scene):
    """First in line, with others of its rule: its process is killed each time, as a time limit does."""
    people = list(User.objects.filter(email__startswith="association").order_by("email")[:PEOPLE])
    User.objects.filter(pk=people[2].pk).update(first_name=followups.NeverEnds.for_whom)
    for person in people:
        start(followups.NeverEnds, person)
    rows = FollowUp.objects.filter(rule=followups.NeverEnds.name)
    rows.update(due_at=FollowUp.objects.earliest("due_at").due_at)
    worker, _ = scene.worker_and_beat()
    killed = set()

    def kill_who_hangs():
        for pid in set(re.findall(r"never ends in process (\d+)", worker.said)) - killed:
            with contextlib.suppress(ProcessLookupError):
                os.kill(int(pid), signal.SIGKILL)
            killed.add(pid)
        return rows.filter(lease_until__isnull=False).exists() and not promises.backlog()

    scene.people_go_on()
    eventually(kill_who_hangs, "it is set aside, and all the rest done")
    scene.heal()
    scene.check()
    assert len(killed) >= 2, "once among others, once alone"
    assert rows.in_error().values_list("subject_id", "last_error").get() == (people[2].pk, NEVER_ENDED)
    assert rows.filter(outcome=Outcome.DONE).count() == PEOPLE - 1
