"""The worker: one file at a time, told as it goes; killed, refused, broken, it says so, doubling nothing."""

import errno
import io
import os
import signal
import subprocess
import sys
import time

import pytest
from django.core.exceptions import PermissionDenied
from django.db import OperationalError, connection, connections
from django.urls import reverse

from accounts.models import Organisation
from mecenova.imports import registry, working
from mecenova.imports.enums import RunStatus
from mecenova.imports.models import ImportRun
from mecenova.imports.operations import (
    MOST_ATTEMPTS,
    begin,
    bring_file,
    cancel,
    confirm,
    leave_pass_uncounted,
    resume,
)
from mecenova.imports.registry import register_import
from mecenova.imports.report import Report
from mecenova.imports.tasks import carry_out_imports
from mecenova.imports.working import carry_out_waiting
from mecenova.locks import NUMBER_OF_NAME
from mecenova.workflow import journal
from tests.accounts.factories import StaffFactory, UserFactory
from tests.imports.importers import Shelf

ROWS = "nom;code_postal\n" + "".join(f"Les Lampes {number};75011\n" for number in range(1200))


def brought(content="nom;code_postal\nLes Lampes;75011\n", kind="associations", by=None):
    return bring_file(
        kind=kind,
        file=io.BytesIO(content.encode()),
        name="liste.csv",
        size=len(content),
        as_checked=False,
        by=by,
    )


def tried_and_confirmed(content=ROWS):
    run = brought(content)
    carry_out_waiting()
    return confirm(run=run, by=StaffFactory())


@pytest.fixture
def broken(monkeypatch):
    """A kind whose importer breaks at its second batch."""

    class Broken(Shelf):
        writes = 0

        def write(self, parsed, met):
            type(self).writes += 1
            raise OperationalError("the server closed the connection")

    monkeypatch.setattr(registry, "_kinds", dict(registry._kinds))
    register_import("broken", Broken, label="Cassé", help="", as_checked_help="")
    return Broken


@pytest.mark.django_db
def test_only_the_team_brings_files():
    with pytest.raises(PermissionDenied):
        brought(by=UserFactory())
    assert not ImportRun.objects.exists()


@pytest.mark.django_db
def test_what_breaks_is_tried_again_then_stops_and_says_so(broken):
    other = brought()
    run = brought("nom\nA\n", kind="broken")
    for turn in range(1, MOST_ATTEMPTS + 1):
        carry_out_imports()
        run.refresh_from_db()
        assert (run.status, run.attempts) == (RunStatus.TRYING, turn)
    carry_out_imports()
    carry_out_imports()
    run.refresh_from_db()
    assert run.status == RunStatus.STOPPED
    assert "prévenez" in run.error
    assert broken.writes == MOST_ATTEMPTS
    other.refresh_from_db()
    assert other.status == RunStatus.READY, "a file that breaks does not stop the others"
    resume(run=run, by=StaffFactory())
    run.refresh_from_db()
    assert (run.status, run.attempts, run.error) == (RunStatus.TRYING, 0, "")


@pytest.mark.django_db
def test_a_file_waits_for_room_however_long(monkeypatch):
    run = brought()

    def nothing_more(*arguments):
        raise OSError(errno.ENOSPC, "No space left on device")

    with monkeypatch.context() as full:
        full.setattr(working.shutil, "copyfileobj", nothing_more)
        for _ in range(MOST_ATTEMPTS + 1):
            carry_out_imports()
    carry_out_imports()
    run.refresh_from_db()
    assert run.status == RunStatus.READY


@pytest.mark.django_db
def test_a_pass_that_had_no_room_is_uncounted_alone():
    run, other = brought(), brought()
    ImportRun.objects.update(attempts=2)
    leave_pass_uncounted(run=run)
    assert dict(ImportRun.objects.values_list("pk", "attempts")) == {run.pk: 1, other.pk: 2}


@pytest.mark.django_db
def test_only_what_a_pass_cut_short_had_written_is_told():
    run = tried_and_confirmed()
    for written in (500, 0, 0):
        ImportRun.objects.filter(pk=run.pk).update(progress={"created": written, "updated": 0}, attempts=0)
        begin(pk=run.pk)
    run.refresh_from_db()
    assert [passed["created"] for passed in run.interrupted] == [500]


