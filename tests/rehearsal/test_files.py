"""A preview copies rows, not files: what waits for its file waits, and the page says so."""

from datetime import timedelta

import pytest
from django.urls import reverse

from infotheque.enums import DepositStatus
from infotheque.models import Deposit, DepositedFile
from mecenova.calendar import clock
from mecenova.imports.enums import RunStatus
from mecenova.imports.models import ImportRun
from mecenova.mail.enums import MailStatus
from mecenova.rehearsal.lines import live_alone
from tests.accounts.factories import StaffFactory
from tests.mail.factories import OutgoingMailFactory


def waiting():
    """Rows whose files are elsewhere."""
    run = ImportRun.objects.create(kind="associations", name="a.csv", size=3, source="imports/a/fichier.csv")
    deposit = Deposit.objects.create(created_by=StaffFactory())
    file = DepositedFile.objects.create(
        deposit=deposit, position=1, name="b.pdf", size=3, source="infotheque/depots/b"
    )
    return run, file


@pytest.mark.django_db(transaction=True)
def test_what_waits_for_its_file_is_not_refused(settings):
    settings.VIRTUAL_CLOCK = True
    run, file = waiting()
    mail = OutgoingMailFactory(due_at=clock.now() + timedelta(hours=1))
    live_alone(clock.now(), 1, 60)
    for row in (run, file, mail):
        row.refresh_from_db()
    assert mail.status == MailStatus.SENT
    assert (run.status, run.attempts) == (RunStatus.TRYING, 0)
    assert file.status == DepositStatus.WAITING


@pytest.mark.django_db
def test_the_page_says_how_many_are_not_counted(client):
    client.force_login(StaffFactory())
    page = reverse("pages:preview")
    assert "en attente" not in client.get(page).text
    waiting()
    assert "2 fichiers en attente ne sont pas comptés" in client.get(page).text
