"""What reading a file gives, and how it fails."""

from dataclasses import dataclass
from pathlib import Path

# As much of a file's text as is kept and searched.
LONGEST_TEXT = 200_000


class Unreadable(Exception):
    """The file is not one that is kept. The message is French, and says what to do."""

    def __init__(self, message: str) -> None:
        super().__init__(message)
        self.message = message


@dataclass(frozen=True)
class ReadFile:
    """A file on this machine and what was found in it.

    `type` is a value of FileType, `digest` the SHA-256 of its bytes, `size` their number, `pages`
    None when its format does not say, `picture` a PNG of its first page or nothing, `title` what the file
    itself calls itself.
    """

    path: Path
    name: str
    type: str
    digest: str
    size: int
    pages: int | None = None
    text: str = ""
    is_text_whole: bool = True
    picture: bytes = b""
    title: str = ""