@pytest.mark.django_db
def test_a_kind_that_is_no_longer_known_stops_in_words(broken, monkeypatch):
    run = brought("nom\nA\n", kind="broken")
    monkeypatch.setattr(registry, "_kinds", {})
    carry_out_imports()
    run.refresh_from_db()
    assert run.status == RunStatus.STOPPED
    assert "n’existe plus" in run.error
    assert run.label == "broken"


@pytest.mark.django_db
def test_a_lost_file_is_said():
    run = brought()
    run.source.storage.delete(run.source.name)
    carry_out_imports()
    run.refresh_from_db()
    assert run.status == RunStatus.REFUSED
    assert "Déposez-le à nouveau" in run.error


@pytest.mark.django_db
def test_a_pass_cut_short_is_told_and_doubles_nothing(monkeypatch, client):
    run = tried_and_confirmed()
    telling = working._tell

    def dies(run, progress):
        telling(run, progress)
        raise KeyboardInterrupt

    monkeypatch.setattr(working, "_tell", dies)
    with pytest.raises(KeyboardInterrupt):
        carry_out_waiting()
    assert Organisation.objects.count() == 500
    monkeypatch.setattr(working, "_tell", telling)
    carry_out_imports()
    run.refresh_from_db()
    assert (run.status, run.attempts) == (RunStatus.DONE, 2)
    assert [passed["created"] for passed in run.interrupted] == [500]
    assert (run.result["created"], run.result["unchanged"]) == (700, 500)
    assert Organisation.objects.count() == 1200
    client.force_login(StaffFactory())
    page = client.get(run.get_absolute_url()).content.decode()
    assert "Un passage a été interrompu" in page


@pytest.mark.django_db
def test_cancelled_while_it_was_tried():
    run = brought()
    worker = working.begin(pk=run.pk)
    cancel(run=run, by=StaffFactory())
    working.end(run=worker, report=Report(what="", source="", commit=False), rejects=None)
    run.refresh_from_db()
    assert (run.status, run.trial) == (RunStatus.CANCELLED, {})


def files_kept(folder="."):
    """The name of every file in the storage of imports."""
    storage = ImportRun._meta.get_field("source").storage
    if not storage.exists(folder):
        return set()
    folders, files = storage.listdir(folder)
    return {f"{folder}/{name}" for name in files}.union(*(files_kept(f"{folder}/{name}") for name in folders))


@pytest.mark.django_db
def test_a_row_that_is_not_written_leaves_no_file(monkeypatch):
    """What people wrote would stay on the volume, and no cleaning would ever find it."""

    def lost(*args, **values):
        raise OperationalError("the server closed the connection")

    before = files_kept()
    monkeypatch.setattr(journal, "record", lost)
    with pytest.raises(OperationalError):
        brought(by=StaffFactory())
    assert files_kept() == before


@pytest.mark.django_db
def test_rejects_of_a_former_pass_go_with_the_transaction_that_replaces_them(
    monkeypatch, django_capture_on_commit_callbacks
):
    run = brought()
    worker = working.begin(pk=run.pk)
    report = Report(what="", source="", commit=False)
    working.end(run=worker, report=report, rejects=io.BytesIO(b"first"))
    run.refresh_from_db()
    before, former = files_kept(), run.rejects.name
    worker = working.begin(pk=confirm(run=run, by=StaffFactory()).pk)
    with monkeypatch.context() as broken_journal:

        def lost(*args, **values):
            raise OperationalError("the server closed the connection")

        broken_journal.setattr(journal, "record", lost)
        with pytest.raises(OperationalError):
            working.end(run=worker, report=report, rejects=io.BytesIO(b"second"))
    assert files_kept() == before
    with django_capture_on_commit_callbacks(execute=True):
        working.end(run=worker, report=report, rejects=io.BytesIO(b"second"))
    run.refresh_from_db()
    assert run.rejects.read() == b"second"
    assert not run.rejects.storage.exists(former)


