"""Folders for the files at hand: gone with their user, or when the next one comes."""

import os
import signal
import subprocess
import sys
import tempfile
import time

import pytest

from mecenova.imports.places import temporary_folder

PREFIX = "mecenova-essai-"
HOLDS = f"""
import time
from mecenova.imports.places import temporary_folder
with temporary_folder("{PREFIX}") as folder:
    (folder / "privé.pdf").write_text("privé")
    print(folder, flush=True)
    time.sleep(60)
"""


@pytest.fixture(autouse=True)
def machine(tmp_path, monkeypatch):
    monkeypatch.setenv("TMPDIR", str(tmp_path))
    monkeypatch.setattr(tempfile, "tempdir", None)
    yield tmp_path
    monkeypatch.undo()
    tempfile.tempdir = None


def aged(folder):
    os.utime(folder, (time.time() - 3600,) * 2)


def test_what_a_killed_process_left_goes_when_the_next_comes_and_nothing_else(machine):
    (machine / "autre").mkdir()
    (machine / f"{PREFIX}lien").symlink_to(machine / "autre")
    with subprocess.Popen([sys.executable, "-c", HOLDS], stdout=subprocess.PIPE, text=True) as process:
        held = process.stdout.readline().strip()
        aged(held)
        with temporary_folder(PREFIX) as mine:
            assert os.path.exists(f"{held}/privé.pdf"), "its user lives"
        assert not mine.exists()
        process.send_signal(signal.SIGKILL)
    assert os.path.exists(held)
    with temporary_folder(PREFIX):
        assert not os.path.exists(held)
    assert sorted(os.listdir(machine)) == ["autre", f"{PREFIX}lien"]


def test_a_folder_just_made_is_left_to_whoever_makes_it(machine):
    (machine / f"{PREFIX}jeune").mkdir()
    with temporary_folder(PREFIX):
        assert (machine / f"{PREFIX}jeune").exists()
