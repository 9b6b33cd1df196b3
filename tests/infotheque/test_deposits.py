"""From the team's browser to the shelf, by the worker's own loop."""

import errno
from functools import partial

import pytest
from django.core.exceptions import PermissionDenied
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import OperationalError
from django.urls import reverse

from infotheque import ingesting, operations
from infotheque.enums import DepositStatus
from infotheque.models import Deposit, DepositedFile, Document, DocumentFile
from infotheque.operations.deposits import MOST_ATTEMPTS, shown_name
from infotheque.reading.reader import Reader
from infotheque.tasks import read_deposits
from mecenova.search.functions import FrenchSearchQuery
from mecenova.workflow.errors import DomainError
from tests.accounts.factories import UserFactory
from tests.infotheque import hostile
from tests.infotheque.factories import DocumentFactory
from tests.threads import at_once, failures_at_once

pytestmark = pytest.mark.django_db


@pytest.fixture(scope="module")
def reader():
    with Reader() as found:
        yield found


@pytest.fixture(autouse=True)
def one_reader(monkeypatch, reader):
    """The real one, kept from one test to the next."""

    class Kept:
        def __enter__(self):
            return reader

        def __exit__(self, *arguments):
            pass

    monkeypatch.setattr(ingesting, "Reader", Kept)


def upload(content: bytes, name: str = "guide.docx") -> SimpleUploadedFile:
    return SimpleUploadedFile(name, content)


def bring(staff, *files, **options):
    return operations.bring_files(files=list(files), by=staff, **options)


def test_each_file_becomes_a_draft_and_the_task_runs_twice(staff, django_capture_on_commit_callbacks):
    with django_capture_on_commit_callbacks(execute=True):
        deposit = bring(
            staff,
            upload(hostile.docx_of("L’entreprise donne.", title="Convention de mécénat")),
            upload(hostile.pdf_of("Le guide"), "mon_guide.pdf"),
            upload(hostile.HTML, "page.pdf"),
        )
        read_deposits()
        read_deposits()
    files = list(deposit.files.order_by("position"))
    assert [file.status for file in files] == ["kept", "kept", "refused"]
    assert "page web" in files[2].told
    assert [file.source.name for file in files] == ["", "", ""]
    first, second = (file.document for file in files[:2])
    assert (first.title, second.title) == ("Convention de mécénat", "mon guide")
    assert (first.status, first.owner) == ("draft", staff)
    assert first.current_version.created_by == staff
    assert "L’entreprise donne." in first.text
    assert Document.objects.count() == 2
    assert list(Document.objects.saying(FrenchSearchQuery("entreprises"))) == [first]


@pytest.mark.django_db(transaction=True)
def test_the_same_content_brought_ten_times_at_once_is_one_document(staff):
    """Whatever its name, and two workers at it."""
    content = hostile.docx_of("Une seule fois")
    people = [partial(bring, staff, upload(content, f"copie {number}.docx")) for number in range(10)]
    assert all(isinstance(deposit, Deposit) for deposit in at_once(*people))
    assert Deposit.objects.count() == 10
    # A second worker finds the first at work, and leaves, or comes after it and finds nothing.
    assert sorted(at_once(ingesting.read_waiting, ingesting.read_waiting)) == [0, 10]
    assert Document.objects.count() == 1
    assert DocumentFile.objects.count() == 1
    assert DepositedFile.objects.filter(status=DepositStatus.KEPT).count() == 1
    known = DepositedFile.objects.filter(status=DepositStatus.KNOWN)
    assert known.count() == 9
    assert all(file.document == Document.objects.get() for file in known)


def test_a_new_version_waits_for_all_its_files(staff):
    document = DocumentFactory(link="")
    bring(staff, upload(hostile.docx_of("un")), upload(hostile.HTML, "b.docx"), document=document)
    ingesting.read_waiting()
    document.refresh_from_db()
    assert document.current_version is None
    assert DepositedFile.objects.filter(status=DepositStatus.REFUSED).count() == 2
    bring(
        staff, upload(hostile.docx_of("un")), upload(hostile.docx_of("deux")), document=document, note="2027"
    )
    ingesting.read_waiting()
    document.refresh_from_db()
    assert document.current_version.note == "2027"
    assert document.current_version.files.count() == 2
    assert "un" in document.text
    assert "deux" in document.text


def test_private_files_are_not_searched(staff):
    bring(staff, upload(hostile.docx_of("confidentiel")), is_private=True)
    ingesting.read_waiting()
    assert not Document.objects.saying(FrenchSearchQuery("confidentiel")).exists()
    assert DocumentFile.objects.get().is_private


