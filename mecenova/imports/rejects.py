"""The rows that were refused, with their line and the reason: a file to correct and to bring back."""

import csv
import os
from collections.abc import Sequence
from pathlib import Path
from types import TracebackType
from typing import IO, Self

from mecenova.identifiers.names import fold
from mecenova.identifiers.spreadsheets import inert
from mecenova.imports.errors import ImportRefused
from mecenova.imports.tables import Row

_MOST_NUMBERED = 10_000


class Rejects:
    """Opened before the first row, so that a folder closed to writing is told before anything is written.

    A file that exists is never overwritten: a chosen name is refused, the usual one takes a number.
    Left without a row, it is removed.
    """

    def __init__(self, source: Path, chosen: Path | None) -> None:
        self.count = 0
        self._file, self.path = _created(chosen) if chosen else _created_beside(source)
        self._writer = csv.writer(self._file, delimiter=";", lineterminator="\r\n")

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._file.close()
        if not self.count:
            self.path.unlink(missing_ok=True)

    def begin(self, header: Sequence[str]) -> None:
        """The columns of the file follow ours, unless it is itself a corrected file of rejects."""
        self._kept = [place for place, title in enumerate(header) if fold(title) not in {"ligne", "raison"}]
        self._wide = len(header)
        self._writer.writerow(["ligne", "raison", *(inert(header[place]) for place in self._kept)])

    def add(self, row: Row, reason: str) -> None:
        whole = len(row.cells) >= self._wide
        places = [*self._kept, *range(self._wide, len(row.cells))] if whole else range(len(row.cells))
        self._writer.writerow([row.number, reason, *(inert(row.cells[place]) for place in places)])
        self.count += 1


def _created(path: Path) -> tuple[IO[str], Path]:
    try:
        return path.open("x", encoding="utf-8-sig", newline=""), path
    except FileExistsError:
        raise ImportRefused(
            f"Le fichier de rejets «\u202f{path}\u202f» existe déjà\u00a0: "
            "choisissez un autre nom, ou déplacez-le."
        ) from None
    except (OSError, ValueError):
        raise ImportRefused(
            f"Le fichier de rejets «\u202f{path}\u202f» ne peut pas être écrit\u00a0: "
            "choisissez un autre dossier avec --rejects."
        ) from None


def _created_beside(source: Path) -> tuple[IO[str], Path]:
    """In the folder where the command runs: the file's own folder may be shared or read-only."""
    for number in range(1, _MOST_NUMBERED):
        path = Path(f"{source.name}.rejets{'' if number == 1 else f'-{number}'}.csv")
        if not os.path.lexists(path):
            return _created(path)
    raise ImportRefused(
        "Trop de fichiers de rejets ici\u00a0: rangez-les, ou choisissez un nom avec --rejects."
    )
