"""What every test lives under. The suite attacks the code:

- unknown template variables fail (tests/strict_templates.py), warnings are errors, order is random;
- nothing is reachable but this machine (pytest-socket);
- a test that commits leaves the database as the migrations made it (tests/snapshot.py);
- in a browser, a console error fails the test (tests/browser.py).

Servers are started by mecenova.settings.test unless DATABASE_URL and REDIS_URL are given.
"""

import gc
import time
from collections.abc import Callable, Iterator
from itertools import count
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from allauth.core.internal import ratelimit
from django.contrib.contenttypes.models import ContentType
from django.core.cache import cache
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from pytest_django import DjangoDbBlocker

from accounts.models import User
from mecenova.calendar import clock
from mecenova.reference import territories
from tests.accounts.factories import StaffFactory

pytest_plugins = ["tests.strict_templates", "tests.template_database", "tests.snapshot", "tests.browser"]


# Minutes, or most of one, in a few tests: begun last, one process would end alone.
LONGEST = (
    *("tests/simulation/", "tests/rehearsal/", "tests/demo/", "tests/journeys/", "tests/workshop/"),
    *("tests/agenda/test_one_next_step.py", "tests/accounts/test_merges_story.py"),
    *("tests/accounts/test_in_browser.py", "tests/associations/test_in_browser.py"),
    *("tests/companies/test_browser.py", "tests/ui/test_in_a_browser.py"),
    *("tests/security/test_merged_records.py", "tests/security/test_walks.py"),
)


def pytest_configure() -> None:
    """Whatever was collected stays to the end: it is not looked through again every few hundred objects."""
    gc.set_threshold(20_000)


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """The longest first, so that processes which share the suite end together; else the order is random."""
    items.sort(key=lambda item: not item.nodeid.startswith(LONGEST))


@pytest.fixture(autouse=True)
def _nothing_is_remembered_from_another_test() -> Iterator[None]:
    """Neither rate limits, counts and what a process reads once, nor the clock of a test that failed."""
    ContentType.objects.clear_cache()
    territories.forget()
    former = clock._current
    yield
    clock.set_clock(former)
    cache.clear()


@pytest.fixture(autouse=True)
def _a_limit_knows_no_haste(monkeypatch: pytest.MonkeyPatch) -> None:
    """So many requests a minute are made in one, however long a busy machine takes: the limits' clock stops.

    But for an instant at each reading: what is taken back is known by its moment.
    """
    moments = count(time.time(), 0.000_001)
    stopped = SimpleNamespace(time=lambda: next(moments), monotonic=time.monotonic, sleep=time.sleep)
    monkeypatch.setattr(ratelimit, "time", stopped)


@pytest.fixture(autouse=True)
def _what_a_follow_up_only_tells_is_only_read(monkeypatch: pytest.MonkeyPatch) -> None:
    """The server refuses whatever a rule's `letters` would write: who is behind is not read again for it."""
    from mecenova.agenda.handful import Handful

    is_told = Handful._is_told

    def reading_only(self: Handful, *given: Any) -> bool:
        # Told by the driver: a test that counts queries does not count these.
        server = connection.connection
        server.execute("SAVEPOINT telling")
        server.execute("SET LOCAL transaction_read_only = on")
        told = is_told(self, *given)
        server.execute("ROLLBACK TO SAVEPOINT telling")
        server.execute("RELEASE SAVEPOINT telling")
        return told

    monkeypatch.setattr(Handful, "_is_told", reading_only)


@pytest.fixture(scope="session")
def django_db_setup(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[None]:
    """The test database can be dropped even while a live server's thread still holds a connection to it."""
    yield
    with django_db_blocker.unblock(), connection.cursor() as cursor:
        cursor.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
            " WHERE datname = current_database() AND pid <> pg_backend_pid()"
        )


@pytest.fixture
def elsewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty folder, from which the test is run: an import writes its rejects where it is called."""
    folder = tmp_path / "ici"
    folder.mkdir()
    monkeypatch.chdir(folder)
    return folder


@pytest.fixture
def staff() -> User:
    """Somebody of the team."""
    return StaffFactory()


@pytest.fixture
def team(client: Client, staff: User) -> Client:
    """The browser of somebody of the team."""
    client.force_login(staff)
    return client


@pytest.fixture
def query_count() -> Callable[[Callable[[], object]], int]:
    """`query_count(lambda: client.get(url))`: the number of queries made by the call."""

    def count(call: Callable[[], object]) -> int:
        with CaptureQueriesContext(connection) as queries:
            call()
        return len(queries)

    return count