def test_a_worker_that_dies_is_taken_over_and_three_deaths_are_told(staff, monkeypatch):
    deposit = bring(staff, upload(hostile.docx_of("mot")))

    def die(*arguments):
        raise MemoryError

    monkeypatch.setattr(ingesting, "_ask_next", die)
    for _ in range(MOST_ATTEMPTS):
        assert ingesting.read_waiting() == 0
    assert deposit.files.get().status == DepositStatus.WAITING
    ingesting.read_waiting()
    assert "s’est arrêtée" in deposit.files.get().told


def test_files_wait_for_room_however_long_and_are_read_once_there_is_some(staff, monkeypatch):
    deposit = bring(staff, upload(hostile.docx_of("mot")))

    def nothing_more(*arguments):
        raise OSError(errno.ENOSPC, "No space left on device")

    with monkeypatch.context() as full:
        full.setattr(ingesting.shutil, "copyfileobj", nothing_more)
        for _ in range(MOST_ATTEMPTS + 1):
            assert ingesting.read_waiting() == 0
    assert ingesting.read_waiting() == 1
    assert deposit.files.get().status == DepositStatus.KEPT


def test_the_file_that_stops_the_worker_is_refused_alone(staff, monkeypatch):
    """Three passes that go nowhere are its own: those before it were kept, and those after it still are."""
    names = [f"titre {number}.docx" for number in range(4)]
    deposit = bring(staff, *(upload(hostile.docx_of(name), name) for name in names))
    ask = Reader.ask

    def die_of_the_third(self, path, name):
        if name == names[2]:
            raise MemoryError
        ask(self, path, name)

    monkeypatch.setattr(Reader, "ask", die_of_the_third)
    passes = 0
    while not ingesting.read_waiting():
        passes += 1
        assert passes < 10
    refused = deposit.files.get(status=DepositStatus.REFUSED)
    assert refused.name == names[2]
    assert "s’est arrêtée" in refused.told
    assert deposit.files.filter(status=DepositStatus.KEPT).count() == 3


def test_a_version_that_stops_the_worker_is_refused_whole(staff, monkeypatch):
    deposit = bring(
        staff,
        upload(hostile.docx_of("un")),
        upload(hostile.docx_of("deux"), "b.docx"),
        document=DocumentFactory(link=""),
    )

    def die(*arguments):
        raise MemoryError

    monkeypatch.setattr(Reader, "ask", die)
    for _ in range(MOST_ATTEMPTS + 1):
        ingesting.read_waiting()
    assert deposit.files.filter(status=DepositStatus.REFUSED, told__contains="s’est arrêtée").count() == 2


def test_the_next_file_is_read_while_one_is_kept_and_a_pass_broken_off_mixes_none_up(
    staff, monkeypatch, reader
):
    keep, ahead = ingesting.keep_deposited, []
    bring(staff, *(upload(hostile.docx_of(f"texte {n}"), f"titre {n}.docx") for n in range(3)))

    def keep_and_look(**given):
        ahead.append(reader._asked and reader._asked.name)
        if len(ahead) == 2:
            raise ConnectionError
        keep(**given)

    monkeypatch.setattr(ingesting, "keep_deposited", keep_and_look)
    assert ingesting.read_waiting() == 0
    assert ingesting.read_waiting() == 1
    assert ahead == ["titre 1.docx", "titre 2.docx", "titre 2.docx", None]
    kept = set(DocumentFile.objects.values_list("version__document__title", "text"))
    assert kept == {(f"titre {n}", f"texte {n}") for n in range(3)}


def test_a_file_that_left_the_storage_is_told(staff):
    deposit = bring(staff, upload(b"x"))
    file = deposit.files.get()
    file.source.storage.delete(file.source.name)
    ingesting.read_waiting()
    assert "n’est plus dans le stockage" in deposit.files.get().told


def test_who_has_left_the_team_still_has_their_files_kept(staff):
    bring(staff, upload(hostile.docx_of("mot")))
    type(staff).objects.update(is_staff=False)
    ingesting.read_waiting()
    assert Document.objects.count() == 1


