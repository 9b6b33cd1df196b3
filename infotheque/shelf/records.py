"""The shelf's files as records: a TOML front matter between two lines of « +++ », then Markdown.

A text links to another by its slug, `[a title](shelf:slug)`, and to a page of the site by its name,
`[a list](page:companies:need_list)`: addresses are only known once the records are in the library.
"""

import re
import tomllib
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

HERE = Path(__file__).parent
TEXTS = HERE / "texts"
ELSEWHERE = HERE / "elsewhere.toml"
PUBLISHER = "Mecenova"
OWN_LICENCE = "own"
# The year these texts were written.
YEAR = 2026

_FRONT_MATTER = re.compile(r"\+\+\+\n(?P<fields>.*?)\n\+\+\+\n(?P<body>.*)", re.DOTALL)
_LINK = re.compile(r"\]\((?P<scheme>shelf|page):(?P<target>[^)\s]+)\)")


class ShelfError(ValueError):
    """A file of the shelf that cannot be read; the message names it."""


@dataclass(frozen=True)
class Record:
    """One document to be.

    `fields` are those of `infotheque.operations.create_document`; `body` is Markdown whose links are not
    resolved; `agreement` names the text of a model agreement, or is empty; `is_own` tells what was written
    here from what somebody else publishes.
    """

    slug: str
    fields: dict[str, Any]
    body: str
    sources: tuple[str, ...]
    agreement: str
    is_own: bool

    @property
    def targets(self) -> set[tuple[str, str]]:
        """What the text links to: ("shelf", slug) or ("page", name)."""
        return {(found["scheme"], found["target"]) for found in _LINK.finditer(self.body)}

    def text(self, address: Callable[[str, str], str]) -> str:
        """The Markdown with its addresses, then its sources. `address` is given a scheme and a target."""
        written = _LINK.sub(lambda found: f"]({address(found['scheme'], found['target'])})", self.body)
        if not self.sources:
            return written
        listed = "\n".join(f"- {source}" for source in self.sources)
        return f"{written.rstrip()}\n\n## Sources\n\n{listed}\n"


def records() -> list[Record]:
    """The whole shelf: what was written here, then what others publish, each in the order of its slug."""
    own = [_own(path) for path in sorted(TEXTS.glob("*.md"))]
    return [*own, *_elsewhere()]


def _own(path: Path) -> Record:
    found = _FRONT_MATTER.fullmatch(path.read_text(encoding="utf-8"))
    if found is None:
        raise ShelfError(f"{path.name} does not begin with a front matter between two lines of +++")
    try:
        fields = tomllib.loads(found["fields"])
    except tomllib.TOMLDecodeError as error:
        raise ShelfError(f"{path.name}: {error}") from error
    return Record(
        slug=path.stem,
        sources=tuple(fields.pop("sources", ())),
        agreement=fields.pop("agreement", ""),
        fields={"publisher": PUBLISHER, "licence": OWN_LICENCE, "year": YEAR} | fields,
        body=found["body"].strip() + "\n",
        is_own=True,
    )


def _elsewhere() -> list[Record]:
    listed = tomllib.loads(ELSEWHERE.read_text(encoding="utf-8"))["document"]
    return [
        Record(
            slug=fields["slug"],
            fields={name: value for name, value in fields.items() if name != "slug"},
            body="",
            sources=(),
            agreement="",
            is_own=False,
        )
        for fields in sorted(listed, key=lambda fields: fields["slug"])
    ]
