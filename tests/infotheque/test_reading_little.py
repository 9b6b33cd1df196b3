"""Lists and files name documents, which can be as long as books: their words stay in the database."""

import pytest
from django.core.files.base import ContentFile
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from infotheque.models import Document, Prescription, Tip
from infotheque.models.lengths import HEAVY
from infotheque.operations import accept_tip, bring_files, give_tip
from tests.infotheque.factories import DocumentFileFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def document():
    file = DocumentFileFactory(
        version__document__published=True, picture=ContentFile(b"\x89PNG", name="premiere.png")
    )
    return file.version.document


def of_a_file(name):
    return lambda document, staff: reverse(
        f"infotheque:{name}", args=[document.current_version.files.get().pk]
    )


def of_a_deposit(document, staff):
    return bring_files(
        files=[SimpleUploadedFile("guide.pdf", b"%PDF")], by=staff, document=document
    ).get_absolute_url()


def of_deposits(document, staff):
    of_a_deposit(document, staff)
    return reverse("infotheque:deposits")


def of_prescriptions(document, staff):
    Prescription.objects.create(place="gap:associations.causes", document=document)
    return reverse("infotheque:prescriptions")


def of_tips(document, staff):
    accept_tip(tip=give_tip(title="Le carnet d’une trésorière"), by=staff)
    assert Tip.objects.get().document is not None
    return reverse("infotheque:tips")


@pytest.mark.parametrize(
    "address_of",
    [of_a_file("file"), of_a_file("picture"), of_a_deposit, of_deposits, of_prescriptions, of_tips],
    ids=["file", "picture", "deposit", "deposits", "prescriptions", "tips"],
)
def test_what_only_names_a_document_reads_none_of_its_words(client, staff, document, address_of):
    client.force_login(staff)
    address = address_of(document, staff)
    with CaptureQueriesContext(connection) as asked:
        assert client.get(address).status_code == 200
    words = [f'"{Document._meta.db_table}"."{name}"' for name in HEAVY]
    assert [query["sql"] for query in asked if any(word in query["sql"] for word in words)] == []
