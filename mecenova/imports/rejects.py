"""The rows that were refused, with their line and the reason: a file to correct and to bring back."""

import csv
import os
import tempfile
from collections.abc import Sequence
from pathlib import Path
from types import TracebackType
from typing import IO, Any, Self

from mecenova.identifiers.names import fold
from mecenova.identifiers.spreadsheets import inert
from mecenova.imports.errors import ImportRefused
from mecenova.imports.tables import Row

_MOST_NUMBERED = 10_000


class Rejects:
    """Its place is tried before the first row, so that a folder closed to writing is told before anything is
    written; the file is made with its first row, and an import that is killed before leaves none.

    A file that exists is never overwritten: a chosen name is refused, the usual one takes a number.
    """

    def __init__(self, source: Path, chosen: Path | None) -> None:
        self.count = 0
        self._source, self._chosen = source, chosen
        self.path = _place(source, chosen)
        self._file: IO[str] | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._file is not None:
            self._file.close()

    def begin(self, header: Sequence[str]) -> None:
        """The columns of the file follow ours, unless it is itself a corrected file of rejects."""
        self._kept = [place for place, title in enumerate(header) if fold(title) not in {"ligne", "raison"}]
        self._wide = len(header)
        self._header = ["ligne", "raison", *(inert(header[place]) for place in self._kept)]

    def add(self, row: Row, reason: str) -> None:
        whole = len(row.cells) >= self._wide
        places = [*self._kept, *range(self._wide, len(row.cells))] if whole else range(len(row.cells))
        self._written().writerow([row.number, reason, *(inert(row.cells[place]) for place in places)])
        self.count += 1

    def _written(self) -> Any:
        if self._file is None:
            self._file, self.path = _created(self._source, self._chosen)
            self._writer = csv.writer(self._file, delimiter=";", lineterminator="\r\n")
            self._writer.writerow(self._header)
        return self._writer


def _place(source: Path, chosen: Path | None) -> Path:
    """Where the file would be; a folder that takes no file is told, and nothing is left in it."""
    path = chosen or _free(source)
    if os.path.lexists(path):
        raise _taken(path)
    try:
        tempfile.TemporaryFile(dir=path.parent).close()
        # A name that no disk takes.
        os.stat(path)
    except FileNotFoundError as missing:
        if not path.parent.is_dir():
            raise _closed(path) from missing
    except (OSError, ValueError):
        raise _closed(path) from None
    return path


def _created(source: Path, chosen: Path | None) -> tuple[IO[str], Path]:
    while True:
        path = chosen or _free(source)
        try:
            return path.open("x", encoding="utf-8-sig", newline=""), path
        except FileExistsError:
            # Of two imports of one file, the other was first to refuse a row.
            if chosen:
                raise _taken(path) from None
        except (OSError, ValueError):
            raise _closed(path) from None


def _free(source: Path) -> Path:
    """In the folder where the command runs: the file's own folder may be shared or read-only."""
    for number in range(1, _MOST_NUMBERED):
        path = Path(f"{source.name}.rejets{'' if number == 1 else f'-{number}'}.csv")
        if not os.path.lexists(path):
            return path
    raise ImportRefused(
        "Trop de fichiers de rejets ici\u00a0: rangez-les, ou choisissez un nom avec --rejects."
    )


def _taken(path: Path) -> ImportRefused:
    return ImportRefused(
        f"Le fichier de rejets «\u202f{path}\u202f» existe déjà\u00a0: "
        "choisissez un autre nom, ou déplacez-le."
    )


def _closed(path: Path) -> ImportRefused:
    return ImportRefused(
        f"Le fichier de rejets «\u202f{path}\u202f» ne peut pas être écrit\u00a0: "
        "choisissez un autre dossier avec --rejects."
    )
