import pytest
from django.core.files.base import ContentFile
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from accounts.models import User
from mecenova.reference.enums import Kind
from mecenova.reference.models import Cause
from tests.infotheque.factories import DocumentFactory

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
    document = DocumentFactory(published=True, file=ContentFile(b"%PDF-1.7\n", name="guide.pdf"))
    response = client.get(reverse("infotheque:file", args=[document.pk]))
    assert response.headers["Content-Disposition"].startswith("attachment;")
    assert response.headers["X-Content-Type-Options"] == "nosniff"
    draft = DocumentFactory(file=ContentFile(b"%PDF-1.7\n", name="brouillon.pdf"))
    assert client.get(reverse("infotheque:file", args=[draft.pk])).status_code == 404
    assert (
        client.get(reverse("infotheque:file", args=[DocumentFactory(published=True).pk])).status_code == 404
    )
