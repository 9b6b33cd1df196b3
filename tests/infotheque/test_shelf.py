"""The first shelf: what its files hold, that loading twice changes nothing, and that no link is dead."""

import re
import tomllib
from datetime import date
from io import BytesIO, StringIO
from urllib.parse import urlsplit

import pytest
from dateutil.relativedelta import relativedelta
from django.core.exceptions import PermissionDenied
from django.core.management import CommandError, call_command
from django.db import transaction
from docx import Document as open_docx

from infotheque.enums import DocumentKind, DocumentStatus
from infotheque.models import CurationSettings, Document, DocumentFile, Path, Prescription, Step
from infotheque.operations import (
    load_paths,
    load_shelf,
    prescribe,
    prescribe_first_documents,
    update_document,
)
from infotheque.places import first_documents
from infotheque.shelf.courses import courses
from infotheque.shelf.model_agreements import BLANK, model_agreement
from infotheque.shelf.records import ELSEWHERE, TEXTS, ShelfError, _own, records
from mecenova.calendar import clock
from mecenova.ui.typography import french_text
from partnerships.enums import RefusalReason
from partnerships.models import RefusalStep
from partnerships.operations import edit_refusal_step
from tests.accounts.factories import StaffFactory, UserFactory

SHELF = records()
OWN = [record for record in SHELF if record.is_own]
FULL_TEXT = 600
# Those that explain, as against letters, forms and agreements to fill in.
FULL_SLUGS = [
    "budget-de-projet",
    "chercher-a-plusieurs",
    "choisir-ses-mecenes",
    "choisir-ses-partenaires",
    "cinq-formes-de-soutien",
    "co-construire",
    "competences-deux-regimes",
    "contreparties",
    "convention-pas-a-pas",
    "don-en-nature",
    "dossier-de-mecenat",
    "ecrire-sa-politique",
    "evaluer-ensemble",
    "interet-general-et-rescrit",
    "lire-un-refus",
    "petite-commune-et-mecenat",
    "premier-rendez-vous",
    "presenter-son-projet",
    "quand-demander",
    "recu-fiscal",
    "reduction-dimpot-entreprises",
    "relancer-sans-deranger",
    "sinscrire-ne-suffit-pas",
    "temps-personnel-temps-de-travail",
    "trouver-les-bonnes-entreprises",
    "valoriser-des-journees",
]
FULL = [record for record in OWN if record.slug in FULL_SLUGS]
AGREEMENTS = [record for record in OWN if record.agreement]
WORKED = re.compile(r"^## .*(?:exemple|calcul|rempli|minute par minute|débat|un besoin)", re.I | re.M)
FIGURE = re.compile(r"\d")


def name_of(record):
    return record.slug


def test_the_shelf_is_as_full_as_it_was_promised():
    assert len(SHELF) >= 40
    assert len(OWN) >= 25
    assert {record.slug for record in FULL} == set(FULL_SLUGS)
    assert len({record.slug for record in SHELF}) == len(SHELF)


@pytest.mark.parametrize("record", FULL, ids=name_of)
def test_a_full_text_has_an_example_with_figures(record):
    assert len(record.body.split()) >= FULL_TEXT
    example = WORKED.search(record.body)
    assert example, "no heading announces a worked example"
    assert len(FIGURE.findall(record.body[example.start() :])) >= 6


@pytest.mark.parametrize("record", OWN, ids=name_of)
def test_a_text_of_ours_names_its_sources_and_its_review(record):
    assert record.sources
    assert record.fields["review_on"] > date(2026, 11, 28)
    assert record.fields["readers"]
    assert record.fields["stages"]


@pytest.mark.parametrize("record", SHELF, ids=name_of)
def test_the_french_is_written_with_its_signs(record):
    texts = [record.fields["title"], record.fields["summary"], record.body, *record.sources]
    for text in texts:
        assert text == french_text(text)
        assert not re.search(r"\w'\w", text)
    assert len(record.fields["title"]) <= 250


