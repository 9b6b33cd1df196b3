"""Reading files of strangers, each in bounded time and memory, in a process of its own."""

import base64
import contextlib
import json
import os
import select
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import IO, Any, Self, cast

from infotheque.reading.result import Content, ReadFile, Unreadable

LARGEST_FILE = 20 * 1024 * 1024
MOST_SECONDS = 30.0
# Beyond them, for an answer that was ready and is longer than a pipe holds.
A_MOMENT = 1.0
# A fresh process after so many files: whatever a library forgets to give back is given back.
FILES_PER_CHILD = 250
_LONGEST_ANSWER = 16 * 1024 * 1024
_PROJECT = Path(__file__).resolve().parents[2]

TOO_LARGE = "Ce fichier dépasse 20\u202fMo. Déposez une version plus légère."
TOO_SLOW = (
    "Ce fichier demande trop de temps ou de mémoire pour être lu. Enregistrez-le à nouveau en PDF, en "
    "allégeant ses images, puis déposez-le à nouveau."
)


class _Lost(Exception):
    """The child has died, is late, or says what is no answer."""


@dataclass(frozen=True, slots=True)
class _Asked:
    path: Path
    name: str
    size: int
    until: float


class Reader:
    """Keeps one child process at hand; a file that kills it or makes it late is told as unreadable."""

    def __init__(self, *, most_seconds: float = MOST_SECONDS) -> None:
        self._most_seconds = most_seconds
        self._child: subprocess.Popen[bytes] | None = None
        self._read = 0
        self._asked: _Asked | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._stop()

    @property
    def pid(self) -> int | None:
        """The process that reads, while there is one."""
        return self._child.pid if self._child else None

    def read(self, path: Path, name: str) -> ReadFile:
        """What the file at this path is and says. Raises Unreadable."""
        self.ask(path, name)
        return self.answer()

    def ask(self, path: Path, name: str) -> None:
        """Have this file read; `answer` tells what it is and says. An answer not fetched is forgotten."""
        if self._asked is not None:
            self._stop()
        size = path.stat().st_size
        self._asked = _Asked(path, name, size, time.monotonic() + self._most_seconds)
        if size <= LARGEST_FILE:
            asking = _ask_pipe(self._ready())
            # A child that is no longer there is noticed when it does not answer.
            with contextlib.suppress(BrokenPipeError):
                asking.write(json.dumps(str(path.resolve())).encode() + b"\n")
                asking.flush()

    def answer(self) -> ReadFile:
        """Of the file last asked about, once. Raises Unreadable."""
        if self._asked is None:
            raise LookupError("Ask about a file first")
        asked, self._asked = self._asked, None
        if asked.size > LARGEST_FILE:
            raise Unreadable(TOO_LARGE)
        try:
            told = self._told(asked.until)
        except _Lost:
            self._stop()
            raise Unreadable(TOO_SLOW) from None
        if "refused" in told:
            raise Unreadable(str(told["refused"]))
        content = told["content"] | {"picture": base64.b64decode(told["content"]["picture"])}
        return ReadFile(
            path=asked.path,
            name=asked.name,
            type=told["type"],
            digest=told["digest"],
            size=asked.size,
            content=Content(**content),
        )

    def _told(self, until: float) -> dict[str, Any]:
        if self._child is None:
            raise _Lost
        try:
            told = json.loads(_line(_told_pipe(self._child), until))
        except ValueError:
            raise _Lost from None
        if not isinstance(told, dict) or not told.keys() & {"refused", "content"}:
            raise _Lost
        return told

    def _ready(self) -> "subprocess.Popen[bytes]":
        """A child that lives, and has not read too many files yet."""
        child = self._child
        if child is None or child.poll() is not None or self._read >= FILES_PER_CHILD:
            self._stop()
            child = self._start()
        self._read += 1
        return child

    def _start(self) -> "subprocess.Popen[bytes]":
        """Nothing of our environment goes with it: neither passwords nor addresses."""
        self._read = 0
        self._child = subprocess.Popen(
            [sys.executable, "-m", "infotheque.reading.child"],
            cwd=_PROJECT,
            env={"PATH": os.defpath, "LANG": "C.UTF-8", "OMP_NUM_THREADS": "1"},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
        )
        return self._child

    def _stop(self) -> None:
        child, self._child = self._child, None
        if child is not None:
            child.kill()
            for pipe in (_ask_pipe(child), _told_pipe(child)):
                # What it was never told is still in the pipe of a dead process.
                with contextlib.suppress(OSError):
                    pipe.close()
            child.wait()


def _line(pipe: IO[bytes], until: float) -> bytes:
    """One line, within the time and the length allowed; what is ready is taken, however late one asks."""
    until, said = max(until, time.monotonic() + A_MOMENT), bytearray()
    while not said.endswith(b"\n"):
        ready, _, _ = select.select([pipe], [], [], max(0.0, until - time.monotonic()))
        part = os.read(pipe.fileno(), 1 << 20) if ready else b""
        said += part
        if not part or len(said) > _LONGEST_ANSWER:
            raise _Lost
    return bytes(said)


def _ask_pipe(child: "subprocess.Popen[bytes]") -> IO[bytes]:
    return cast(IO[bytes], child.stdin)


def _told_pipe(child: "subprocess.Popen[bytes]") -> IO[bytes]:
    return cast(IO[bytes], child.stdout)
