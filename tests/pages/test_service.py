"""The page that a monitor asks: who keeps the server is told of what dies in silence."""

from datetime import timedelta

import pytest
from django.core.cache import cache
from django.core.cache.backends.redis import RedisCache
from django.db import OperationalError, connection
from django.urls import reverse
from redis.exceptions import ResponseError

from accounts.followups import StaffCheck
from mecenova.agenda.models import FollowUp
from mecenova.agenda.operations import start
from mecenova.calendar import clock
from mecenova.calendar.heartbeat import last_work, note_work
from mecenova.celery import LONG, PROMPT
from mecenova.mail.enums import MailStatus
from mecenova.mail.tasks import deliver_mail
from mecenova.settings.base import cache_at
from tests.accounts.factories import OrganisationFactory
from tests.faults.servers import Valkey, eventually, free_port
from tests.mail.factories import OutgoingMailFactory

pytestmark = pytest.mark.django_db

HOUR = timedelta(hours=1)


@pytest.fixture(autouse=True)
def workers_at_work():
    cache.clear()
    for queue in (PROMPT, LONG):
        note_work(queue)


@pytest.fixture(params=["OOM", "MISCONF", "READONLY"])
def full_redis(request, tmp_path):
    """A server of our own that answers, and refuses to write: memory, disk, or another takes its place."""
    server = Valkey(free_port(), tmp_path / "valkey", tmp_path / "valkey.log")
    server.start()
    try:
        with server.client() as told:
            _fill(told, request.param, tmp_path / "valkey")
            with pytest.raises(ResponseError):
                told.set("key", "value")
        yield server.url
    finally:
        server.kill()


def _fill(told, how, folder):
    if how == "OOM":
        told.config_set("maxmemory", "1")
    elif how == "READONLY":
        told.replicaof("127.0.0.1", "1")
    else:
        told.config_set("save", "1 1")
        told.set("key", "value")
        folder.rmdir()
        eventually(lambda: told.info("persistence")["rdb_last_bgsave_status"] == "err", "not saved")


def asked(client):
    response = client.get(reverse("pages:service"))
    assert response["Content-Type"] == "text/plain; charset=utf-8"
    assert response["Cache-Control"] == "no-store"
    troubled = [line for line in response.text.splitlines() if "panne" in line]
    assert response.status_code == (503 if troubled else 200)
    return troubled


def test_all_is_well(client):
    assert asked(client) == []


@pytest.mark.parametrize(
    ("queue", "name", "silence"), [(PROMPT, "worker et beat", 6), (LONG, "long-worker", 61)]
)
def test_a_worker_that_says_nothing_is_told(client, queue, name, silence):
    with clock.frozen(clock.now() - timedelta(minutes=silence)):
        note_work(queue)
    assert asked(client) == [f"{name}\u00a0: panne, n’a rien fait depuis {silence} min"]


@pytest.mark.parametrize("minutes", [-10, 10])
def test_a_web_server_whose_clock_is_wrong_is_told(client, minutes):
    """A code that is asked for there would leave ten minutes later, or have ended ten minutes sooner."""
    with clock.frozen(clock.now() + timedelta(minutes=minutes)):
        for queue in (PROMPT, LONG):
            note_work(queue)
        assert asked(client) == ["horloge du site\u00a0: panne, à plus de cinq minutes de celle de la base"]


def test_nothing_was_ever_done(client):
    cache.clear()
    assert len(asked(client)) == 2


def test_a_task_that_ended_well_says_that_its_queue_is_served(client):
    cache.clear()
    deliver_mail.apply(routing_key=PROMPT)
    assert last_work(PROMPT) is not None


def test_a_task_that_fails_or_whose_clock_is_wrong_says_nothing(monkeypatch):
    cache.clear()
    with clock.frozen(clock.now() + HOUR):
        deliver_mail.apply(routing_key=PROMPT)
    assert last_work(PROMPT) is None
    monkeypatch.setattr(deliver_mail, "run", lambda: 1 / 0)
    deliver_mail.apply(routing_key=PROMPT)
    assert last_work(PROMPT) is None


def test_mails_that_do_not_leave_are_told_and_one_slow_address_is_not(client):
    ago = clock.now() - 2 * HOUR
    OutgoingMailFactory(created_at=ago, due_at=ago, last_error="not now")
    assert asked(client) == ["courriels\u00a0: panne, il en attend depuis plus d’une heure, et aucun ne part"]
    OutgoingMailFactory(created_at=ago, due_at=ago, status=MailStatus.SENT, sent_at=clock.now() - HOUR)
    assert asked(client) == []


def test_follow_ups_that_nobody_runs_are_told_and_one_that_raises_is_not(client):
    start(StaffCheck, OrganisationFactory())
    assert asked(client) == []
    FollowUp.objects.update(due_at=clock.now() - 2 * HOUR)
    assert asked(client) == ["relances\u00a0: panne, il en attend depuis plus d’une heure"]
    FollowUp.objects.update(last_error="ValueError")
    assert asked(client) == []


def test_a_folder_that_takes_no_file_is_told(client, settings):
    settings.MEDIA_ROOT = "/proc/nowhere"
    (told,) = asked(client)
    assert told.startswith("fichiers déposés\u00a0: panne")


def test_a_database_that_may_only_be_read_is_told(client):
    with connection.cursor() as cursor:
        cursor.execute("SET transaction_read_only = on")
    assert "base de données\u00a0: panne, n’accepte que la lecture" in asked(client)


def test_without_a_database_the_page_answers(client):
    def away(*arguments):
        raise OperationalError("server closed the connection")

    with connection.execute_wrapper(away):
        told = asked(client)
    assert [line.partition("\u00a0")[0] for line in told] == [
        *("base de données", "horloge du site", "courriels", "relances")
    ]
    assert {line.partition("panne, ")[2] for line in told} == {"ne répond pas"}


def test_without_redis_the_page_answers(client, settings):
    settings.CACHES = {"default": cache_at("redis://127.0.0.1:1/0")}
    assert isinstance(cache._connections["default"], RedisCache)
    assert [line.partition("\u00a0")[0] for line in asked(client)] == [
        "Redis",
        "worker et beat",
        "long-worker",
    ]


def test_redis_that_writes_nothing_is_told_at_once(client, settings, full_redis):
    settings.CACHES = {"default": cache_at(full_redis)}
    assert asked(client)[0] == "Redis\u00a0: panne, n’accepte pas d’écriture"


def test_nobody_meets_an_error_while_redis_writes_nothing(client, settings, full_redis):
    """Whoever signs in is told to wait, and pages are read as ever."""
    settings.CACHES = {"default": cache_at(full_redis)}
    client.raise_request_exception = False
    answer = client.post(reverse("account_login"), {"login": "a@exemple.fr", "password": "un-mot-de-passe"})
    assert answer.status_code == 503
    assert "reprend son souffle" in answer.text
    for page in ("pages:home", "pages:understand", "pages:observatory", "infotheque:list", "account_login"):
        assert client.get(reverse(page)).status_code == 200, page