@pytest.mark.parametrize(
    "record", [each for each in OWN if each.fields["kind"] == DocumentKind.LEGAL_SHEET], ids=name_of
)
def test_a_legal_sheet_says_its_date_its_confidence_and_what_it_is_not(record):
    assert record.fields["valid_from"] == date(2026, 1, 1)
    assert record.fields["confidence"] in {"high", "medium", "low"}
    assert "1er janvier 2026" in record.body
    assert re.search(r"pas un conseil (?:fiscal|juridique)", record.body)
    assert re.search(r"[Cc]onfiance", record.body)


def test_every_link_of_a_text_leads_to_a_record_or_a_page():
    slugs = {record.slug for record in SHELF}
    for record in OWN:
        for scheme, target in record.targets:
            assert scheme == "page" or target in slugs, f"{record.slug} links to {target}"
        assert not re.search(r"\]\((?!shelf:|page:)", record.body), f"{record.slug} links out of the site"


def test_what_others_publish_is_a_home_address_and_a_doubt():
    others = [record for record in SHELF if not record.is_own]
    assert len(others) >= 12
    for record in others:
        address = urlsplit(record.fields["publisher_home"])
        assert (address.scheme, address.path, address.query) == ("https", "/", "")
        assert record.fields["year"]
        assert "link" not in record.fields
    assert len(tomllib.loads(ELSEWHERE.read_text())["document"]) == len(others)


def test_a_file_without_front_matter_is_told_by_its_name(tmp_path):
    for text in ("Bonjour", "+++\ntitle = \n+++\nBonjour"):
        path = tmp_path / "sans.md"
        path.write_text(text)
        with pytest.raises(ShelfError, match=r"sans\.md"):
            _own(path)


@pytest.fixture(scope="class")
def loaded(django_db_setup, django_db_blocker):
    """Loaded once; what a test writes is undone at its own end, the shelf at the end of them all."""
    with django_db_blocker.unblock(), transaction.atomic():
        staff = StaffFactory()
        yield staff, load_shelf(by=staff)
        transaction.set_rollback(True)


@pytest.mark.django_db
class TestLoaded:
    def test_loading_makes_what_is_missing_and_puts_it_in_its_state(self, loaded):
        staff, done = loaded
        assert (done.made, done.left_alone) == (len(SHELF), 0)
        documents = {document.slug: document for document in Document.objects.all()}
        in_a_year = clock.today() + relativedelta(months=12)
        for record in SHELF:
            document = documents[record.slug]
            document.full_clean()
            assert document.status == (
                DocumentStatus.PUBLISHED if record.is_own else DocumentStatus.TO_VERIFY
            )
            written = record.fields["review_on"]
            assert document.review_on == (written if written > clock.today() else in_a_year)
            assert document.owner == staff
            assert ("## Sources" in document.body) == record.is_own
        assert DocumentFile.objects.current().count() == len(AGREEMENTS) == 6
        assert set(DocumentFile.objects.values_list("type", flat=True)) == {"docx"}

    def test_loading_again_writes_over_nothing(self, loaded):
        staff, _ = loaded
        edited = Document.objects.get(slug="budget-de-projet")
        update_document(document=edited, by=staff, title="Notre budget", body="Réécrit par l’équipe.")
        Document.objects.filter(slug="iso-26000").delete()
        before = dict(Document.objects.values_list("slug", "body"))
        done = load_shelf(by=staff)
        assert (done.made, done.left_alone) == (1, len(SHELF) - 1)
        edited.refresh_from_db()
        assert (edited.title, edited.body) == ("Notre budget", "Réécrit par l’équipe.")
        after = dict(Document.objects.values_list("slug", "body"))
        assert {slug: after[slug] for slug in before} == before
        assert load_shelf(by=staff).made == 0

    def test_every_page_of_the_shelf_opens_and_its_links_lead_somewhere(self, loaded, client):
        pages = {document.get_absolute_url(): document for document in Document.objects.all()}
        for address, document in pages.items():
            assert client.get(address).status_code == 200
            for target in re.findall(r'href="(/[^"]*)"', document.body_html):
                assert target in pages or client.get(target).status_code == 200
            assert "shelf:" not in document.body
            assert "page:" not in document.body

    def test_every_refusal_leads_to_a_document_that_everybody_reads(self, loaded):
        steps = RefusalStep.objects.for_list()
        assert {step.reason for step in steps} == set(RefusalReason)
        for step in steps:
            assert step.document is not None
            assert step.document.is_published

    def test_the_document_that_the_team_chose_or_took_away_stays_so(self, loaded):
        staff, _ = loaded
        own = Document.objects.get(slug="mots-du-mecenat")
        chosen, cleared = RefusalStep.objects.for_list()[:2]
        edit_refusal_step(step=chosen, by=staff, document=own)
        edit_refusal_step(step=cleared, by=staff, document=None)
        load_shelf(by=staff)
        chosen.refresh_from_db()
        cleared.refresh_from_db()
        assert chosen.document == own
        assert cleared.document is None

    def test_paths_are_made_once_and_stay_as_the_team_left_them(self, loaded):
        staff, _ = loaded
        assert Path.objects.count() == len(courses())
        assert not Step.objects.filter(document__isnull=True).exists()
        Step.objects.filter(path__slug="preparer-un-partenariat", position=1).update(title="Réécrite")
        assert load_paths(by=staff) == 0
        assert Step.objects.filter(title="Réécrite").count() == 1
        with pytest.raises(PermissionDenied):
            load_paths(by=UserFactory())

    def test_the_shelf_prescribes_once_and_never_over_the_team(self, loaded):
        staff, _ = loaded
        assert Prescription.objects.count() == len(first_documents())
        prescribe(place="gap:associations.causes", document=None, by=staff)
        assert prescribe_first_documents(by=staff) == 0
        assert Prescription.objects.get(place="gap:associations.causes").document is None