@pytest.mark.django_db
def test_each_step_is_journaled_with_who():
    staff = StaffFactory()
    run = brought(by=staff)
    carry_out_imports()
    confirm(run=run, by=staff)
    carry_out_imports()
    assert [(line.verb, line.by) for line in journal.history(run)] == [
        ("bring", staff),
        ("present", None),
        ("confirm", staff),
        ("finish", None),
    ]


@pytest.mark.django_db(transaction=True)
def test_a_second_worker_leaves_the_first_alone():
    brought()
    elsewhere = connection.copy()
    try:
        with elsewhere.cursor() as cursor:
            cursor.execute(f"SELECT pg_advisory_lock({NUMBER_OF_NAME})", [working.ONE_WORKER])
        assert carry_out_waiting() == 0
    finally:
        elsewhere.close()
    for _ in range(50):
        if carry_out_waiting():
            break
        time.sleep(0.05)
    assert ImportRun.objects.get().status == RunStatus.READY


@pytest.mark.django_db(transaction=True)
def test_a_trial_tells_how_far_it_is_and_writes_nothing(monkeypatch):
    run = brought(ROWS)
    seen = []
    original = working.run_import

    def watched(*args, tell, **kwargs):
        def told(progress):
            tell(progress)
            elsewhere = connection.copy()
            with elsewhere.cursor() as cursor:
                cursor.execute("SELECT position FROM imports_importrun WHERE id = %s", [run.pk])
                seen.append(cursor.fetchone()[0])
            elsewhere.close()

        return original(*args, tell=told, **kwargs)

    monkeypatch.setattr(working, "run_import", watched)
    carry_out_waiting()
    assert len(seen) >= 3
    assert seen == sorted(seen)
    assert seen[-1] == len(ROWS)
    assert not Organisation.objects.exists()


KILLED = """
import django
django.setup()
from mecenova.imports import working
telling = working._tell
def slow(run, progress):
    telling(run, progress)
    print("told", flush=True)
    import time
    time.sleep(60)
working._tell = slow
working.carry_out_waiting()
"""


@pytest.mark.django_db(transaction=True)
def test_a_worker_killed_in_the_middle_leaves_whole_batches(tmp_path, settings, monkeypatch):
    """A real process, SIGKILL after its first batch: the next worker begins at once and doubles nothing."""
    settings.MEDIA_ROOT = tmp_path
    run = tried_and_confirmed()
    name = connections["default"].settings_dict["NAME"]
    code = (
        "import os; os.environ['DJANGO_SETTINGS_MODULE'] = 'mecenova.settings.test'\n"
        "from django.conf import settings\n"
        f"settings.DATABASES['default']['NAME'] = {name!r}\n"
        f"settings.MEDIA_ROOT = {str(tmp_path)!r}\n"
        "settings.STORAGES['default'] = {'BACKEND': 'django.core.files.storage.FileSystemStorage'}\n" + KILLED
    )
    place = tmp_path / run.source.name
    place.parent.mkdir(parents=True)
    place.write_text(ROWS)
    with subprocess.Popen(
        [sys.executable, "-c", code], stdout=subprocess.PIPE, stderr=subprocess.PIPE, env=os.environ
    ) as worker:
        assert worker.stdout.readline() == b"told\n", worker.stderr.read()
        worker.send_signal(signal.SIGKILL)
    assert Organisation.objects.count() == 500
    deadline = time.monotonic() + 10
    while not carry_out_waiting():
        assert time.monotonic() < deadline, "the lock outlived its worker"
        time.sleep(0.05)
    run.refresh_from_db()
    assert (run.status, run.result["created"], run.result["unchanged"]) == (RunStatus.DONE, 700, 500)
    assert Organisation.objects.count() == 1200


@pytest.mark.django_db
def test_a_broker_that_is_away_keeps_nobody(settings, client, django_capture_on_commit_callbacks):
    settings.CELERY_BROKER_URL = "redis://127.0.0.1:1/0"
    staff = StaffFactory()
    client.force_login(staff)
    with django_capture_on_commit_callbacks(execute=True):
        run = brought(by=staff)
    assert client.get(reverse("imports:run", args=[run.pk])).status_code == 200
