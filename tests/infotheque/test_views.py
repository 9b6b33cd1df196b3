import re

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from accounts.models import User
from infotheque.models import Document
from infotheque.operations import add_to_collection, create_collection, show_collection
from mecenova.calendar import clock
from mecenova.reference.enums import Kind
from mecenova.reference.models import Cause
from tests.accounts.factories import StaffFactory
from tests.infotheque.factories import DocumentFactory, DocumentFileFactory, DocumentVersionFactory

pytestmark = pytest.mark.django_db


def test_a_visitor_reads_what_is_published_and_nothing_else(client):
    published = DocumentFactory(published=True)
    draft = DocumentFactory()
    page = client.get(reverse("infotheque:list")).content.decode()
    assert published.title in page
    assert draft.title not in page
    assert client.get(draft.get_absolute_url()).status_code == 404
    assert client.get(published.get_absolute_url()).status_code == 200


def test_staff_read_drafts(client):
    client.force_login(User.objects.create_user("equipe@ims.example", is_staff=True))
    assert client.get(DocumentFactory().get_absolute_url()).status_code == 200


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("q=conventions", True),  # plural of a word of the title
        ("q=mecenat", True),  # without its accent
        ("q=football", False),
        ("type=legal_sheet", True),
        ("type=video", False),
        ("forme=skills", True),
        ("forme=financial", False),
        ("cause=sport", True),
        ("cause=culture", False),
        ("type=unknown", True),  # an unknown value is said, and filters nothing
    ],
)
def test_filters(client, query, found):
    document = DocumentFactory(
        published=True,
        title="La convention de mécénat",
        kind="legal_sheet",
        partnership_kinds=[Kind.SKILLS],
    )
    document.causes.add(Cause.objects.get(slug="sport"))
    page = client.get(f"{reverse('infotheque:list')}?{query}").content.decode()
    assert (document.get_absolute_url() in page) is found


@pytest.mark.parametrize("hostile", ["'", "\x01", "a" * 5000, "\U0001f600", "<script>", "((", "-", '"'])
def test_hostile_words_are_only_words(client, hostile):
    DocumentFactory(published=True)
    response = client.get(reverse("infotheque:list"), {"q": hostile, "page": hostile})
    assert response.status_code == 200
    assert "<script>" not in response.content.decode().replace("<script src", "")


def test_the_list_asks_the_same_number_of_queries_whatever_its_length(client):
    def queries():
        with CaptureQueriesContext(
            connection,
        ) as captured:
            client.get(reverse("infotheque:list"))
        return len(captured)

    DocumentFactory(published=True).causes.add(*Cause.objects.all()[:2])
    queries()
    one = queries()
    for document in DocumentFactory.create_batch(30, published=True):
        document.causes.add(*Cause.objects.all()[:3])
    assert queries() == one <= 12


def test_a_file_is_a_download_and_a_draft_s_file_is_hidden(client):
    file = DocumentFileFactory(version__document__published=True)
    response = client.get(file.get_absolute_url())
    assert response.headers["Content-Disposition"].startswith("attachment;")
    assert response.headers["X-Content-Type-Options"] == "nosniff"
    assert response.headers["Content-Type"] == "application/octet-stream"
    assert "Cache-Control" not in response.headers
    assert b"".join(response.streaming_content) == b"%PDF-1.7\n"
    assert client.get(DocumentFileFactory().get_absolute_url()).status_code == 404
    assert client.get(reverse("infotheque:file", args=[file.version.document.pk])).status_code == 404


@pytest.mark.parametrize(
    ("name", "given"),
    [
        ("Guide.PDF", "Guide.PDF"),
        ("guide.hta", "guide.hta.pdf"),
        ("guide.pdf.jar", "guide.pdf.jar.pdf"),
        ("guide", "guide.pdf"),
    ],
)
def test_a_file_is_downloaded_under_the_ending_of_what_it_is(client, name, given):
    file = DocumentFileFactory(name=name, version__document__published=True)
    assert f'filename="{given}"' in client.get(file.get_absolute_url()).headers["Content-Disposition"]
    assert f"Télécharger {given}" in client.get(file.version.document.get_absolute_url()).content.decode()


