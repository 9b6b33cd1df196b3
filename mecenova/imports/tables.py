"""A CSV file as rows: separator and columns found, broken quotes kept to their lines, memory bounded."""

import contextlib
import csv
import os
import shutil
import stat
import tempfile
from collections import deque
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import IO, Self

from mecenova.identifiers.names import fold
from mecenova.identifiers.spreadsheets import FORMULA_STARTS
from mecenova.imports.columns import Column, Layout, known_labels, laid_out
from mecenova.imports.errors import ImportRefused
from mecenova.imports.lines import LONGEST_LINE, Line, Lines

SEPARATORS = (";", ",", "\t")
SEPARATOR_NAMES = {";": "point-virgule", ",": "virgule", "\t": "tabulation"}
# A quote that nothing closes swallows what follows: so many times it is put right line by line.
MOST_REPAIRS = 100
SHOWN_OF_A_BROKEN_ROW = 2000
ESCAPED_BY_REJECTS = tuple(f"'{start}" for start in FORMULA_STARTS)

_OPEN_QUOTE = (
    "un guillemet ouvert sur cette ligne n’est pas refermé\u00a0: "
    "fermez-le, ou doublez-le s’il fait partie du texte"
)
_TOO_LONG = "cette ligne est trop longue pour être une ligne du fichier"


@dataclass(frozen=True, slots=True)
class Row:
    """One row that is not blank. `problem` when its cells cannot be told apart; it counts all the same."""

    number: int
    cells: list[str]
    places: dict[str, int]
    weight: int = 0
    problem: str = ""

    def __getitem__(self, column: str) -> str:
        """The trimmed cell of a known column, empty when the file does not have it."""
        place = self.places.get(column)
        return self.cells[place].strip() if place is not None and place < len(self.cells) else ""


class Table:
    """Opens a path, finds its separator and its columns, then iterates over its rows.

    Raises ImportRefused for what is no CSV, or a CSV without a required column.
    """

    def __init__(self, path: Path, columns: Sequence[Column]) -> None:
        self.blank = 0
        self._file = _opened(path)
        try:
            self.size = os.fstat(self._file.fileno()).st_size
            self.lines = Lines(self._file)
            self._feed = _Feed(self.lines)
            csv.field_size_limit(max(csv.field_size_limit(), 2 * LONGEST_LINE))
            self.separator = self._find_separator(columns)
            self._reader = csv.reader(self._feed, delimiter=self.separator, skipinitialspace=True)
            self.header = self._read_header()
            self.layout: Layout = laid_out(self.header, columns)
        except BaseException:
            self._file.close()
            raise
        self._wide = max(place for place, title in enumerate(self.header) if title.strip()) + 1
        # Our own rejects, corrected and brought back: their cells were protected from spreadsheets.
        self._is_rejects = {"ligne", "raison"} <= {fold(title) for title in self.header}
        if self._is_rejects:
            self.layout.unknown = [
                each for each in self.layout.unknown if fold(each) not in {"ligne", "raison"}
            ]

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._file.close()

    def __iter__(self) -> Iterator[Row]:
        repairs = 0
        while True:
            self._feed.begin()
            try:
                cells, problem = next(self._reader), ""
            except StopIteration:
                return
            except (csv.Error, _RecordTooLong):
                cells, problem = [], _OPEN_QUOTE if len(self._feed.taken) > 1 else _TOO_LONG
            if not problem and self._feed.left_open(self.separator):
                problem = _OPEN_QUOTE
            if problem and repairs < MOST_REPAIRS:
                repairs += 1
                self._feed.give_back()
            row = self._row(cells, problem)
            if problem or any(cell and not cell.isspace() for cell in cells):
                yield row
            else:
                self.blank += 1

    def _row(self, cells: list[str], problem: str) -> Row:
        taken = self._feed.taken
        number = taken[0].number
        if problem:
            last = taken[-1].number
            if last > number:
                problem = f"{problem} (lignes {number} à {last} non lues)"
            return Row(number, [taken[0].text[:SHOWN_OF_A_BROKEN_ROW].rstrip("\r\n")], {}, problem=problem)
        wide = self._wide
        while len(cells) > wide and not cells[-1].strip():
            cells.pop()
        if len(cells) != wide and any(cell.strip() for cell in cells):
            problem = (
                f"cette ligne a {len(cells)} colonnes au lieu de {wide}\u00a0: "
                "un séparateur ou un saut de ligne y est mal placé"
            )
        if self._is_rejects:
            cells = [cell[1:] if cell.startswith(ESCAPED_BY_REJECTS) else cell for cell in cells]
        return Row(number, cells, self.layout.places, weight=self._feed.weight, problem=problem)

    def _find_separator(self, columns: Sequence[Column]) -> str:
        """The one that finds the most known columns in the first line that says something."""
        line = self._first_line_that_says_something()
        if line.strip().lower().startswith("sep="):  # Written by spreadsheets for themselves.
            line = self._first_line_that_says_something()
        self._feed.give_back_last()
        known = known_labels(columns)

        def columns_found(separator: str) -> tuple[int, int]:
            titles = next(csv.reader([line], delimiter=separator, skipinitialspace=True), [])
            return len({fold(title) for title in titles} & known.keys()), len(titles)

        return max(SEPARATORS, key=columns_found)

    def _first_line_that_says_something(self) -> str:
        try:
            for line in self._feed:
                if line.strip():
                    return line
                self._feed.begin()
        except _RecordTooLong as error:
            raise ImportRefused(
                "La première ligne est démesurée\u00a0: ce fichier n’est pas un CSV avec ses colonnes."
            ) from error
        raise ImportRefused("Ce fichier ne contient que des lignes vides. Choisissez un autre fichier.")

    def _read_header(self) -> list[str]:
        self._feed.begin()
        try:
            return next(self._reader)
        except (csv.Error, _RecordTooLong, StopIteration) as error:
            raise ImportRefused(
                "La première ligne ne se lit pas comme des noms de colonnes\u00a0: vérifiez ses guillemets."
            ) from error


