"""The process that opens files of strangers: it reaches no secret, writes nothing, and can be killed.

One line of JSON for each file asked, one for each answer. It has no connection to the database, little
memory, and whoever started it stops it when it is late.
"""

import base64
import dataclasses
import hashlib
import json
import re
import resource
import sys
from pathlib import Path
from typing import Any

from infotheque.enums import FileType
from infotheque.reading.fence import raise_fence
from infotheque.reading.office import read_office
from infotheque.reading.pdf import read_pdf
from infotheque.reading.result import LONGEST_TEXT, Unreadable
from infotheque.reading.types import type_of

MOST_MEMORY = 1024 * 1024 * 1024
# Neither PostgreSQL nor a page can hold these.
_UNPRINTABLE = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff\ufffe\uffff]+")
_SPACES = re.compile(r"[ \t]{2,}")
_LINES = re.compile(r"\s*\n\s*\n\s*")


def confine() -> None:
    """No more memory than this, no file written; no process more, where a user is not root; and a fence.

    That limit counts all that this user runs: none can be added, and those that run are left alone.
    """
    resource.setrlimit(resource.RLIMIT_AS, (MOST_MEMORY, MOST_MEMORY))
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    resource.setrlimit(resource.RLIMIT_NPROC, (0, 0))
    raise_fence()


def answer(path: Path) -> dict[str, Any]:
    """What the file at this path is and says, or why it is not kept."""
    try:
        with path.open("rb") as file:
            kind = type_of(file)
            file.seek(0)
            digest = hashlib.file_digest(file, "sha256").hexdigest()
        content = read_pdf(path) if kind == FileType.PDF else read_office(path, kind)
    except Unreadable as refusal:
        return {"refused": refusal.message}
    text = tidy(content.text)
    is_whole = content.is_text_whole and len(text) <= LONGEST_TEXT
    told = dataclasses.replace(
        content, text=text[:LONGEST_TEXT], is_text_whole=is_whole, title=tidy(content.title)[:250]
    )
    picture = base64.b64encode(told.picture).decode()
    return {"type": kind, "digest": digest, "content": dataclasses.asdict(told) | {"picture": picture}}


def tidy(text: str) -> str:
    """Printable, with single spaces and at most one blank line between two."""
    printable = _UNPRINTABLE.sub(" ", text.replace("\r\n", "\n").replace("\r", "\n"))
    return _LINES.sub("\n\n", _SPACES.sub(" ", printable)).strip()


def main() -> None:
    confine()
    for line in sys.stdin:
        try:
            told = answer(Path(json.loads(line)))
        except MemoryError:
            told = {"too_heavy": True}
        sys.stdout.write(json.dumps(told) + "\n")
        sys.stdout.flush()


if __name__ == "__main__":
    main()
