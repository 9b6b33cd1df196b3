"""The demo as one command: servers, invented network, web, worker and beat live and die together.

Every argument is read, and every reason not to start is told, before anything is started. Ctrl-C, a signal
or the death of one process stops them all; if this process is killed outright, Linux tells its children to
stop, and the keeper of the servers (mecenova.local_services) sees that nobody uses them any more.
"""

import argparse
import contextlib
import fcntl
import os
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator, Sequence
from pathlib import Path
from types import FrameType
from typing import NoReturn

from mecenova import local_services
from mecenova.celery import LONG, PROMPT
from mecenova.demo.logins import LOGINS

# As in mecenova.settings.demo, which cannot be read before the reasons not to start.
FOLDER = Path(os.environ.get("DEMO_FOLDER", Path(__file__).resolve().parents[2] / "var" / "demo"))
FIRST_PAGE_SECONDS = 60
STOP_SECONDS = 10


class CannotRun(Exception):
    """Why the demo does not start, or did not go on: one French line for the person at the terminal."""


class _Parser(argparse.ArgumentParser):
    def error(self, message: str) -> NoReturn:
        self.exit(2, f"Option refusée ({message}). Les options : {self.prog} --help\n")


def _port(text: str) -> int:
    if not text.isdecimal() or not 1 <= int(text) <= 65535:
        raise argparse.ArgumentTypeError("le port est un nombre de 1 à 65535")
    return int(text)


def _arguments(words: Sequence[str] | None) -> argparse.Namespace:
    parser = _Parser(prog="python -m mecenova.demo", description="Lance la démonstration de Mecenova.")
    parser.add_argument("--port", type=_port, default=8000, help="port du site (8000)")
    parser.add_argument("--no-load", action="store_true", help="ne pas charger le réseau inventé")
    return parser.parse_args(words)


def main(words: Sequence[str] | None = None) -> int:
    options = _arguments(words)
    try:
        with _only_one(options.port):
            _require_free_port(options.port)
            _stop_on_signals()
            return _run(options)
    except CannotRun as reason:
        print(reason, file=sys.stderr)
        return 1


@contextlib.contextmanager
def _only_one(port: int) -> Iterator[None]:
    """Hold the demo's lock, whose file tells a second start where the first answers."""
    FOLDER.mkdir(parents=True, exist_ok=True)
    with (FOLDER / "supervisor.lock").open("a+") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            lock.seek(0)
            raise CannotRun(f"La démonstration tourne déjà : {lock.read().strip()}") from None
        lock.truncate(0)
        lock.write(f"http://127.0.0.1:{port}/ (processus {os.getpid()})")
        lock.flush()
        yield


def _require_free_port(port: int) -> None:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            other = port + 1 if port < 65535 else port - 1
            raise CannotRun(
                f"Le port {port} est pris ou réservé : choisissez-en un autre, « make demo PORT={other} »."
            ) from None


def _stop_on_signals() -> None:
    def leave(number: int, frame: FrameType | None) -> NoReturn:
        # Told once is enough: what follows is the orderly stop.
        for each in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            signal.signal(each, signal.SIG_IGN)
        raise SystemExit(0)

    for each in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(each, leave)


def _run(options: argparse.Namespace) -> int:
    address = f"http://127.0.0.1:{options.port}"
    os.environ["DJANGO_SETTINGS_MODULE"] = "mecenova.settings.demo"
    os.environ["SITE_URL"] = address
    print("Mecenova se prépare…", flush=True)
    with contextlib.ExitStack() as cleanup:
        services = _servers()
        cleanup.callback(services.release, wait=STOP_SECONDS * 2)
        os.environ["DATABASE_URL"] = services.database_url
        os.environ["REDIS_URL"] = services.redis_url
        _prepare()
        children: dict[str, subprocess.Popen[bytes]] = {}
        cleanup.callback(_stop, children)
        for name, command in _commands(options.port).items():
            children[name] = _start(name, command)
        _wait_for_first_page(address, children)
        if not options.no_load:
            _load(address)
        _welcome(address)
        while True:
            _require_all_alive(children)
            time.sleep(0.2)


def _servers() -> local_services.Services:
    try:
        return local_services.attach(FOLDER)
    except local_services.ServicesUnavailable:
        log = FOLDER / "servers.log"
        raise CannotRun(f"La base de données n’a pas pu démarrer : la raison est dans {log}") from None