class _RecordTooLong(Exception):
    """The record holds more than any row should; most often a quote nothing closes."""


class _Feed:
    """Gives lines to the csv reader, remembers those of the present record, and can take them back."""

    def __init__(self, lines: Lines) -> None:
        self.taken: list[Line] = []
        self.weight = 0
        self._lines = lines
        self._again: deque[Line] = deque()

    def __iter__(self) -> Iterator[str]:
        return self

    def __next__(self) -> str:
        line = self._again.popleft() if self._again else next(self._lines)
        self.taken.append(line)
        self.weight += len(line.text)
        if line.cut or self.weight > LONGEST_LINE:
            raise _RecordTooLong
        return line.text

    def begin(self) -> None:
        self.taken = []
        self.weight = 0

    def give_back(self) -> None:
        """All lines of the record but the first will be read again."""
        self._again.extendleft(reversed(self.taken[1:]))
        del self.taken[1:]

    def give_back_last(self) -> None:
        self._again.appendleft(self.taken[-1])

    def left_open(self, separator: str) -> bool:
        """Whether the record's quotes are wrong over several lines, or open at the end of the file.

        A stray quote closes by chance on another row's quote, and text follows it: a strict reading tells.
        """
        last = self.taken[-1].text
        if len(self.taken) == 1 and (last.endswith(("\n", "\r")) or '"' not in last):
            return False
        lines = [line.text for line in self.taken]
        try:
            list(csv.reader(lines, delimiter=separator, skipinitialspace=True, strict=True))
        except csv.Error as error:
            return len(self.taken) > 1 or "unexpected end" in str(error)
        return False


def _opened(path: Path) -> IO[bytes]:
    """The file itself, or a copy of what is no ordinary file: a pipe has no size and is read once."""
    try:
        if path.is_dir():
            raise ImportRefused(
                f"«\u202f{path.name or path}\u202f» est un dossier. Indiquez le fichier CSV qu’il contient."
            )
        file = path.open("rb")
    except FileNotFoundError:
        raise ImportRefused(
            f"Le fichier «\u202f{path}\u202f» n’existe pas. Vérifiez son nom et son dossier."
        ) from None
    except PermissionError:
        raise ImportRefused(
            f"Vous n’avez pas le droit de lire «\u202f{path}\u202f». Demandez l’accès au fichier."
        ) from None
    except (OSError, ValueError):
        raise ImportRefused(
            f"Le fichier «\u202f{path}\u202f» ne s’ouvre pas. Vérifiez son nom et son disque."
        ) from None
    if stat.S_ISREG(os.fstat(file.fileno()).st_mode):
        return file
    with contextlib.closing(file):
        copy = tempfile.TemporaryFile()  # noqa: SIM115
        shutil.copyfileobj(file, copy)
    copy.seek(0)
    return copy
