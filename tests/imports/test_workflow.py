"""From each state of an import, what the team may ask of it; anything else changes nothing."""

import io
from contextlib import suppress

import pytest
from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, transaction

from mecenova.calendar import clock
from mecenova.imports.enums import RunStatus
from mecenova.imports.models import ImportRun
from mecenova.imports.operations import bring_file, cancel, confirm, resume
from mecenova.workflow.errors import DomainError
from tests.accounts.factories import StaffFactory, UserFactory

pytestmark = pytest.mark.django_db
NOW = clock.now()
CONFIRMED, FAILED = {"confirmed_at": NOW}, {"error": "Le fichier est illisible."}
STATES = [
    (RunStatus.TRYING, {}),
    (RunStatus.READY, {}),
    (RunStatus.REFUSED, FAILED),
    (RunStatus.CANCELLED, {}),
    (RunStatus.WRITING, CONFIRMED),
    (RunStatus.DONE, CONFIRMED | {"finished_at": NOW}),
    (RunStatus.STOPPED, FAILED),
    (RunStatus.STOPPED, FAILED | CONFIRMED),
]
# From which state, confirmed or not, to which one.
TABLE = {
    confirm: {(RunStatus.READY, False): RunStatus.WRITING},
    cancel: {
        (RunStatus.TRYING, False): RunStatus.CANCELLED,
        (RunStatus.READY, False): RunStatus.CANCELLED,
    },
    resume: {
        (RunStatus.STOPPED, False): RunStatus.TRYING,
        (RunStatus.STOPPED, True): RunStatus.WRITING,
    },
}


@pytest.fixture
def run():
    content = b"nom;code_postal\nLes Lampes;75011\n"
    brought = {"kind": "associations", "file": io.BytesIO(content), "name": "liste.csv", "size": len(content)}
    return bring_file(**brought, as_checked=False, by=None)


@pytest.mark.parametrize("verb", TABLE)
@pytest.mark.parametrize(("status", "facts"), STATES)
def test_what_each_verb_leads_to(run, status, facts, verb):
    ImportRun.objects.filter(pk=run.pk).update(status=status, **facts)
    with pytest.raises(PermissionDenied), transaction.atomic():
        verb(run=run, by=UserFactory())
    with suppress(DomainError), transaction.atomic():
        verb(run=run, by=StaffFactory())
    run.refresh_from_db()
    assert run.status == TABLE[verb].get((status, "confirmed_at" in facts), status)


@pytest.mark.parametrize(
    ("constraint", "changes"),
    [
        ("import_confirmed_has_its_date", {"status": "writing"}),
        ("import_confirmed_has_its_date", {"status": "done", "finished_at": NOW}),
        ("import_done_has_its_date", {"status": "done", **CONFIRMED}),
        ("import_done_has_its_date", {"finished_at": NOW}),
        ("import_that_failed_says_why", {"status": "refused"}),
        ("import_that_failed_says_why", {"status": "stopped"}),
    ],
)
def test_no_state_without_its_facts(run, constraint, changes):
    with pytest.raises(IntegrityError, match=f'"{constraint}"'), transaction.atomic():
        ImportRun.objects.filter(pk=run.pk).update(**changes)
