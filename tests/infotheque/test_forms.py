import io
import zipfile

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from infotheque.forms.document import LARGEST_FILE, DocumentForm
from infotheque.reading.types import type_of

pytestmark = pytest.mark.django_db


def office(entry: str) -> bytes:
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w") as archive:
        archive.writestr("[Content_Types].xml", "<Types/>")
        archive.writestr(entry, "<x/>")
    return content.getvalue()


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        (b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n", "pdf"),
        (office("word/document.xml"), "docx"),
        (office("xl/workbook.xml"), "xlsx"),
        (office("ppt/presentation.xml"), "pptx"),
        (office("content.xml"), "odt"),
        (office("autre.txt"), None),
        (b"PK\x03\x04 not a zip", None),
        (b"<html><script>alert(1)</script></html>", None),
        (b"<svg xmlns='http://www.w3.org/2000/svg'/>", None),
        (b"MZ\x90\x00", None),
        (b"", None),
        (b"\x00" * 100, None),
    ],
)
def test_the_type_is_read_from_the_content(content, expected):
    assert type_of(io.BytesIO(content)) == expected


def bound(upload):
    return DocumentForm({"title": "Guide", "kind": "guide", "language": "fr"}, {"file": upload})


def test_a_page_disguised_as_a_pdf_is_refused_in_french():
    form = bound(SimpleUploadedFile("guide.pdf", b"<html></html>"))
    assert not form.is_valid()
    assert "ni un PDF" in form.errors["file"][0]


def test_a_name_that_lies_about_its_content_is_refused():
    form = bound(SimpleUploadedFile("guide.docx", b"%PDF-1.7\n"))
    assert not form.is_valid()
    assert "Renommez-le en .pdf" in form.errors["file"][0]


def test_too_large_is_refused_before_its_content_is_read():
    upload = SimpleUploadedFile("guide.pdf", b"%PDF-1.7\n")
    upload.size = LARGEST_FILE + 1
    form = bound(upload)
    assert not form.is_valid()
    assert "20" in form.errors["file"][0]


def test_a_true_pdf_is_kept():
    assert bound(SimpleUploadedFile("guide.pdf", b"%PDF-1.7\n")).is_valid()


def test_a_damaged_archive_is_of_no_type_wherever_it_is_damaged():
    """zipfile raises whatever it stumbles on: a name that is no text, a version of the future..."""
    whole = bytearray(office("é/document.xml"))
    for place in range(len(whole)):
        for value in (0xFF, 0x80, 0x7F):
            damaged = bytes(whole[:place]) + bytes([value]) + bytes(whole[place + 1 :])
            assert type_of(io.BytesIO(damaged)) in {None, "docx"}
