"""Settings: the address of a database, the deployment check, logs that hold nobody's words."""

import json
import logging
import os
import socket
import subprocess
import sys
import traceback

import psycopg
import pytest
import redis
from celery import Celery
from django.core.cache import cache
from django.core.cache.backends.redis import RedisCache
from django.core.exceptions import ImproperlyConfigured
from django.core.mail import get_connection
from django.db import OperationalError, connection, transaction
from django.dispatch import Signal

from accounts.operations import locked
from mecenova.logs import JsonFormatter
from mecenova.mail.views.provider import VIEWS
from mecenova.settings.base import cache_at, database_from
from mecenova.settings.providers import (
    API_URL,
    ELSEWHERE,
    KEY,
    PROVIDERS,
    SECRET,
    SIGNING,
    SIGNING_KEY,
    hearing_settings,
    provider_settings,
)
from tests.accounts.factories import OrganisationFactory
from tests.architecture.house import ROOT


def test_a_database_on_a_socket():
    database = database_from("postgresql://postgres:@/people?host=/run/somewhere")
    assert database["HOST"] == "/run/somewhere"
    assert database["NAME"] == "people"
    assert "host" not in database["OPTIONS"]


def test_a_database_on_a_host_with_a_pool():
    database = database_from("postgresql://me:secret@db:5433/people", pool=True)
    assert (database["HOST"], database["PORT"], database["PASSWORD"]) == ("db", 5433, "secret")
    assert database["OPTIONS"]["pool"]
    assert database["CONN_MAX_AGE"] == 0


@pytest.mark.django_db(transaction=True)
def test_a_page_does_not_wait_for_ever_for_what_a_long_work_holds(monkeypatch):
    organisation = OrganisationFactory()
    settings = connection.get_connection_params()
    assert "options" not in settings
    monkeypatch.setenv("DATABASE_LOCK_TIMEOUT", "50ms")
    options = database_from("postgresql://me@db/people")["OPTIONS"]
    params = {**settings, **options, "cursor_factory": None, "context": None}
    wait = "SELECT 1 FROM accounts_organisation WHERE id = %s FOR NO KEY UPDATE"
    with transaction.atomic(), psycopg.connect(**params) as page:
        locked(organisation)
        with pytest.raises(psycopg.errors.LockNotAvailable) as refused:
            page.execute(wait, [organisation.pk])
    # Which Django tells as an outage: the page of outages keeps what was typed.
    assert isinstance(refused.value, psycopg.OperationalError)


def test_pages_bound_their_wait_and_works_do_not():
    code = "import mecenova.wsgi; from django.conf import settings; print(settings.DATABASES)"
    told = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    assert "lock_timeout=10s" in told.stdout
    assert "options" not in connection.settings_dict["OPTIONS"]


@pytest.mark.parametrize(("https_only", "code"), [("True", 0), ("False", 1)])
def test_the_deployment_check_refuses_a_weaker_site(https_only, code):
    # What browser tests allow themselves is no setting of a deployment.
    environment = {name: value for name, value in os.environ.items() if name != "DJANGO_ALLOW_ASYNC_UNSAFE"}
    result = subprocess.run(
        ["sh", ".ci/check-deploy", sys.executable],
        cwd=ROOT,
        env={**environment, "HTTPS_ONLY": https_only},
        capture_output=True,
        text=True,
        check=False,
    )
    assert result.returncode == code, result.stderr


# The least that production asks for.
INVENTED = {
    "SECRET_KEY": "x",
    "ALLOWED_HOSTS": "mecenova.example",
    "SITE_URL": "https://mecenova.example",
    "DATABASE_URL": "postgresql://nobody@localhost/none",
    "REDIS_URL": "redis://localhost/0",
    "EMAIL_URL": "smtp://localhost:25",
    "DEFAULT_FROM_EMAIL": "bonjour@mecenova.example",
}


def read_production(code: str, given: dict[str, str]) -> subprocess.CompletedProcess[str]:
    """What this code prints, with production's settings read from these variables."""
    return subprocess.run(
        [sys.executable, "-c", f"from mecenova.settings.production import *; {code}"],
        cwd=ROOT,
        env={**os.environ, **INVENTED, **given},
        capture_output=True,
        text=True,
        check=False,
    )


