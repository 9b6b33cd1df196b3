"""A volume of the media that is nearly full: little room on it, or a system that refuses to write more."""

import os
import resource
import subprocess
from pathlib import Path
from typing import Self

import pytest
from django.conf import settings

from tests.faults.processes import Process

SPACE_LEFT = 300_000


class SmallVolume:
    """A file system of its own (ENOSPC), where the machine lets us mount one."""

    def __init__(self) -> None:
        self.folder = Path(settings.MEDIA_ROOT)

    def __enter__(self) -> Self:
        self.folder.mkdir(exist_ok=True)
        if os.geteuid() or self._mount(f"size={SPACE_LEFT}"):
            pytest.skip("This machine mounts no file system for us: the limit on files stands for it")
        return self

    def __exit__(self, *raised: object) -> None:
        subprocess.run(["umount", "--lazy", self.folder], check=True)

    def before_it_starts(self) -> None:
        """The volume says by itself what it holds."""

    def make_room(self, process: Process) -> None:
        assert not self._mount("remount,size=5m"), "the volume grows"

    def _mount(self, options: str) -> int:
        command = ["mount", "-t", "tmpfs", "-o", options, "faults", self.folder]
        return subprocess.run(command, capture_output=True, check=False).returncode


class LimitedFiles:
    """No file beyond what is left (EFBIG), for the process alone that starts after it."""

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *raised: object) -> None:
        """The limit went with the process."""

    def before_it_starts(self) -> None:
        resource.setrlimit(resource.RLIMIT_FSIZE, (SPACE_LEFT, resource.RLIM_INFINITY))

    def make_room(self, process: Process) -> None:
        process.kill()
        process.start()
