import hashlib
from datetime import date, timedelta

import pytest
from dateutil.relativedelta import relativedelta
from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, transaction

from accounts.models import User
from infotheque import operations
from infotheque.enums import DocumentStatus
from infotheque.models import CurationSettings, Document, DocumentFile
from infotheque.models.lengths import LONGEST_BODY, LONGEST_SUMMARY, LONGEST_TEXT
from infotheque.operations import publish_document, withdraw_document
from infotheque.reading.result import Content, ReadFile
from infotheque.workflow import DOCUMENT
from mecenova.agenda.operations import check_silence, next_step
from mecenova.calendar import clock
from mecenova.search.functions import FrenchSearchQuery
from mecenova.workflow.errors import DomainError, TransitionRefused
from mecenova.workflow.journal import history
from tests.accounts.factories import UserFactory
from tests.infotheque.factories import DocumentFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def colleague():
    return User.objects.create_user("collegue@ims.example", is_staff=True)


@pytest.fixture
def pdf(tmp_path):
    def make(content: bytes = b"%PDF-1.7\n", name: str = "guide.pdf"):
        path = tmp_path / f"{len(list(tmp_path.iterdir()))}"
        path.write_bytes(content)
        digest = hashlib.sha256(content).hexdigest()
        return ReadFile(
            path=path, name=name, type="pdf", digest=digest, size=len(content), content=Content(text="Texte.")
        )

    return make


def test_publishing_twice_is_refused_the_second_time(staff):
    document = publish_document(document=DocumentFactory(), by=staff)
    assert document.is_published
    with pytest.raises(TransitionRefused, match="Publié"):
        publish_document(document=document, by=staff)
    assert history(document).count() == 1


def test_a_withdrawn_document_is_a_draft_again(staff):
    document = publish_document(document=DocumentFactory(), by=staff)
    withdraw_document(document=document, by=staff)
    assert not Document.objects.published().exists()


def test_a_document_that_leads_nowhere_is_not_published(staff):
    with pytest.raises(DomainError, match="ni texte, ni lien, ni fichier"):
        publish_document(document=DocumentFactory(link=""), by=staff)


def test_what_is_on_line_keeps_leading_somewhere(staff):
    document = publish_document(document=DocumentFactory(), by=staff)
    with pytest.raises(DomainError, match="ni texte, ni lien, ni fichier"):
        operations.update_document(document=document, by=staff, link="")


def test_a_document_is_published_with_a_summary_and_keeps_one(staff):
    document = DocumentFactory(summary="")
    with pytest.raises(DomainError, match="résumé manque"):
        publish_document(document=document, by=staff)
    operations.update_document(document=document, by=staff, summary="Ce qu’il faut préparer.")
    publish_document(document=document, by=staff)
    with pytest.raises(DomainError, match="résumé manque"):
        operations.update_document(document=document, by=staff, summary="  ")
    document.refresh_from_db()
    assert document.summary == "Ce qu’il faut préparer."


def test_a_document_that_has_long_been_on_line_without_summary_is_still_verified_and_changed(staff):
    document = DocumentFactory(published=True, status="to_verify", summary="")
    operations.update_document(document=document, by=staff, title="Un autre titre")
    assert operations.verify_document(document=document, by=staff).is_published


OPERATIONS = {
    "submit": operations.submit_document,
    "send_back": operations.send_back_document,
    "publish": publish_document,
    "doubt": operations.doubt_document,
    "verify": operations.verify_document,
    "withdraw": withdraw_document,
    "archive": operations.archive_document,
    "take_up": operations.take_up_document,
}


def test_only_staff_act(staff):
    visitor = User.objects.create_user("autre@exemple.example")
    for operation in OPERATIONS.values():
        with pytest.raises(PermissionDenied):
            operation(document=DocumentFactory(), by=visitor)
    with pytest.raises(PermissionDenied):
        operations.create_document(by=visitor, title="Guide", kind="guide")
    with pytest.raises(PermissionDenied):
        operations.add_version(document=DocumentFactory(), files=[None], by=visitor)


def reach(status, staff):
    """A document that came to this state by the operations themselves."""
    ways = {
        "draft": (),
        "in_review": ("submit",),
        "published": ("publish",),
        "to_verify": ("publish", "doubt"),
        "archived": ("publish", "archive"),
    }
    document = DocumentFactory()
    for verb in ways[status]:
        document = OPERATIONS[verb](document=document, by=staff)
    return document


