"""Forms cut on their way to the site, as a server hands them over."""

from io import BytesIO

import pytest
from django.test import Client
from django.urls import reverse

from infotheque.models import DepositedFile
from mecenova.whole_requests import WholeRequests
from tests.accounts.factories import StaffFactory, UserFactory

FORM = "application/x-www-form-urlencoded"


def test_it_stands_before_the_site(monkeypatch):
    # Said by that module to whoever serves the site: not to the tests that follow.
    monkeypatch.setenv("DATABASE_LOCK_TIMEOUT", "10s")
    from mecenova.wsgi import application

    assert isinstance(application, WholeRequests)


@pytest.fixture
def sender():
    """A browser whose bodies may lose their end."""
    client = Client()
    site = client.handler
    before = WholeRequests(lambda environ, start_response: site(environ))
    client.handler = lambda environ: before(environ, None)

    def send(path: str, body: bytes, content_type: str, *, lost: int = 0) -> int:
        came = BytesIO(body[: len(body) - lost])
        return client.post(path, body, content_type, **{"wsgi.input": came}).status_code

    client.send = send
    return client


@pytest.mark.django_db
@pytest.mark.parametrize(("lost", "status", "name"), [(0, 302, "Marie-Antoinette"), (4, 400, "Camille")])
def test_a_name_that_came_in_part_is_not_written(sender, lost, status, name):
    person = UserFactory()
    sender.force_login(person)
    body = b"last_name=Durand&first_name=Marie-Antoinette"
    assert sender.send(reverse("accounts:person"), body, FORM, lost=lost) == status
    person.refresh_from_db()
    assert person.first_name == name


@pytest.mark.django_db
@pytest.mark.parametrize(("lost", "status", "kept"), [(0, 302, 2), (60, 400, 0)])
def test_of_two_files_one_alone_is_not_kept(sender, lost, status, kept):
    sender.force_login(StaffFactory())
    head = b'--limite\r\nContent-Disposition: form-data; name="files"; filename="un.pdf"\r\n\r\n%PDF-'
    body = (head + b"x" * 99 + b"\r\n") * 2 + b"--limite--\r\n"
    form = "multipart/form-data; boundary=limite"
    assert sender.send(reverse("infotheque:deposit_create"), body, form, lost=lost) == status
    assert DepositedFile.objects.count() == kept


@pytest.mark.django_db
@pytest.mark.parametrize("name", ["account_login", "infotheque:gap"])
def test_whoever_reads_it_first_it_is_said_to_be_cut(sender, name):
    """A page of forms, and one that asks for no token."""
    assert sender.send(reverse(name), b"q=mecenat&login=lea@exemple.fr", FORM, lost=1) == 400


def test_lines_are_counted_like_the_rest(rf):
    request = rf.post("/", b"une\ndeux\n", FORM)
    read = []
    body = WholeRequests(lambda environ, _: read.append(environ["wsgi.input"]) or [])
    body(request.environ | {"wsgi.input": BytesIO(b"une\ndeux\n et la suite")}, None)
    assert [read[0].readline() for _ in range(3)] == [b"une\n", b"deux\n", b""]
