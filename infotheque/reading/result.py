"""What reading a file gives, and how it fails."""

from dataclasses import dataclass
from pathlib import Path

# As many characters of a file's text as are kept and searched.
LONGEST_TEXT = 200_000


class Unreadable(Exception):
    """The file is not one that is kept. The message is French, and says what to do."""

    def __init__(self, message: str) -> None:
        super().__init__(message)
        self.message = message


@dataclass
class Content:
    """What stands in a file, whatever its format.

    `pages` is None when the format does not say, `picture` a PNG of the first page or nothing, `title` what
    the file calls itself. `is_text_whole` is false when the reading stopped at a bound.
    """

    pages: int | None = None
    text: str = ""
    is_text_whole: bool = True
    picture: bytes = b""
    title: str = ""


@dataclass(frozen=True)
class ReadFile:
    """A file on this machine, read: `type` is a value of FileType, `digest` its SHA-256, `size` in bytes."""

    path: Path
    name: str
    type: str
    digest: str
    size: int
    content: Content