def test_a_cache_that_says_nothing_costs_a_moment():
    """Suspended, it accepts connections and never answers; by itself the client waits for five seconds."""
    with socket.create_server(("127.0.0.1", 0)) as silent:
        told = cache_at(f"redis://127.0.0.1:{silent.getsockname()[1]}/0")
        silent_cache = RedisCache(told["LOCATION"], {"OPTIONS": told["OPTIONS"]})
        with pytest.raises(redis.TimeoutError):
            silent_cache.get("count")
        kwargs = silent_cache._cache.get_client().connection_pool.connection_kwargs
    assert (kwargs["socket_timeout"], kwargs["socket_connect_timeout"]) == (1, 1)
    asked = read_production("print(CACHES['default'] == cache_at(REDIS_URL))", {})
    assert asked.stdout == "True\n", asked.stderr


def test_a_cache_that_is_emptied_takes_no_message_with_it(settings):
    with redis.Redis.from_url(settings.CELERY_BROKER_URL) as queues:
        queues.lpush("queue-of-a-test", "message")
        cache.set("count", 1)
        cache.clear()
        assert cache.get("count") is None
        assert queues.lpop("queue-of-a-test") == b"message"


@pytest.mark.parametrize(
    ("queues", "kept"),
    [
        ("redis://redis:6379/0", "redis://redis:6379/1"),
        ("redis://redis", "redis://redis/1"),
        (
            "rediss://:secret@redis:6380/3?ssl_cert_reqs=required",
            "rediss://:secret@redis:6380/4?ssl_cert_reqs=required",
        ),
    ],
)
def test_the_cache_is_in_the_database_after_the_queues(queues, kept):
    assert cache_at(queues)["LOCATION"] == kept


class TestProviders:
    """Who carries the mails: what is missing is said when the site starts, not each minute in a worker."""

    def test_news_are_heard_from_each_and_from_no_other(self):
        assert set(PROVIDERS) == set(VIEWS)

    @pytest.mark.parametrize("provider", PROVIDERS)
    def test_each_backend_is_built_from_what_is_asked(self, settings, provider):
        settings.ANYMAIL = provider_settings(provider, dict.fromkeys(PROVIDERS[provider], "key"))
        assert get_connection(f"anymail.backends.{provider}.EmailBackend")

    @pytest.mark.parametrize("provider", ["", *PROVIDERS])
    def test_without_a_key_mails_leave_through_smtp(self, provider):
        assert provider_settings(provider, {KEY: "", SECRET: ""}) == {}

    @pytest.mark.parametrize(
        ("provider", "given", "said"),
        [
            ("mailjet", {KEY: "key", SECRET: ""}, SECRET),
            ("mailjet", {KEY: "", SECRET: "secret"}, KEY),
            ("Brevo", {KEY: "key"}, "must be one of"),
            ("amazon_ses", {}, "must be one of"),
            ("", {KEY: "key"}, "names no provider"),
            ("brevo", {KEY: "key", API_URL: "https://eu.example/"}, "has one address only"),
            ("mailgun", {API_URL: "https://eu.example/"}, KEY),
        ],
    )
    def test_what_could_never_send_is_refused(self, provider, given, said):
        with pytest.raises(ImproperlyConfigured, match=said):
            provider_settings(provider, given)

    @pytest.mark.parametrize("provider", ELSEWHERE)
    def test_an_account_kept_in_europe_sends_there(self, settings, provider):
        given = {KEY: "key", API_URL: "https://eu.example/v1"}
        settings.ANYMAIL = provider_settings(provider, given)
        assert get_connection(f"anymail.backends.{provider}.EmailBackend").api_url == "https://eu.example/v1/"

    @pytest.mark.parametrize("provider", SIGNING)
    def test_news_that_could_never_be_heard_are_refused(self, provider):
        with pytest.raises(ImproperlyConfigured, match=f"{SIGNING_KEY} must be set"):
            hearing_settings(provider, "", hears=True)
        assert hearing_settings(provider, "", hears=False) == {}

    @pytest.mark.parametrize("provider", ["", *(set(PROVIDERS) - set(SIGNING))])
    def test_a_signature_that_nobody_makes_is_refused(self, provider):
        assert hearing_settings(provider, "", hears=True) == {}
        with pytest.raises(ImproperlyConfigured, match="does not sign"):
            hearing_settings(provider, "key", hears=True)

    @pytest.mark.parametrize(("signing", "code"), [("signs", 0), ("", 1)])
    def test_production_reads_the_key_of_signatures(self, signing, code):
        result = read_production(
            "print(ANYMAIL['MAILGUN_WEBHOOK_SIGNING_KEY'])",
            {"MAIL_PROVIDER": "mailgun", "ANYMAIL_WEBHOOK_SECRET": "a:b", SIGNING_KEY: signing},
        )
        assert (result.returncode, result.stdout) == (code, "" if code else "signs\n"), result.stderr
        assert (f"{SIGNING_KEY} must be set too" in result.stderr) is bool(code)

    @pytest.mark.parametrize(("secret", "code"), [("second", 0), ("", 1)])
    def test_production_reads_both_keys_of_mailjet(self, secret, code):
        result = read_production(
            "print(EMAIL_BACKEND, ANYMAIL['MAILJET_SECRET_KEY'])",
            {"MAIL_PROVIDER": "mailjet", KEY: "first", SECRET: secret},
        )
        assert result.returncode == code, result.stderr
        assert result.stdout == ("" if code else "anymail.backends.mailjet.EmailBackend second\n")
        assert (f"{SECRET} must be set too" in result.stderr) is bool(code)