def test_only_the_team_loads_the_shelf(db):
    with pytest.raises(PermissionDenied):
        load_shelf(by=UserFactory())
    with pytest.raises(CommandError):
        call_command("load_shelf", by=UserFactory().email)
    assert not Document.objects.exists()


def test_the_command_says_what_it_did(db):
    staff, said = StaffFactory(), StringIO()
    call_command("load_shelf", by=staff.email.upper(), stdout=said)
    call_command("load_shelf", by=staff.email, stdout=said)
    assert said.getvalue().splitlines() == [
        f"{len(SHELF)} documents créés, 0 laissés tels quels.",
        f"0 documents créés, {len(SHELF)} laissés tels quels.",
    ]


def test_where_a_second_reader_is_asked_for_nothing_is_published_unread(db):
    CurationSettings.objects.create(pk=1, needs_second_reader=True)
    load_shelf(by=StaffFactory())
    assert set(Document.objects.values_list("status", flat=True)) == {DocumentStatus.IN_REVIEW}


@pytest.mark.parametrize("record", AGREEMENTS, ids=name_of)
def test_a_model_agreement_is_a_real_document_to_fill_in(record):
    made = open_docx(BytesIO(model_agreement(record.agreement)))
    styles = [paragraph.style.name for paragraph in made.paragraphs]
    assert styles.count("Title") == 1
    assert styles.count("Heading 1") >= 10
    assert made.core_properties.title == made.paragraphs[0].text
    assert made.core_properties.language == "fr-FR"
    assert 'w:val="fr-FR"' in made.styles.element.xml
    blanks = [run for paragraph in made.paragraphs for run in paragraph.runs if run.text.startswith("[")]
    assert len(blanks) >= 15
    assert {run.style.name for run in blanks} == {BLANK}
    text = "\n".join(paragraph.text for paragraph in made.paragraphs)
    assert text.count("[") == text.count("]") == len(blanks)
    assert "**" not in text
    assert "conseil fiscal" in text
    assert text == french_text(text)


def test_an_unknown_agreement_is_refused_and_every_text_is_used():
    with pytest.raises(LookupError):
        model_agreement("convention-inconnue")
    folder = TEXTS.parent / "agreements"
    assert {path.stem for path in folder.glob("*.md")} == {record.agreement for record in AGREEMENTS}
