"""A file is kept whole or not at all, whatever interrupts its writing."""

import errno
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from django.core.files.base import ContentFile, File

from mecenova.whole_files import WholeFileStorage


class FullVolume(File):
    """Content whose second half finds no room."""

    def __init__(self) -> None:
        super().__init__(None, name="guide.pdf")

    def chunks(self, chunk_size=None):
        yield b"first half"
        raise OSError(errno.ENOSPC, "No space left on device")


def files(folder: Path) -> set[str]:
    return {path.name for path in folder.rglob("*") if path.is_file()}


def test_what_is_written_is_read_back(tmp_path):
    storage = WholeFileStorage(location=tmp_path)
    name = storage.save("infotheque/guide.pdf", ContentFile(b"%PDF-1.4"))
    assert (tmp_path / name).read_bytes() == b"%PDF-1.4"
    assert files(tmp_path) == {"guide.pdf"}
    assert (tmp_path / name).stat().st_mode & 0o777 == 0o644, "the web server's other processes read it"


def test_no_room_leaves_nothing(tmp_path):
    storage = WholeFileStorage(location=tmp_path)
    with pytest.raises(OSError, match="No space left"):
        storage.save("infotheque/guide.pdf", FullVolume())
    assert files(tmp_path) == set()


@pytest.fixture
def _hasty_threads():
    """They take turns after a few instructions."""
    usual = sys.getswitchinterval()
    sys.setswitchinterval(1e-6)
    yield
    sys.setswitchinterval(usual)


@pytest.mark.usefixtures("_hasty_threads")
def test_same_name_at_once_keeps_both(tmp_path):
    """Many times over: a file that replaces another does so between two instructions."""
    storage = WholeFileStorage(location=tmp_path)
    contents = [f"content {n}".encode() for n in range(8)]
    with ThreadPoolExecutor(8) as threads:
        for turn in range(100):
            name = f"{turn}/guide.pdf"
            names = list(threads.map(lambda each, name=name: storage.save(name, ContentFile(each)), contents))
            assert sorted((tmp_path / name).read_bytes() for name in names) == contents
    assert len(files(tmp_path)) > len(contents), "each has a name of its own, and no draft is left"