@pytest.mark.parametrize("status", DocumentStatus.values)
@pytest.mark.parametrize("verb", sorted(OPERATIONS))
def test_each_operation_follows_the_table(status, verb, staff):
    document = reach(status, staff)
    lines = history(document).count()
    if DOCUMENT.allows(verb, status):
        document = OPERATIONS[verb](document=document, by=staff)
        assert document.status == DOCUMENT.target(verb, status)
        assert history(document).count() == lines + 1
    else:
        with pytest.raises(TransitionRefused):
            OPERATIONS[verb](document=document, by=staff)
        assert history(document).count() == lines


def test_every_verb_of_the_table_has_its_operation():
    assert {transition.verb for transition in DOCUMENT.transitions} == OPERATIONS.keys()


def test_a_review_is_due_a_year_later_and_again_once_verified(staff):
    with clock.frozen(clock.now()) as moment:
        document = publish_document(document=DocumentFactory(), by=staff)
        assert document.review_on == clock.today() + relativedelta(years=1)
        assert list(Document.objects.to_review()) == []
        moment.advance(timedelta(days=370))
        assert list(Document.objects.to_review()) == [document]
        document = operations.doubt_document(document=document, by=None)
        assert list(Document.objects.to_review()) == [document]
        assert document.is_published, "it stays on line, and says so"
        operations.verify_document(document=document, by=staff)
        assert list(Document.objects.to_review()) == []


def test_the_delay_before_a_review_is_the_team_s(staff):
    CurationSettings.objects.create(pk=1, review_months=6)
    with clock.frozen(clock.now().replace(month=8, day=31, hour=12)):
        document = publish_document(document=DocumentFactory(), by=staff)
        assert document.review_on == date(clock.today().year + 1, 3, 1) - timedelta(days=1)


def test_a_second_reader_is_somebody_else(staff, colleague):
    document = DocumentFactory(needs_second_reader=True)
    with pytest.raises(DomainError, match="deuxième personne"):
        publish_document(document=document, by=staff)
    operations.submit_document(document=document, by=staff)
    with pytest.raises(DomainError, match="deuxième personne"):
        publish_document(document=document, by=staff)
    assert publish_document(document=document, by=colleague).is_published


def test_the_team_may_ask_a_second_reader_for_everything(staff, colleague):
    CurationSettings.objects.create(pk=1, needs_second_reader=True)
    document = DocumentFactory()
    with pytest.raises(DomainError, match="deuxième personne"):
        publish_document(document=document, by=staff)
    operations.submit_document(document=document, by=staff)
    assert publish_document(document=document, by=colleague).is_published


def test_another_link_is_shown_again(staff):
    document = DocumentFactory(published=True, link_hidden_at=clock.now())
    document = operations.update_document(document=document, by=staff, link="https://ailleurs.example/")
    assert document.link_hidden_at is None


def test_a_new_version_takes_the_place_of_the_old_one(staff, pdf):
    document = DocumentFactory(link="")
    first = operations.add_version(document=document, files=[pdf()], by=staff)
    document.refresh_from_db()
    document = publish_document(document=document, by=staff)
    second = operations.add_version(document=document, files=[pdf(b"%PDF-1.7\n2")], by=staff, note="2027")
    document.refresh_from_db()
    assert document.current_version == second
    assert [version.number for version in document.versions.all()] == [2, 1]
    assert first.files.get().file.read() == b"%PDF-1.7\n", "the old one stays"
    assert list(DocumentFile.objects.current()) == [second.files.get()]


def test_the_same_files_again_make_no_new_version(staff, pdf):
    document = DocumentFactory()
    first = operations.add_version(document=document, files=[pdf()], by=staff)
    assert operations.add_version(document=document, files=[pdf(name="autre.pdf")], by=staff) == first
    assert document.versions.count() == 1


def test_a_name_never_becomes_a_path(staff, pdf):
    names = ["../../etc/passwd.pdf", "a\x00b.pdf", "🎉.pdf", "x" * 146 + ".pdf"]
    files = [pdf(b"%PDF-" + bytes([65 + n]), name=name.replace("\x00", "")) for n, name in enumerate(names)]
    version = operations.add_version(document=DocumentFactory(), files=files, by=staff)
    kept = list(version.files.all())
    assert len(kept) == len(names)
    for file in kept:
        assert file.file.name.startswith(f"infotheque/{file.pk}/")
        assert file.file.name.endswith(".pdf")


def test_a_published_document_with_a_file_alone_can_be_deleted(staff, pdf):
    document = DocumentFactory(link="")
    operations.add_version(document=document, files=[pdf()], by=staff)
    document.refresh_from_db()
    publish_document(document=document, by=staff)
    document.delete()
    assert not DocumentFile.objects.exists()


