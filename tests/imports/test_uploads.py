"""The weight of a file, to the byte: what is announced, then what comes."""

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import RequestFactory
from django.urls import reverse

from mecenova.imports.models import ImportRun
from mecenova.imports.uploads import FORM_MARGIN, LARGEST_FILE, BoundedUploadHandler, is_announced_too_large
from tests.accounts.factories import StaffFactory

CONTENT = b"nom\nLes Lampes\n"


def test_the_largest_file_is_what_the_page_says():
    assert LARGEST_FILE == 20 * 1024 * 1024


@pytest.mark.parametrize(
    ("announced", "is_refused"),
    [
        ("", False),
        ("0", False),
        (str(LARGEST_FILE + FORM_MARGIN), False),
        (str(LARGEST_FILE + FORM_MARGIN + 1), True),
        ("vingt", True),
    ],
)
def test_what_is_announced_leaves_room_for_the_form_around_the_file(announced, is_refused):
    request = RequestFactory().post("/", CONTENT_LENGTH=announced)
    assert is_announced_too_large(request) == is_refused


@pytest.mark.django_db
@pytest.mark.parametrize(("more", "status"), [(0, 302), (1, 413)])
def test_a_file_of_the_largest_weight_is_taken_and_one_byte_more_is_not(client, monkeypatch, more, status):
    monkeypatch.setattr(BoundedUploadHandler, "largest", len(CONTENT))
    client.force_login(StaffFactory())
    file = SimpleUploadedFile("liste.csv", CONTENT + b" " * more)
    answer = client.post(reverse("imports:upload"), {"kind": "associations", "file": file})
    assert answer.status_code == status
    assert ImportRun.objects.count() == (0 if more else 1)