def line_for(**extra) -> dict:
    record = logging.makeLogRecord({"name": "django.request", "levelno": 40, "levelname": "ERROR", **extra})
    return json.loads(JsonFormatter().format(record))


def test_a_log_line_never_holds_an_address_with_its_link(rf):
    request = rf.get("/lien/a-signed-secret/")
    line = line_for(msg="%s: %s", args=("Not Found", request.path), request=request, status_code=404)
    assert line["message"] == "404 no page"
    assert "secret" not in json.dumps(line)


def test_an_exception_is_told_without_its_words():
    try:
        raise ValueError("jeanne@example.org")
    except ValueError:
        line = line_for(msg="Failed", exc_info=sys.exc_info())
    assert line["exception"] == "ValueError"
    assert "test_settings.py" in line["where"][0]
    assert "jeanne" not in json.dumps(line)


def test_an_error_of_the_database_says_what_is_to_be_mended():
    """Django's own type is the same for a full disk, a lock that was waited for, a server that stopped."""
    try:
        raise OperationalError("could not extend file") from psycopg.errors.DiskFull("could not extend file")
    except OperationalError as error:
        line = line_for(msg="Sweep: %s", args=(error,), exc_info=sys.exc_info())
    assert line["exception"] == "OperationalError (DiskFull)"
    assert line["message"] == "Sweep: OperationalError (DiskFull)"


def test_beat_without_a_broker_writes_short_lines():
    """It puts a whole stack among the words of its message, eight times a minute."""
    line = line_for(msg="Message Error: %s\n%s", args=(ValueError("x"), traceback.format_stack()))
    assert line["message"] == "Message Error: ValueError\n(stack)"


WORDS = 'duplicate key value: Key (email)=(marie@example.org) already exists, said "Marie Roux".'


def lines_of(caplog) -> str:
    return "\n".join(JsonFormatter().format(record) for record in caplog.records)


def test_what_a_task_raised_is_told_without_its_words(caplog):
    """Celery's own record holds the exception as text, in its message and in its arguments."""
    app = Celery("essai", set_as_current=False, broker="memory://")

    @app.task(name="essai.fails")
    def fails(name):
        raise ValueError(WORDS)

    caplog.set_level(logging.INFO, logger="celery")
    result = fails.apply(("Marie Roux",))
    (record,) = [each for each in caplog.records if each.levelname == "ERROR"]
    assert "marie@example.org" in record.getMessage(), "or this test proves nothing"
    line = json.loads(JsonFormatter().format(record))
    assert line["message"] == f"Task essai.fails[{result.id}] raised unexpected: ValueError"
    assert line["exception"] == "ValueError"
    assert "arie" not in lines_of(caplog)


