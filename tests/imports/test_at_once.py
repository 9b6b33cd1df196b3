"""Two who act on one file at once: a colleague, or the worker whose pass comes to its end."""

import io

import pytest

from mecenova.imports import operations
from mecenova.imports.enums import RunStatus
from mecenova.imports.models import ImportRun
from mecenova.imports.operations import begin, bring_file, cancel, confirm, end, refuse, resume
from mecenova.imports.report import Report
from mecenova.imports.working import carry_out_waiting
from mecenova.workflow import journal
from mecenova.workflow.errors import DomainError
from tests.accounts.factories import StaffFactory
from tests.threads import while_uncommitted

pytestmark = pytest.mark.django_db(transaction=True)

CONTENT = b"nom;code_postal\nLes Lampes;75011\n"
FOUND = Report(what="fiches", source="liste.csv", commit=False)


@pytest.fixture
def run():
    return bring_file(
        kind="associations",
        file=io.BytesIO(CONTENT),
        name="liste.csv",
        size=len(CONTENT),
        as_checked=False,
        by=None,
    )


@pytest.fixture
def tried(run):
    carry_out_waiting()
    run.refresh_from_db()
    assert run.status == RunStatus.READY
    return run


def verbs(run):
    return [line.verb for line in journal.history(run)]


@pytest.mark.parametrize(
    "ends",
    [
        lambda run: end(run=run, report=FOUND, rejects=io.BytesIO(b"rejets")),
        lambda run: refuse(run=run, reason="Illisible."),
    ],
    ids=["found", "refused"],
)
def test_what_a_trial_finds_is_dropped_when_somebody_is_cancelling(run, monkeypatch, ends):
    worker = begin(pk=run.pk)
    while_uncommitted(monkeypatch, lambda: cancel(run=run, by=StaffFactory()), lambda: ends(worker))
    run.refresh_from_db()
    assert (run.status, run.trial, run.rejects.name, run.error) == (RunStatus.CANCELLED, {}, "", "")
    assert verbs(run) == ["bring", "cancel"]


def test_nobody_begins_what_is_being_cancelled(run, monkeypatch):
    staff = StaffFactory()
    assert while_uncommitted(monkeypatch, lambda: cancel(run=run, by=staff), lambda: begin(pk=run.pk)) is None


def test_confirmed_twice_at_once_it_is_confirmed_once_by_the_first(tried, monkeypatch):
    first, second = StaffFactory.create_batch(2)
    assert tried.position, "how far the trial went"
    again = while_uncommitted(
        monkeypatch, lambda: confirm(run=tried, by=first), lambda: confirm(run=tried, by=second)
    )
    assert (again.status, again.confirmed_by, again.position) == (RunStatus.WRITING, first, 0)
    assert verbs(tried) == ["bring", "present", "confirm"]


def test_cancelled_twice_at_once_it_is_cancelled_once(tried, monkeypatch):
    staff = StaffFactory()
    again = while_uncommitted(
        monkeypatch, lambda: cancel(run=tried, by=staff), lambda: cancel(run=tried, by=staff)
    )
    assert again.status == RunStatus.CANCELLED
    assert verbs(tried) == ["bring", "present", "cancel"]


def test_what_a_colleague_is_cancelling_is_not_confirmed(tried, monkeypatch):
    staff = StaffFactory()

    def confirmed():
        with pytest.raises(DomainError, match="vient d’être annulé"):
            confirm(run=tried, by=staff)

    while_uncommitted(monkeypatch, lambda: cancel(run=tried, by=staff), confirmed)
    assert verbs(tried) == ["bring", "present", "cancel"]


def test_resumed_twice_at_once_it_is_resumed_once(run, monkeypatch):
    ImportRun.objects.update(status=RunStatus.STOPPED, attempts=3, error="Arrêté.", position=9)
    staff = StaffFactory()
    again = while_uncommitted(
        monkeypatch, lambda: resume(run=run, by=staff), lambda: resume(run=run, by=staff)
    )
    assert (again.status, again.attempts, again.error, again.position) == (RunStatus.TRYING, 0, "", 0)
    assert verbs(run) == ["bring", "try_again"]


def test_what_is_being_taken_up_again_keeps_its_file(run, monkeypatch):
    """It had stopped ninety days ago: the cleaning lets it go as soon as somebody holds it."""
    ImportRun.objects.update(status=RunStatus.STOPPED, error="Arrêté.")
    while_uncommitted(
        monkeypatch,
        lambda: resume(run=run, by=StaffFactory()),
        lambda: operations._remove_files(run.pk),
    )
    run.refresh_from_db()
    assert (run.status, bool(run.source.name)) == (RunStatus.TRYING, True)
