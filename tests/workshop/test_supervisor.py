"""`make demo` with real processes: it says why it does not start, and leaves nothing behind when it ends."""

import os
import signal
import socket
import subprocess
import sys
import urllib.request

import psutil
import pytest

from mecenova.demo import supervisor
from mecenova.demo.logins import LOGINS
from mecenova.demo.supervisor import FIRST_PAGE_SECONDS
from tests.architecture.house import ROOT
from tests.workshop.processes import becomes_true, descendants_of, processes_of

READY = "Ctrl-C pour tout arrêter."


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """One folder for the module: its tables are made once."""
    return tmp_path_factory.mktemp("demo")


@pytest.fixture
def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


@pytest.fixture
def run(folder):
    """Start the command with these words, away from this suite's own servers and settings."""
    mine = {name: value for name, value in os.environ.items() if not name.endswith(("_URL", "_MODULE"))}
    started = []

    def start(*words):
        process = subprocess.Popen(
            [sys.executable, "-m", "mecenova.demo", *map(str, words)],
            cwd=ROOT,
            env={**mine, "DEMO_FOLDER": str(folder)},
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        started.append(process)
        return process

    yield start
    for process in started:
        if process.poll() is None:
            process.kill()
        process.wait()
        process.stdout.close()
    assert becomes_true(lambda: not processes_of(folder))


@pytest.fixture
def demo(run, free_port):
    """A running demo, without its invented network; what it printed; its processes."""
    process = run("--port", free_port, "--no-load")
    printed = []
    for line in process.stdout:
        printed.append(line)
        if READY in line:
            break
    assert READY in "".join(printed), "".join(printed)
    children = descendants_of(process.pid)
    yield process, "".join(printed), children
    process.terminate()
    process.wait()
    assert becomes_true(lambda: not [each for each in children if each.is_running()])


def test_a_wrong_option_starts_nothing(run, folder):
    process = run("--port", "beaucoup")
    told, _ = process.communicate()
    assert process.returncode == 2
    assert "le port est un nombre" in told
    assert not (folder / "supervisor.lock").exists() or not processes_of(folder)


def test_the_links_of_the_demo_s_commands_lead_where_it_answers(tmp_path, monkeypatch):
    """`make demo PORT=8123`, then `manage.py match` in another terminal."""
    mine = {name: value for name, value in os.environ.items() if not name.endswith(("_URL", "_MODULE"))}
    mine |= {"DATABASE_URL": "postgres://nobody@127.0.0.1/none", "REDIS_URL": "redis://127.0.0.1/0"}
    mine |= {"DEMO_FOLDER": str(tmp_path), "DJANGO_SETTINGS_MODULE": "mecenova.settings.demo"}

    def site_url(**more):
        told = "from django.conf import settings; print(settings.SITE_URL)"
        run = [sys.executable, "-c", told]
        return subprocess.check_output(run, cwd=ROOT, env={**mine, **more}, text=True).strip()

    assert site_url() == "http://127.0.0.1:8000"
    monkeypatch.setattr(supervisor, "FOLDER", tmp_path)
    with supervisor._only_one(8123):
        assert site_url() == "http://127.0.0.1:8123"
    assert site_url(SITE_URL="https://demo.exemple.fr") == "https://demo.exemple.fr"


def test_a_busy_port_is_told_in_one_line(run, folder):
    with socket.create_server(("127.0.0.1", 0)) as busy:
        port = busy.getsockname()[1]
        process = run("--port", port)
        told, _ = process.communicate()
    assert process.returncode == 1
    assert len(told.splitlines()) == 1
    assert f"Le port {port} est pris" in told
    assert "make demo PORT=" in told
    assert not processes_of(folder)


def stops(process, folder, how: signal.Signals) -> None:
    process.send_signal(how)
    rest, _ = process.communicate(timeout=60)
    assert process.returncode == 0
    assert "Traceback" not in rest
    assert not processes_of(folder)


def test_it_says_where_it_is_and_that_it_runs_already_and_stops_when_told(demo, run, free_port, folder):
    process, printed, _ = demo
    address = f"http://127.0.0.1:{free_port}/"
    assert address in printed
    assert all(login.email in printed and login.password in printed for login in LOGINS)
    with urllib.request.urlopen(address, timeout=FIRST_PAGE_SECONDS) as page:
        assert page.status == 200
    second = run("--port", free_port)
    told, _ = second.communicate()
    assert second.returncode == 1
    assert len(told.splitlines()) == 1
    assert "tourne déjà" in told
    assert address in told
    stops(process, folder, signal.SIGTERM)


def test_ctrl_c_stops_everything(demo, folder):
    process, _, _ = demo
    stops(process, folder, signal.SIGINT)


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux tells children that their parent died")
def test_killed_outright_it_leaves_nothing(demo, folder):
    process, _, _ = demo
    process.kill()
    process.communicate()
    assert becomes_true(lambda: not processes_of(folder), seconds=40)


@pytest.mark.parametrize("name", ["gunicorn", "worker"])
def test_the_death_of_one_stops_all(demo, folder, name):
    process, _, children = demo
    # The first of that name is the one the supervisor started.
    victim = min((each for each in children if name in each.cmdline()), key=psutil.Process.create_time)
    victim.kill()
    rest, _ = process.communicate(timeout=60)
    assert process.returncode == 1
    assert "s’est arrêté, tout s’arrête" in rest
    assert not processes_of(folder)