@pytest.mark.django_db(transaction=True)
def test_two_workers_keep_each_file_once(staff):
    for number in range(4):
        bring(staff, upload(hostile.docx_of(f"texte {number}")))

    assert failures_at_once(ingesting.read_waiting, ingesting.read_waiting) == []
    ingesting.read_waiting()
    assert Document.objects.count() == 4
    assert not DepositedFile.objects.filter(status=DepositStatus.WAITING).exists()


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        ("../../etc/passwd.pdf", "passwd.pdf"),
        ("C:\\fakepath\\guide.pdf", "guide.pdf"),
        ("fête 🎉.pdf", "fête 🎉.pdf"),
        ("a\x00b\u202egpj.pdf", "a bgpj.pdf"),
        ("x" * 300 + ".pdf", "x" * 146 + ".pdf"),
        ("", "fichier"),
        ("/", "fichier"),
    ],
)
def test_a_name_is_shown_and_is_no_path(name, shown):
    assert shown_name(name) == shown
    assert len(shown_name(name)) <= 150


def test_only_the_team_deposits(client, staff):
    with pytest.raises(PermissionDenied):
        bring(UserFactory(), upload(b"x"))
    with pytest.raises(DomainError, match="au moins un fichier"):
        bring(staff)
    client.force_login(UserFactory())
    address = reverse("infotheque:deposit_create")
    assert client.post(address, {"files": upload(hostile.docx_of("x"))}).status_code == 404
    assert not Deposit.objects.exists()


def test_a_deposit_is_watched_on_its_page(client, staff):
    client.force_login(staff)
    names = ["../../x.docx", "🎉.docx", "n" * 240 + ".docx"]
    files = [upload(hostile.docx_of(name), name) for name in names]
    answer = client.post(reverse("infotheque:deposit_create"), {"files": files})
    deposit = Deposit.objects.get()
    assert answer.headers["Location"] == deposit.get_absolute_url()
    page = client.get(deposit.get_absolute_url()).content.decode()
    assert "En attente de lecture" in page
    assert 'hx-trigger="every 2s"' in page
    ingesting.read_waiting()
    page = client.get(deposit.get_absolute_url(), headers={"HX-Request": "true"}).content.decode()
    assert "<html" not in page
    assert "hx-trigger" not in page
    assert page.count("Rangé") == 3
    assert str(Document.objects.first().pk) in page
    assert client.get(reverse("infotheque:deposits")).status_code == 200


def test_too_many_and_too_heavy_are_told_and_nothing_is_kept(client, staff, monkeypatch):
    client.force_login(staff)
    address = reverse("infotheque:deposit_create")
    answer = client.post(address, {"files": [upload(b"x") for _ in range(51)]})
    assert answer.status_code == 422
    assert "50 fichiers au plus" in answer.content.decode()
    monkeypatch.setattr("infotheque.forms.deposit.LARGEST_FILE", 100)
    answer = client.post(address, {"files": upload(b"x" * 101)})
    assert answer.status_code == 422
    assert "Déposez une version plus légère" in answer.content.decode()
    monkeypatch.setattr("infotheque.views.deposits._DepositUploadHandler.largest", 1000)
    answer = client.post(address, {"files": upload(b"x" * 1001)})
    assert answer.status_code == 413
    assert client.post(address, {}).status_code == 422
    assert not Deposit.objects.exists()


def test_a_form_without_its_token_is_refused(staff):
    from django.test import Client

    client = Client(enforce_csrf_checks=True)
    client.force_login(staff)
    answer = client.post(reverse("infotheque:deposit_create"), {"files": upload(hostile.docx_of("x"))})
    assert answer.status_code == 403
    assert not Deposit.objects.exists()


def test_lists_ask_as_many_queries_for_one_as_for_ten(client, staff, query_count):
    client.force_login(staff)

    def count():
        deposit = Deposit.objects.first()
        return [
            query_count(lambda: client.get(reverse("infotheque:deposits"))),
            query_count(lambda: client.get(deposit.get_absolute_url())),
        ]

    bring(staff, upload(b"x"))
    count()
    one = count()
    for _ in range(9):
        bring(staff, *(upload(b"x") for _ in range(5)))
    assert count() == one


def test_files_whose_rows_cannot_be_written_are_taken_away(staff, monkeypatch):
    stored = []

    def lost(rows, **options):
        stored.extend(row.source for row in rows)
        assert all(source.storage.exists(source.name) for source in stored)
        raise OperationalError("the server closed the connection")

    monkeypatch.setattr(DepositedFile.objects, "bulk_create", lost)
    with pytest.raises(OperationalError):
        bring(staff, upload(hostile.docx_of("L’entreprise donne.")))
    assert stored
    assert [source.name for source in stored if source.storage.exists(source.name)] == []
