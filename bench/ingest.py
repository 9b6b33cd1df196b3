"""Ingest: ordinary PDFs a second for one worker, and memory against the size of the files.

Files are kept in a folder, as a server keeps them. Times on a shared machine are noisy: the bound is on files
per second of processor (the worker and the process that reads; what the database spends is told beside).
"""

import math
import os
import random
import resource
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from django.conf import settings
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import override_settings

from accounts.models import User
from bench._workers import database_processor
from infotheque.ingesting import read_waiting
from infotheque.models import DocumentFile
from infotheque.operations import bring_files
from infotheque.operations.deposits import MOST_FILES
from infotheque.reading.reader import Reader

FILES, PAGES, LINES = 200, 8, 42
SLOWEST_PER_SECOND = 20
# What the process holds more for the largest file than for an ordinary one, in sizes of that file: its bytes,
# what the reader of PDF makes of them, and what is sent back. A copy more would be one time more.
MOST_TIMES_THE_FILE = 4
WORDS = [
    "mécénat",
    "association",
    "entreprise",
    "convention",
    "projet",
    "salarié",
    "mission",
    "bilan",
    "territoire",
    "partenaire",
]


def run() -> None:
    chance = random.Random(2009)
    contents = [ordinary_pdf(chance) for _ in range(FILES)]
    print(f"{FILES} PDFs of {PAGES} pages, {sum(map(len, contents)) // FILES // 1024} kB each")
    with tempfile.TemporaryDirectory() as place:
        folder = Path(place)
        for number, content in enumerate(contents):
            (folder / f"{number}.pdf").write_bytes(content)
        reading = _measured("reading alone", lambda: _read_all(folder))
    with tempfile.TemporaryDirectory() as place, override_settings(STORAGES=_storages(place)):
        _bring_all(contents)
        kept = _measured("deposit to shelf, by the worker's loop", read_waiting)
        assert DocumentFile.objects.count() == FILES
    print(
        f"keeping costs {reading[1] / kept[1]:.1f} times reading alone, "
        f"{reading[0] / kept[0]:.1f} by the clock"
    )
    _assert_memory_is_bounded(contents[0])
    assert kept[1] > SLOWEST_PER_SECOND, f"fewer than {SLOWEST_PER_SECOND} files per second of processor"


def _assert_memory_is_bounded(ordinary: bytes) -> None:
    heavy = heavy_pdf()
    megabytes = len(heavy) / 1024**2
    small, large = _peak(ordinary), _peak(heavy)
    times = (large - small) / megabytes
    print(
        f"memory of the reading process: {small:.0f} MB for an ordinary file, {large:.0f} MB for one of "
        f"{megabytes:.0f}: {times:.1f} times the file more (bound {MOST_TIMES_THE_FILE})"
    )
    # Where the system does not tell what another process held, there is nothing to compare.
    assert math.isnan(times) or times <= MOST_TIMES_THE_FILE, "reading holds too many copies of a file"


def ordinary_pdf(chance: random.Random) -> bytes:
    """Pages of text in a standard font, as a word processor exports them, uncompressed."""
    pages = []
    for _ in range(PAGES):
        lines = [" ".join(chance.choices(WORDS, k=11)) for _ in range(LINES)]
        shown = "".join(f"({line}) Tj T* " for line in lines)
        pages.append(f"BT /F1 11 Tf 13 TL 50 790 Td {shown}ET".encode("cp1252"))
    return _pdf(pages)


def heavy_pdf() -> bytes:
    """One page, and a stream that nothing shows: as heavy as a file may be."""
    page = b"BT /F1 11 Tf 50 790 Td (Un rapport illustr\xe9) Tj ET"
    return _pdf([page], unused=random.Random(1).randbytes(19 * 1024 * 1024))


def _pdf(pages: list[bytes], unused: bytes = b"") -> bytes:
    kids = " ".join(f"{4 + 2 * number} 0 R" for number in range(len(pages)))
    objects = [
        b"<</Type/Catalog/Pages 2 0 R>>",
        f"<</Type/Pages/Count {len(pages)}/Kids[{kids}]>>".encode(),
        b"<</Type/Font/Subtype/Type1/BaseFont/Helvetica/Encoding/WinAnsiEncoding>>",
    ]
    for number, page in enumerate(pages):
        objects.append(
            f"<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]/Contents {5 + 2 * number} 0 R"
            "/Resources<</Font<</F1 3 0 R>>>>>>".encode()
        )
        objects.append(_stream(page))
    objects.append(_stream(unused))
    written, places = bytearray(b"%PDF-1.4\n"), []
    for number, each in enumerate(objects, 1):
        places.append(len(written))
        written += b"%d 0 obj\n%s\nendobj\n" % (number, each)
    start = len(written)
    written += b"xref\n0 %d\n0000000000 65535 f \n" % (len(objects) + 1)
    written += b"".join(b"%010d 00000 n \n" % place for place in places)
    written += b"trailer<</Root 1 0 R/Size %d>>\nstartxref\n%d\n%%%%EOF" % (len(objects) + 1, start)
    return bytes(written)


def _stream(content: bytes) -> bytes:
    return b"<</Length %d>>\nstream\n%s\nendstream" % (len(content), content)


def _read_all(folder: Path) -> None:
    with Reader() as reader:
        for path in folder.iterdir():
            assert reader.read(path, path.name).content.pages == PAGES


def _storages(place: str) -> dict[str, dict[str, object]]:
    in_folder = {"BACKEND": "django.core.files.storage.FileSystemStorage", "OPTIONS": {"location": place}}
    return settings.STORAGES | {"default": in_folder}


def _bring_all(contents: list[bytes]) -> None:
    staff = User.objects.create_user("banc@ims.example", is_staff=True)
    for first in range(0, len(contents), MOST_FILES):
        batch = contents[first : first + MOST_FILES]
        files = [SimpleUploadedFile(f"{first + n}.pdf", content) for n, content in enumerate(batch)]
        bring_files(files=files, by=staff)


def _measured(what: str, work: Callable[[], object]) -> tuple[float, float]:
    """Files per second, by the clock and of processor."""
    started, spent, database = time.perf_counter(), _processor(), database_processor()
    work()
    seconds, processor = time.perf_counter() - started, _processor() - spent
    database = 1000 * (database_processor() - database) / FILES
    print(
        f"{what}: {FILES / seconds:.0f} files/s, {FILES / processor:.0f} per second of processor, "
        f"{database:.0f} ms a file in the database; load of the machine {os.getloadavg()[0]:.1f}"
    )
    return FILES / seconds, FILES / processor


def _processor() -> float:
    used = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    return sum(each.ru_utime + each.ru_stime for each in used)


def _peak(content: bytes) -> float:
    """The most memory that the reading process held, in megabytes; Linux tells it while it lives."""
    with tempfile.NamedTemporaryFile() as file, Reader() as reader:
        file.write(content)
        file.flush()
        reader.read(Path(file.name), "x.pdf")
        if sys.platform != "linux":
            return float("nan")
        status = Path(f"/proc/{reader.pid}/status").read_text()
    line = next(line for line in status.splitlines() if line.startswith("VmHWM"))
    return int(line.split()[1]) / 1024
