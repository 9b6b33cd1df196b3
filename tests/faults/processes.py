"""The site's own processes: worker, beat and web, started as in production, in groups that can be killed."""

import contextlib
import os
import signal
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable
from pathlib import Path

from mecenova.local_services import die_with_parent
from tests.faults.servers import eventually

ROOT = Path(__file__).resolve().parents[2]
CHILDREN = 2


class Process:
    """A leader and its children: one group, one log."""

    def __init__(self, name: str, command: list[str], folder: Path, **environment: str) -> None:
        self.name, self.log = name, folder / f"{name}.log"
        self.children = folder / f"{name}.children"
        self.children.mkdir()
        self._options = {
            "cwd": ROOT,
            "env": {**os.environ, "FAULTS_POOL": "1", "FAULTS_CHILDREN": str(self.children), **environment},
        }
        self._command = [sys.executable, "-m", *command]
        self.process: subprocess.Popen[bytes] | None = None

    def start(self, before: Callable[[], None] | None = None) -> None:
        tied = die_with_parent(signal.SIGKILL)

        def prepare() -> None:
            if tied:
                tied()
            if before:
                before()

        with self.log.open("a") as log:
            self.process = subprocess.Popen(
                self._command,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,
                preexec_fn=prepare,
                **self._options,
            )

    @property
    def said(self) -> str:
        return self.log.read_text(errors="replace") if self.log.exists() else ""

    @property
    def pid(self) -> int:
        assert self.process is not None
        return self.process.pid

    def is_alive(self) -> bool:
        return self.process is not None and self.process.poll() is None

    def kill(self) -> None:
        """SIGKILL to leader and children at once."""
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self.pid, signal.SIGKILL)
        self.process.wait()  # type: ignore[union-attr]
        for child in self.children.iterdir():
            child.unlink()

    def ask_to_stop(self) -> None:
        os.kill(self.pid, signal.SIGTERM)

    def wait(self, within: float) -> int:
        assert self.process is not None
        return self.process.wait(within)

    def living_children(self) -> list[int]:
        return [int(path.name) for path in self.children.iterdir() if _lives(int(path.name))]


class Worker(Process):
    def __init__(self, name: str, folder: Path, *, queues: str = "", **environment: str) -> None:
        """Of all queues, unless some are named."""
        node = ["--hostname", f"{name}@%h", "--without-gossip", "--without-mingle"]
        node += ["--queues", queues] if queues else []
        command = ["celery", "--app", "mecenova", "worker", "--concurrency", str(CHILDREN), *node]
        super().__init__(name, [*command, "--loglevel", "INFO"], folder, **environment)

    def is_ready(self) -> bool:
        if not self.is_alive():
            raise AssertionError(f"{self.name} has ended: {self.log}")
        return len(self.living_children()) >= CHILDREN


class Beat(Process):
    def __init__(self, name: str, folder: Path, **environment: str) -> None:
        command = ["celery", "--app", "mecenova", "beat", "--schedule", str(folder / f"{name}.schedule")]
        super().__init__(name, [*command, "--pidfile=", "--loglevel", "INFO"], folder, **environment)

    def is_ready(self) -> bool:
        if not self.is_alive():
            raise AssertionError(f"{self.name} has ended: {self.log}")
        return "Sending due task" in self.said or "beat: Starting" in self.said


class Web(Process):
    def __init__(self, name: str, port: int, folder: Path, **environment: str) -> None:
        command = ["gunicorn", "mecenova.wsgi", "--workers=1", "--worker-class=gthread", "--threads=4"]
        command += [f"--bind=127.0.0.1:{port}"]
        super().__init__(
            name, [*command, "--graceful-timeout", "5", "--no-control-socket"], folder, **environment
        )
        self.address = f"http://127.0.0.1:{port}"

    def is_ready(self) -> bool:
        if not self.is_alive():
            raise AssertionError(f"{self.name} has ended: {self.log}")
        with contextlib.suppress(OSError):
            return self.status("/") == 200
        return False

    def status(self, path: str) -> int:
        """How this process answers; raises OSError when it does not."""
        try:
            with urllib.request.urlopen(f"{self.address}{path}", timeout=30) as answer:  # noqa: S310
                return answer.status
        except urllib.error.HTTPError as error:
            return error.code


def _lives(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True


def all_ready(*processes: Worker | Beat | Web) -> None:
    for process in processes:
        eventually(process.is_ready, f"{process.name} is ready")


def pause(seconds: float) -> None:
    """The length of an outage."""
    time.sleep(seconds)