def _prepare() -> None:
    """Tables and static files, in this process: one start of Python instead of three."""
    import django
    from django.core.management import call_command

    django.setup()
    call_command("migrate", verbosity=0, interactive=False)
    call_command("collectstatic", verbosity=0, interactive=False)


def _load(address: str) -> None:
    """The invented network; at the first start the site already answers, empty, while it is made."""
    from django.core.management import call_command
    from django.db import connections

    print(f"Le site répond déjà : {address}/. Son réseau inventé se charge…", flush=True)
    call_command("load_demo", verbosity=0)
    connections.close_all()


def _commands(port: int) -> dict[str, list[str]]:
    python = [sys.executable, "-m"]
    celery = [*python, "celery", "--app", "mecenova", "--quiet"]
    return {
        "web": [
            *(*python, "gunicorn", "mecenova.wsgi", "--workers=2", "--worker-class=gthread", "--threads=4"),
            *(f"--bind=127.0.0.1:{port}", "--graceful-timeout", "5", "--access-logfile", "-"),
            "--no-control-socket",
        ],
        "worker": [*celery, *_worker(PROMPT, threads=2)],
        "long-worker": [*celery, *_worker(LONG, threads=4)],
        "beat": [*celery, "beat", "--schedule", str(FOLDER / "beat"), "--pidfile=", "--loglevel", "INFO"],
    }


def _worker(queue: str, *, threads: int) -> list[str]:
    return [
        *("worker", "--queues", queue, "--hostname", f"{queue}@%h", "--pool", "threads"),
        *("--concurrency", str(threads), "--without-gossip", "--without-mingle", "--loglevel", "INFO"),
    ]


def _start(name: str, command: list[str]) -> subprocess.Popen[bytes]:
    with (FOLDER / f"{name}.log").open("w") as log:
        return subprocess.Popen(
            command,
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            # A group of its own: Ctrl-C reaches this process only, which then stops each group in order.
            start_new_session=True,
            preexec_fn=local_services.die_with_parent(signal.SIGTERM),
        )


def _require_all_alive(children: dict[str, subprocess.Popen[bytes]]) -> None:
    for name, child in children.items():
        if child.poll() is not None:
            log = FOLDER / f"{name}.log"
            raise CannotRun(f"Le processus « {name} » s’est arrêté, tout s’arrête : la raison est dans {log}")


def _wait_for_first_page(address: str, children: dict[str, subprocess.Popen[bytes]]) -> None:
    deadline = time.monotonic() + FIRST_PAGE_SECONDS
    while time.monotonic() < deadline:
        _require_all_alive(children)
        try:
            with urllib.request.urlopen(f"{address}/", timeout=FIRST_PAGE_SECONDS):
                return
        except urllib.error.HTTPError as error:
            log = FOLDER / "web.log"
            raise CannotRun(f"La page d’accueil répond une erreur {error.code} : voir {log}") from None
        except OSError:
            time.sleep(0.1)
    raise CannotRun(
        f"Aucune page après {FIRST_PAGE_SECONDS} secondes : la raison est dans {FOLDER / 'web.log'}"
    )


def _welcome(address: str) -> None:
    width = max(len(login.who) for login in LOGINS)
    print(f"\nMecenova est prêt : {address}/\n\nPour entrer ({address}/compte/login/) :")
    for login in LOGINS:
        print(f"  {login.who:<{width}}  {login.email:<26} mot de passe : {login.password}")
    print(f"\nLes courriels envoyés se lisent ici : {address}/courriels-de-demonstration/")
    print("Ctrl-C pour tout arrêter.", flush=True)


def _stop(started: dict[str, subprocess.Popen[bytes]]) -> None:
    children = list(started.values())
    for child in children:
        _signal_group(child, signal.SIGTERM)
    deadline = time.monotonic() + STOP_SECONDS
    for child in children:
        with contextlib.suppress(subprocess.TimeoutExpired):
            child.wait(max(0.1, deadline - time.monotonic()))
    for child in children:
        _signal_group(child, signal.SIGKILL)
        child.wait()


def _signal_group(child: subprocess.Popen[bytes], how: signal.Signals) -> None:
    # The group outlives its leader when a grandchild stays: it is signalled even when the child has ended.
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(child.pid, how)
