"""Files that nobody asked for: a stranger can neither fill the disk nor keep the site reading."""

from io import BytesIO
from typing import Any

import pytest
from django.core.files.uploadedfile import UploadedFile
from django.test import Client
from django.urls import reverse

from tests.architecture.test_public_views import PUBLIC
from tests.infotheque.factories import DocumentFactory
from tests.security.world import World

# Of the team's alone; each bounds what it reads and looks at what it holds.
TAKE_FILES = {"imports:upload", "infotheque:deposit_create", "infotheque:version_create"}
BOUNDARY = "pas-dans-le-fichier"
MULTIPART = f"multipart/form-data; boundary={BOUNDARY}"
HEAD = (
    f'--{BOUNDARY}\r\nContent-Disposition: form-data; name="what"\r\n\r\ndownload\r\n'
    f'--{BOUNDARY}\r\nContent-Disposition: form-data; name="files"; filename="film.mkv"\r\n'
    "Content-Type: video/x-matroska\r\n\r\n"
).encode()
TAIL = f"nom\r\n--{BOUNDARY}--\r\n".encode()


class Endless:
    """A body announced as a terabyte; `read` counts what was taken of it."""

    size = 10**12

    def __init__(self) -> None:
        self.taken = 0
        self.head = BytesIO(HEAD)

    def read(self, wanted: int = -1) -> bytes:
        assert wanted >= 0, "the whole body was asked for at once"
        part = self.head.read(wanted)
        part += b"\0" * (wanted - len(part))
        self.taken += wanted
        assert self.taken < 1024 * 1024, "a file that no form has is being read"
        return part

    def __len__(self) -> int:
        return self.size

    def readline(self, wanted: int = -1) -> bytes:
        return self.read(wanted)

    def close(self) -> None:
        return None


def pour(client: Client, path: str) -> tuple[int, int]:
    """The status of the answer, and how many bytes were read before it."""
    body = Endless()
    answer = client.post(
        path,
        b"",
        content_type=MULTIPART,
        **{"wsgi.input": body, "CONTENT_LENGTH": str(body.size)},
    )
    return answer.status_code, body.taken


@pytest.mark.django_db
def test_an_endless_file_is_let_go_at_once(client):
    """Where a stranger posts without a token, and where a form is refused because nobody is logged in."""
    opened = reverse("infotheque:opened", args=[DocumentFactory(published=True).pk])
    for path in (opened, reverse("account_login"), reverse("accounts:person")):
        status, taken = pour(client, path)
        assert status < 500, path
        assert taken <= 256 * 1024, path


@pytest.mark.parametrize(("role", "expected"), [("visitor", set()), ("superuser", TAKE_FILES)])
def test_no_form_keeps_a_file_but_the_teams_three(world: World, role, expected, monkeypatch, settings):
    settings.ACCOUNT_RATE_LIMITS = False
    kept: list[UploadedFile] = []
    make = UploadedFile.__init__

    def noted(self: UploadedFile, *args: Any, **kwargs: Any) -> None:
        kept.append(self)
        make(self, *args, **kwargs)

    monkeypatch.setattr(UploadedFile, "__init__", noted)
    takers = set()
    for found in world.addresses():
        if role == "visitor" and found.name not in PUBLIC:
            continue
        kept.clear()
        world.client(role).generic("POST", found.path, HEAD + TAIL, MULTIPART)
        if kept:
            takers.add(found.name)
    assert takers == expected
