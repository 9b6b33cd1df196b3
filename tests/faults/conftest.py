"""Servers of our own under var/faults, a database cloned for each test, and processes that never stay behind.

Tests mostly wait: two processes share them, each with its own servers, clock and ports, in its own folder.
Nothing here is imported before the servers' addresses are known: the settings read them.
"""

import contextlib
import fcntl
import os
import re
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from mecenova.local_services import prepare_cluster, socket_folder
from tests.faults.servers import Postgres, Valkey, free_port

RUN = Path(__file__).resolve().parents[2] / "var" / "faults"
FOLDER = RUN / os.environ.get("PYTEST_XDIST_WORKER", "alone")
LOG_LINES = 25
_cleanup = contextlib.ExitStack()


def pytest_sessionstart(session: pytest.Session) -> None:
    """Addresses first, then Django, then the tests' modules."""
    shares = hasattr(session.config, "workerinput")
    if not shares:
        _take_turn()
    if shares or not session.config.getoption("numprocesses", None):
        _prepare()


def _take_turn() -> None:
    """One run at a time, and nothing left of the last."""
    RUN.mkdir(parents=True, exist_ok=True)
    turn = _cleanup.enter_context((RUN / "lock").open("w"))
    try:
        fcntl.flock(turn, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        pytest.exit(f"Another run of this suite uses {RUN}", returncode=2)
    for left in RUN.iterdir():
        if left.name != "lock":
            shutil.rmtree(left) if left.is_dir() else left.unlink()


def _prepare() -> None:
    (FOLDER / "postgres").mkdir(parents=True)
    account = _account_of_postgres()
    sockets = _cleanup.enter_context(socket_folder(FOLDER / "postgres", account))
    os.environ |= {
        "DJANGO_SETTINGS_MODULE": "tests.faults.settings",
        "FAULTS_FOLDER": str(FOLDER),
        "FAULTS_CLOCK": str(FOLDER / "postgres" / "virtual_clock"),
        "DATABASE_URL": f"postgresql://postgres:@/faults?host={sockets}",
        "REDIS_URL": f"redis://127.0.0.1:{free_port()}/0",
        "EMAIL_PORT": str(free_port()),
        "SITE_URL": f"http://127.0.0.1:{free_port()}",
    }
    import django

    django.setup()


def _account_of_postgres() -> str | None:
    """The system user that PostgreSQL runs as is made once, by whoever comes first."""
    with (RUN / "initdb.lock").open("w") as turn, (FOLDER / "initdb.log").open("w") as log:
        fcntl.flock(turn, fcntl.LOCK_EX)
        _, account = prepare_cluster(FOLDER / "postgres", log=log)
    return account.get("user")


def pytest_sessionfinish(session: pytest.Session) -> None:
    _cleanup.close()


def pytest_terminal_summary(terminalreporter: Any) -> None:
    run = sum(len(terminalreporter.stats.get(kind, [])) for kind in ("passed", "failed"))
    faults = {
        mark
        for kind in ("passed", "failed")
        for report in terminalreporter.stats.get(kind, [])
        for mark in report.keywords
        if mark[:1] == "F" and mark[1:].isdigit()
    }
    terminalreporter.write_line(f"Faults: {len(faults)} kinds of 14, {run} tests.")


@pytest.fixture(scope="session")
def servers() -> Iterator[Any]:
    from django.conf import settings

    from tests.faults.scene import Servers

    host = settings.DATABASES["default"]["HOST"]
    postgres = Postgres(FOLDER / "postgres", Path(host), FOLDER / "postgres.log")
    port = int(settings.REDIS_URL.rpartition(":")[2].partition("/")[0])
    valkey = Valkey(port, FOLDER / "valkey", FOLDER / "valkey.log")
    try:
        yield Servers(postgres, valkey)
    finally:
        postgres.stop_at_once()
        postgres.kill()
        valkey.kill()


@pytest.fixture
def make_scene(servers: Any, request: pytest.FixtureRequest) -> Iterator[Any]:
    """A stage for this test, from another morning than the usual one."""
    from tests.faults.scene import Scene

    with contextlib.ExitStack() as cleanup:

        def make(**morning: Any) -> Any:
            folder = FOLDER / re.sub(r"\W+", "-", request.node.name)
            request.node.scene_folder = folder
            scene = Scene(servers, folder, **morning)
            cleanup.callback(scene.close)
            return scene

        yield make


@pytest.fixture
def scene(make_scene: Any) -> Any:
    """Wednesday, five past nine: hundreds of mails and follow-ups wait, and no process runs yet."""
    return make_scene()


@pytest.fixture(scope="module")
def quiet_scene(servers: Any) -> Iterator[Any]:
    """The same morning, done in this process without any fault, then stopped: it keeps every promise."""
    from tests.faults import promises
    from tests.faults.scene import Scene

    scene = Scene(servers, FOLDER / "quiet")
    try:
        scene.do_all_here()
        promises.check(scene.account, scene.mail_server)
        yield scene
    finally:
        scene.close()


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item, call: pytest.CallInfo[None]) -> Iterator[None]:
    """What the processes said last: ids, no person."""
    report: Any = yield
    folder: Path | None = getattr(item, "scene_folder", None)
    if report.failed and folder is not None:
        for log in sorted(folder.glob("*.log")):
            lines = log.read_text(errors="replace").splitlines()[-LOG_LINES:]
            report.sections.append((str(log), "\n".join(line[:300] for line in lines)))
    return report