def test_a_checker_of_links_asks_for_headers_alone(client):
    """As our own does of others (infotheque.web)."""
    file = DocumentFileFactory(version__document__published=True)
    document = file.version.document.get_absolute_url()
    for address in (reverse("infotheque:list"), document, file.get_absolute_url()):
        assert client.head(address).status_code == 200


def test_private_files_and_old_versions_are_for_the_team(client):
    old = DocumentFileFactory(version__document__published=True)
    document = old.version.document
    private = DocumentFileFactory(
        version=DocumentVersionFactory(document=document), is_private=True, name="interne.pdf"
    )
    for file in (old, private):
        assert client.get(file.get_absolute_url()).status_code == 404
    assert "interne.pdf" not in client.get(document.get_absolute_url()).content.decode()
    client.force_login(User.objects.create_user("equipe@ims.example", is_staff=True))
    for file in (old, private):
        given = client.get(file.get_absolute_url())
        assert (given.status_code, given.headers.get("Cache-Control")) == (200, "private, no-store")
    assert "interne.pdf" in client.get(document.get_absolute_url()).content.decode()


def test_a_dead_link_alone_is_hidden_and_a_text_beside_it_is_not(client):
    alone = DocumentFactory(published=True, link_hidden_at=clock.now())
    beside = DocumentFactory(published=True, link_hidden_at=clock.now(), body="Un texte écrit ici.")
    assert list(Document.objects.published()) == [beside]
    assert client.get(alone.get_absolute_url()).status_code == 404
    page = client.get(beside.get_absolute_url()).content.decode()
    assert "Un texte écrit ici." in page
    assert beside.link not in page


def test_a_text_written_here_cannot_bring_a_script(client):
    body = (
        "## Titre\n\n<script>alert(1)</script> [x](javascript:alert(1)) ![p](//ailleurs/x.png)\n\n"
        "| a | b |\n|---|---|\n| 1 | 2 |"
    )
    page = client.get(DocumentFactory(published=True, body=body).get_absolute_url()).content.decode()
    assert "<script>alert" not in page
    assert 'href="javascript' not in page
    assert "<img" not in page.partition("<main")[2].partition("</main")[0]
    assert "<h2>Titre</h2>" in page
    assert "<td>2</td>" in page


@pytest.mark.parametrize("name", ["document", "edit"])
def test_a_page_lists_the_files_of_former_versions_without_what_they_say(client, name):
    """Whole books: their words stay in the database."""
    client.force_login(StaffFactory())
    document = DocumentFactory(published=True)
    for number in (1, 2):
        version = DocumentVersionFactory(document=document, number=number)
        DocumentFileFactory(version=version, name=f"guide-{number}.pdf", text="Un livre entier.")
    with CaptureQueriesContext(connection) as asked:
        shown = client.get(reverse(f"infotheque:{name}", args=[document.pk])).text
    assert "guide-1.pdf" in shown
    assert [query["sql"] for query in asked if '"infotheque_documentfile"."text"' in query["sql"]] == []


@pytest.mark.parametrize(("language", "marked"), [("en", True), ("fr", False), ("other", False)])
def test_a_title_of_another_language_is_marked_wherever_it_is_read(client, language, marked):
    document = DocumentFactory(published=True, title="Giving <time>", body="Ask first.", language=language)
    DocumentFactory(published=True, title="Donner du temps")
    collection = create_collection(by=None, title="Pour commencer")
    add_to_collection(collection=collection, document=document, by=None)
    show_collection(collection=collection, by=None, is_shown=True)
    client.force_login(StaffFactory())
    pages = [
        reverse("infotheque:list"),
        reverse("infotheque:list") + "?q=giving",
        reverse("infotheque:front_page"),
        reverse("infotheque:curation"),
        reverse("infotheque:collection_edit", args=[collection.pk]),
        reverse("infotheque:edit", args=[document.pk]),
        collection.get_absolute_url(),
        document.get_absolute_url(),
    ]
    for address in pages:
        page = client.get(address).text.split("<main", 1)[1]
        titles = re.findall(r"<[^>]*>(?:<mark>)?Giving", page)
        assert titles, address
        assert [('lang="en"' in before) for before in titles] == [marked] * len(titles), address
    assert ('<div class="prose" lang="en">' in page) is marked
