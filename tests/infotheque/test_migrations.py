"""Files deposited under the first release become versions, and go back to where they were."""

import hashlib
from collections.abc import Iterator

import pytest
from django.core.files.base import ContentFile
from django.db import connection

from mecenova.calendar import clock
from tests.migrating import migrate, migrate_to_now

pytestmark = pytest.mark.django_db(transaction=True)

ONE_FILE = ("infotheque", "0002_richer_documents")
VERSIONS = ("infotheque", "0004_documents_without_file")
CONTENT = b"%PDF-1.4 un guide"


@pytest.fixture
def former() -> Iterator:
    """The tables as they were; whatever happens, they are put back as they are."""
    try:
        yield migrate(ONE_FILE)
    finally:
        with connection.cursor() as cursor:
            cursor.execute("TRUNCATE infotheque_document CASCADE")
        migrate_to_now()


def deposited(model, name: str, **values):
    on_line = {"status": "published", "published_at": clock.now()}
    row = model("infotheque", "Document")(title=name, kind="guide", **(on_line | values))
    if name:
        row.file.save(name, ContentFile(CONTENT), save=False)
    row.save()
    return row


def test_files_become_versions_and_go_back(former):
    strange = deposited(former, "guide.exe")
    with pytest.raises(ValueError, match=f"{strange.pk}: a file of unknown type"):
        migrate(VERSIONS)
    assert not former("infotheque", "DocumentVersion").objects.exists()
    strange.delete()

    filed = deposited(former, "Le guide du mécène.PDF")
    linked = deposited(former, "", link="https://exemple.example/")
    latter = migrate(VERSIONS)
    documents = latter("infotheque", "Document").objects
    version = documents.get(pk=filed.pk).current_version
    file = latter("infotheque", "DocumentFile").objects.get(version=version)
    assert version.number == 1
    assert (file.file.name, file.type, file.size) == (filed.file.name, "pdf", len(CONTENT))
    assert file.digest == hashlib.sha256(CONTENT).hexdigest()
    assert not file.is_text_whole
    assert documents.get(pk=linked.pk).current_version is None

    documents = migrate(ONE_FILE)("infotheque", "Document").objects
    assert documents.get(pk=filed.pk).file.name == filed.file.name
    assert documents.get(pk=linked.pk).file.name == ""