def test_what_a_task_gives_back_is_not_told(caplog):
    app = Celery("essai", set_as_current=False, broker="memory://")

    @app.task(name="essai.gives")
    def gives(name):
        return name

    caplog.set_level(logging.INFO, logger="celery")
    gives.apply(("Marie Roux",))
    assert "essai.gives" in lines_of(caplog)
    assert "Marie" not in lines_of(caplog)


@pytest.mark.django_db
def test_what_happens_after_a_commit_is_told_without_its_words(caplog, django_capture_on_commit_callbacks):
    """Django writes the error itself among the words of its message."""

    def fail():
        raise ValueError(WORDS)

    with django_capture_on_commit_callbacks(execute=True):
        transaction.on_commit(fail, robust=True)
    assert "on_commit() (ValueError)" in lines_of(caplog)
    assert "arie" not in lines_of(caplog)


def test_what_a_listener_raises_is_told_without_its_words(caplog):
    def listen(**kwargs):
        raise ValueError(WORDS)

    news = Signal()
    news.connect(listen)
    news.send_robust(sender=None)
    assert "ValueError" in lines_of(caplog)
    assert "arie" not in lines_of(caplog)


def test_the_web_server_writes_neither_the_page_s_address_nor_the_visitor_s():
    for words, *args in (
        ("Error handling request %s", "/lien/a-signed-secret/"),
        ("Invalid request from ip=192.0.2.7: GET /lien/a-signed-secret/",),
    ):
        line = line_for(name="gunicorn.error", msg=words, args=tuple(args))
        assert line["message"] == words.partition(" from")[0]


def test_a_page_asked_for_its_headers_alone_warns_nobody():
    """The server's own class answers HEAD as it does in production; only what went wrong is written."""
    code = """
import logging.config, socket
from gunicorn.config import Config
from gunicorn.http.wsgi import Response
logging.config.dictConfig(LOGGING)
class Asked:
    method, version, uri = "HEAD", (1, 1), "/"
    def should_close(self): return True
ours, _theirs = socket.socketpair()
answer = Response(Asked(), ours, Config())
answer.start_response("200 OK", [("Content-Type", "text/plain")])
answer.write(b"a body")
logging.getLogger("gunicorn.http.wsgi").error("what went wrong")
"""
    told = read_production(f"exec({code!r})", {})
    lines = [json.loads(line)["message"] for line in told.stderr.splitlines()]
    assert lines == ["what went wrong"]


@pytest.mark.parametrize(
    ("msg", "args"),
    [
        ("Task handler raised error: %r", (ValueError(WORDS),)),
        (ValueError(WORDS), ()),
        ("SMTP said: 550 <marie@example.org> unknown", ()),
        ("To %s", ("marie@example.org",)),
        ("%(who)s", {"who": "marie@example.org"}),
    ],
)
def test_no_line_holds_an_address(msg, args):
    assert "arie" not in json.dumps(line_for(msg=msg, args=args))


@pytest.mark.parametrize(
    ("given", "told"),
    [
        ({}, "31536000 False False"),
        ({"HSTS_SUBDOMAINS": "True"}, "31536000 True True"),
        ({"HSTS_SUBDOMAINS": "True", "HTTPS_ONLY": "False"}, "0 False False"),
    ],
)
def test_the_names_under_the_sites_are_promised_https_only_when_asked(given, told):
    code = "print(SECURE_HSTS_SECONDS, SECURE_HSTS_INCLUDE_SUBDOMAINS, SECURE_HSTS_PRELOAD)"
    assert read_production(code, given).stdout.strip() == told


def test_the_team_of_a_real_site_logs_in_by_two_steps():
    assert read_production("print(TEAM_NEEDS_SECOND_STEP)", {}).stdout.strip() == "True"


def test_an_address_of_the_site_is_read_with_or_without_its_last_slash():
    """Browsers name where a form comes from without one: kept, no form would be believed to be ours."""
    told = read_production(
        "print(SITE_URL, CSRF_TRUSTED_ORIGINS)", {"SITE_URL": "https://www.mecenova.example/"}
    )
    assert told.stdout == "https://www.mecenova.example ['https://www.mecenova.example']\n", told.stderr
