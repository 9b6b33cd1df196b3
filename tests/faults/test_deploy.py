"""F10: an old worker meets the rows of a new release, is asked to stop, and a new one takes over."""

import pytest
from django.db import OperationalError, connection, transaction

from accounts.models import User
from mecenova.agenda.enums import Outcome
from mecenova.agenda.models import FollowUp
from mecenova.agenda.operations import start
from mecenova.mail.enums import MailStatus
from mecenova.mail.models import OutgoingMail
from mecenova.mail.operations import queue
from tests.faults import promises
from tests.faults.followups import NewInThisRelease
from tests.faults.notifications import NewsOfTheNewRelease
from tests.faults.processes import all_ready
from tests.faults.servers import eventually

PEOPLE = 5
# Additive, as every migration that a deploy runs while the old release still works. It asks for a table for
# a few seconds only, then lets those pass who wait behind it, and asks again.
MIGRATION = (
    "SET LOCAL lock_timeout = '5s'",
    "ALTER TABLE mail_outgoingmail ADD COLUMN added_by_the_deploy text NOT NULL DEFAULT ''",
    "ALTER TABLE agenda_followup ADD COLUMN added_by_the_deploy text NULL",
)


@pytest.mark.F10
def test_f10_deploy_in_the_middle_of_a_batch(scene):
    scene.mail_server.delay = 0.02
    old, _ = scene.worker_and_beat(FAULTS_RELEASE="old")
    scene.in_the_middle(15)
    people = list(User.objects.filter(email__startswith="association").order_by("email")[:PEOPLE])
    for person in people:
        with transaction.atomic():
            queue(NewsOfTheNewRelease, person)
            start(NewInThisRelease, person)
    unknown = FollowUp.objects.filter(rule=NewInThisRelease.name)
    news = OutgoingMail.objects.filter(notification=NewsOfTheNewRelease.name)
    eventually(
        lambda: not unknown.filter(last_error="").exists(), "the old release keeps what it does not know"
    )
    eventually(lambda: not news.filter(last_error="").exists(), "neither sent nor given up")
    assert f"{PEOPLE} relances en erreur" in promises.team_page()
    eventually(_migrated, "the tables of the new release")
    scene.people_go_on()
    old.ask_to_stop()
    new = scene.worker(FAULTS_RELEASE="new")
    scene.people_go_on()
    assert old.wait(within=120) == 0, "it ends what it holds, then leaves"
    all_ready(new)
    scene.heal()
    scene.settle_and_check()
    assert list(unknown.values_list("outcome", flat=True)) == [Outcome.DONE] * PEOPLE
    assert list(news.values_list("status", flat=True)) == [MailStatus.SENT] * 2 * PEOPLE, (
        "one each, by each way"
    )


def _migrated() -> bool:
    try:
        with transaction.atomic(), connection.cursor() as cursor:
            for statement in MIGRATION:
                cursor.execute(statement)
    except OperationalError:
        return False
    return True
