"""The site without its database or Redis: a page that says so, keeps the form, and asks nothing of either."""

import errno
import time

import pytest
from django.contrib.auth import SESSION_KEY
from django.contrib.sessions.models import Session
from django.core.cache import cache
from django.db import (
    DatabaseError,
    InterfaceError,
    InternalError,
    OperationalError,
    connection,
    transaction,
)
from django.test import Client, RequestFactory
from django.test.utils import CaptureQueriesContext
from redis import exceptions as redis_errors

from mecenova.calendar import clock
from mecenova.ui.errors import is_outage, server_error, what_was_typed
from tests.ui.parsing import assert_valid_html

pytestmark = pytest.mark.urls("tests.ui.urls")


@pytest.fixture
def visitor() -> Client:
    return Client(raise_request_exception=False)


def test_a_view_without_database_answers_503_without_a_query(visitor: Client, caplog) -> None:
    response = visitor.get("/base-absente/?a=1&b=2")
    assert response.status_code == 503
    assert response["Retry-After"] == "60"
    assert response["Cache-Control"] == "no-store"
    assert 'href="/base-absente/?a=1&amp;b=2"' in response.text
    assert_valid_html(response.text)
    assert "OperationalError" in caplog.text


def test_what_was_typed_is_kept_in_the_page(visitor: Client) -> None:
    response = visitor.post(
        "/base-absente/", {"purpose": 'un "long" texte\net <b>', "causes": ["sport", "culture"]}
    )
    assert response.status_code == 503
    assert "un &quot;long&quot; texte\net &lt;b&gt;" in response.text
    assert response.text.count('name="causes"') == 2
    assert "Envoyer de nouveau" in response.text
    assert_valid_html(response.text)


def test_a_password_is_never_written_back(visitor: Client) -> None:
    response = visitor.post("/base-absente/", {"email": "a@b.fr", "password1": "secret-de-polichinelle"})
    assert response.status_code == 503
    assert "secret-de-polichinelle" not in response.text
    assert "revenez en arrière" in response.text


def test_a_file_cannot_be_kept_and_the_page_says_so(visitor: Client, tmp_path) -> None:
    document = tmp_path / "rapport.txt"
    document.write_text("contenu")
    with document.open() as upload:
        response = visitor.post("/base-absente/", {"title": "x", "file": upload})
    assert "un fichier sera à redonner" in response.text


@pytest.mark.django_db
def test_a_session_that_cannot_be_read_is_told_too(visitor: Client, monkeypatch) -> None:
    def away(*arguments: object, **options: object) -> None:
        raise OperationalError("server closed the connection")

    visitor.cookies["sessionid"] = "x" * 32
    monkeypatch.setattr("django.contrib.sessions.backends.db.SessionStore._get_session_from_db", away)
    response = visitor.get("/compte/password/change/")
    assert response.status_code == 503
    assert "reprend son souffle" in response.text


@pytest.mark.django_db
def test_signing_in_without_redis_says_so(visitor: Client, monkeypatch) -> None:
    def away(*arguments: object, **options: object) -> None:
        raise redis_errors.ConnectionError("refused")

    for name in ("get", "set", "add", "incr", "get_or_set"):
        monkeypatch.setattr(cache, name, away)
    response = visitor.post("/compte/login/", {"login": "a@b.fr", "password": "un-mot-de-passe"})
    assert response.status_code == 503
    assert "un-mot-de-passe" not in response.text


def test_a_bug_is_not_an_outage(visitor: Client) -> None:
    response = visitor.get("/casse/")
    assert response.status_code == 500
    assert "Une erreur vient de notre côté" in response.text
    assert_valid_html(response.text)


@pytest.mark.parametrize(
    ("error", "expected"),
    [
        (OperationalError(), True),
        (InterfaceError(), True),
        (redis_errors.ConnectionError(), True),
        (redis_errors.TimeoutError(), True),
        (redis_errors.ResponseError(), False),
        (ValueError(), False),
        (None, False),
    ],
)
def test_which_errors_are_outages(error: BaseException | None, expected: bool) -> None:
    assert is_outage(error) is expected


def test_an_outage_underneath_is_seen() -> None:
    outer = RuntimeError()
    outer.__cause__ = OperationalError()
    assert is_outage(outer)


@pytest.mark.django_db(transaction=True)
def test_a_database_that_may_only_be_read_is_an_outage() -> None:
    """What a full disk or the change of a server makes of it: it answers, and writes nothing for a while."""
    with connection.cursor() as cursor:
        cursor.execute("SET default_transaction_read_only = on")
    try:
        with pytest.raises(InternalError) as refused:
            Session.objects.create(session_key="x", expire_date=clock.now())
    finally:
        connection.close()
    assert is_outage(refused.value)


@transaction.atomic
def ask_slowly() -> None:
    for _ in range(2):
        Session.objects.exists()
        time.sleep(0.4)


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("limit", ["idle_in_transaction_session_timeout", "transaction_timeout"])
def test_a_database_that_hangs_up_on_a_slow_page_is_an_outage(limit: str) -> None:
    """As a host sets it for all its clients: the page is to be asked again."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT set_config(%s, '100ms', false)", [limit])
    try:
        with pytest.raises(DatabaseError) as refused:
            ask_slowly()
    finally:
        connection.close()
    assert is_outage(refused.value)


def test_a_body_that_was_read_raw_is_not_read_again() -> None:
    request = RequestFactory().post("/x/", b"{}", content_type="application/json")
    request.read()
    assert what_was_typed(request) in (None, [])


def test_the_pages_ask_the_database_nothing(django_db_blocker) -> None:
    response = server_error(RequestFactory().get("/"))
    assert response.status_code == 500


def test_unknown_page_expired_form_and_refusal(client: Client) -> None:
    assert "n’existe pas, ou n’est pas la vôtre" in Client().get("/rien/").text
    strict = Client(enforce_csrf_checks=True, raise_request_exception=False)
    response = strict.post("/gallery/", {"name": "x"})
    assert response.status_code == 403
    assert "Le formulaire a expiré" in response.text
    assert_valid_html(response.text)


@pytest.mark.django_db
def test_a_signed_in_reader_gets_the_unknown_page(client: Client, django_user_model) -> None:
    client.force_login(django_user_model.objects.create_user("camille@exemple.fr", "x"))
    assert SESSION_KEY in client.session
    with CaptureQueriesContext(connection) as queries:
        response = client.get("/rien/")
    assert response.status_code == 404
    assert len(queries) <= 2
    assert_valid_html(response.text)


@pytest.mark.parametrize("name", ["400", "403", "403_csrf", "404", "500"])
def test_error_pages_draw_without_a_request(name: str) -> None:
    from django.template.loader import render_to_string

    assert_valid_html(render_to_string(f"{name}.html"))


@pytest.mark.parametrize("number", [errno.ENOSPC, errno.EDQUOT, errno.EFBIG, errno.EROFS])
def test_no_room_for_a_file_is_an_outage(number: int) -> None:
    assert is_outage(OSError(number, "no room"))


def test_another_trouble_with_a_file_is_a_fault_of_ours() -> None:
    assert not is_outage(OSError(errno.ENOENT, "no such file"))