def test_the_longest_texts_fit_in_the_search():
    """Words that are all different are the worst: a search vector is limited to one megabyte."""
    words = "".join(f"{number:05x}é " for number in range(LONGEST_TEXT // 7))
    DocumentFactory(
        summary=words[:LONGEST_SUMMARY], body=words[-LONGEST_BODY:], text=words.ljust(LONGEST_TEXT, "z")
    )
    assert Document.objects.saying(FrenchSearchQuery("00abcé")).exists()


@pytest.mark.parametrize(
    "wrong",
    [
        {"status": "published"},
        {"status": "draft", "published_at": "2026-01-01T00:00Z"},
        {"status": "archived"},
        {"archived_at": "2026-01-01T00:00Z"},
        {"status": "published", "published_at": "2026-01-01T00:00Z", "link": ""},
        {"valid_from": date(2026, 2, 1), "valid_until": date(2026, 1, 1)},
    ],
)
def test_the_database_refuses_what_cannot_be(wrong):
    with pytest.raises(IntegrityError), transaction.atomic():
        DocumentFactory(**wrong)


@pytest.mark.parametrize("is_private", [False, True])
def test_a_file_made_a_document_at_once_writes_what_two_steps_write(staff, pdf, is_private):
    values = {"title": "Le  guide", "kind": "guide"}
    once = operations.create_document_of(
        file=pdf(b"%PDF-1"), by=staff, note=" a\nb ", is_private=is_private, **values
    )
    twice = operations.create_document(by=staff, **values)
    operations.add_version(
        document=twice, files=[pdf(b"%PDF-1")], by=staff, note=" a\nb ", is_private=is_private
    )
    assert _rows(once) == _rows(twice)
    assert Document.objects.saying(FrenchSearchQuery("texte")).count() == (0 if is_private else 2)


def test_a_file_made_a_document_is_all_or_nothing_and_for_the_team(staff, pdf, monkeypatch):
    def full(*arguments):
        raise OSError("No space left on device")

    with pytest.raises(PermissionDenied):
        operations.create_document_of(file=pdf(), by=UserFactory(), title="x", kind="guide")
    monkeypatch.setattr("infotheque.operations.versions._keep", full)
    with pytest.raises(OSError, match="No space"):
        operations.create_document_of(file=pdf(), by=staff, title="x", kind="guide")
    assert not Document.objects.exists()


def test_what_was_stored_before_the_volume_was_full_is_taken_away(staff, pdf, monkeypatch):
    stored = []

    def save(row, **options):
        stored.append(row.file)
        if len(stored) == 2:
            raise OSError("No space left on device")

    monkeypatch.setattr(DocumentFile, "save", save)
    with pytest.raises(OSError, match="No space"):
        operations.add_version(document=DocumentFactory(), files=[pdf(b"%PDF-1"), pdf(b"%PDF-2")], by=staff)
    assert len(stored) == 2
    assert [each.name for each in stored if each.storage.exists(each.name)] == []


def _rows(document):
    """All that was written, but keys and moments."""
    document = Document.objects.get(pk=document.pk)
    version = document.versions.get()
    assert document.current_version == version
    own = {"id", "created_at", "at", "document_id", "version_id", "current_version_id", "file", "picture"}
    rows = [document, version, version.files.get(), *history(document)]
    return [
        {name: value for name, value in vars(row).items() if name not in own | {"_state", "subject_id"}}
        for row in rows
    ]


@pytest.mark.parametrize(
    ("status", "rule"), [("in_review", "read_submitted"), ("to_verify", "review_document")]
)
def test_what_waits_to_be_read_since_before_readers_were_named_gets_a_step(staff, status, rule):
    published_at = clock.now() if status == "to_verify" else None
    waiting = DocumentFactory(status=status, published_at=published_at)
    sent = operations.submit_document(document=DocumentFactory(), by=staff)
    check_silence()
    check_silence()
    assert next_step(waiting).rule == f"infotheque.{rule}"
    assert next_step(sent).rule == "infotheque.read_submitted"
    operations.archive_document(document=waiting, by=staff)
    check_silence()
    assert next_step(waiting) is None


@pytest.mark.parametrize(
    ("said", "rule"),
    [
        ({"featured_at": clock.now()}, "featured_is_on_line"),
        ({"stages": ["prepare", "x"]}, "stages_known"),
        ({"readers": ["x"]}, "readers_known"),
        ({"partnership_kinds": ["x"]}, "partnership_kinds_known"),
    ],
)
def test_the_database_refuses_what_no_curator_may_write(said, rule):
    with pytest.raises(IntegrityError, match=rule), transaction.atomic():
        DocumentFactory(**said)


def test_the_database_knows_who_sent_to_review_only_while_it_is(staff):
    with pytest.raises(IntegrityError, match="submitted_is_in_review"), transaction.atomic():
        DocumentFactory(submitted_by=staff)
