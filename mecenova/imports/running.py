"""The one loop of every import: rows in batches, each written whole or not at all, every row counted once."""

import time
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator, Sequence, Set
from contextlib import AbstractContextManager, contextmanager, nullcontext
from dataclasses import dataclass, field
from itertools import chain, pairwise
from pathlib import Path
from typing import ClassVar, Generic, TypeVar

from django.db import reset_queries, transaction

from mecenova.imports.columns import Column
from mecenova.imports.errors import ImportRefused, RowRefused
from mecenova.imports.lines import CODE_PAGES
from mecenova.imports.rejects import Rejects
from mecenova.imports.report import MOST_SAMPLED, Notes, Outcome, Report, Sampled, Verdict
from mecenova.imports.seen import Seen
from mecenova.imports.tables import Row, Table

BATCH_ROWS = 500
# Rows are heavy in some files: a batch stops there too, so that memory stays bounded.
BATCH_CHARACTERS = 2_000_000

P = TypeVar("P")


class Importer(ABC, Generic[P]):
    """What one kind of file holds: `parse` looks at a row alone, `write` at the database."""

    what: ClassVar[str]
    columns: ClassVar[tuple[Column, ...]]
    # Sentences that every report of this import repeats: the rules a reader cannot guess.
    remarks: ClassVar[tuple[str, ...]] = ()
    # Fewer than usual, where a row is heavy to read.
    batch_rows: ClassVar[int | None] = None

    @abstractmethod
    def parse(self, row: Row, notes: Notes) -> P:
        """The row as values; raises RowRefused. What is left out or empty goes to the notes."""

    @abstractmethod
    def key(self, parsed: P) -> str:
        """What makes two rows one record."""

    @abstractmethod
    def write(self, parsed: Sequence[P], met: Set[str]) -> Sequence[Outcome]:
        """Write a batch whole, or raise; one outcome per row. `met` are keys of rows written before."""

    def expect(self, row: Row) -> None:
        """The row that comes once the one just parsed is written: what takes long may begin."""

    def finish(self, report: Report) -> None:
        """Every row is written: what the whole file leaves to look at. A trial has not been undone yet."""

    def told(self, parsed: P) -> Sequence[tuple[str, str]]:
        """The row as a person reads it, (label, value): what was understood, not what was written."""
        return ()


@dataclass
class Progress:
    """Told after each batch: bytes read, of how many, and the report so far."""

    position: int
    size: int
    report: Report


@dataclass
class _Batch(Generic[P]):
    most: int
    rows: list[Row] = field(default_factory=list)
    parsed: list[P] = field(default_factory=list)
    notes: list[Notes] = field(default_factory=list)
    refused: list[tuple[Row, str]] = field(default_factory=list)
    weight: int = 0

    @property
    def is_full(self) -> bool:
        return len(self.rows) + len(self.refused) >= self.most or self.weight >= BATCH_CHARACTERS


def run_import(
    path: Path,
    importer: "Importer[P]",
    *,
    commit: bool,
    rejects: Path | None = None,
    report: Report | None = None,
    tell: Callable[[Progress], None] = lambda progress: None,
) -> Report:
    """Read the whole file. Without `commit` the same writes are made, then rolled back: a trial cannot lie.

    `report` is filled as rows go, so that a caller can tell what was written before a crash.
    """
    started = time.monotonic()
    report = report or Report(what=importer.what, source=path.name, commit=commit)
    with Table(path, importer.columns) as table, Rejects(path, rejects) as refused, Seen() as seen:
        report.layout, report.separator = table.layout, table.separator
        report.remarks = list(importer.remarks)
        refused.begin(table.header)
        with _kept_only_if(commit):
            for batch in _batches(table, importer):
                _settle(batch, importer, report, refused, seen)
                tell(Progress(table.lines.position, table.size, report))
                reset_queries()
            importer.finish(report)
        if not report.read:
            raise ImportRefused(
                "Ce fichier ne contient que ses titres de colonnes\u00a0: il n’y a rien à importer."
            )
        report.blank, report.encoding = table.blank, table.lines.encoding
        if table.lines.mixed:
            report.warnings.append(
                "ce fichier mélange deux encodages, lu ligne par ligne. "
                f"En {CODE_PAGES[table.lines.code_page]}\u00a0: {table.lines.code_page_lines} "
                f"(la première est la ligne {table.lines.first_code_page_line})."
            )
        report.rejects = refused.path if refused.count else None
    report.seconds = time.monotonic() - started
    return report


def _batches(table: Table, importer: "Importer[P]") -> Iterator["_Batch[P]"]:
    batch: _Batch[P] = _Batch(importer.batch_rows or BATCH_ROWS)
    for row, following in _with_next(table):
        batch.weight += row.weight
        notes = Notes()
        try:
            if row.problem:
                raise RowRefused(row.problem)
            parsed = importer.parse(row, notes)
        except RowRefused as refusal:
            batch.refused.append((row, refusal.message))
        else:
            batch.rows.append(row)
            batch.parsed.append(parsed)
            batch.notes.append(notes)
        if following is not None:
            importer.expect(following)
        if batch.is_full:
            yield batch
            batch = _Batch(importer.batch_rows or BATCH_ROWS)
    yield batch


def _with_next(table: Table) -> Iterator[tuple[Row, Row | None]]:
    for row, following in pairwise(chain(table, (None,))):
        if row is not None:
            yield row, following


def _settle(
    batch: "_Batch[P]", importer: "Importer[P]", report: Report, refused: Rejects, seen: Seen
) -> None:
    """Write the batch, then count its rows: what is counted as written is written."""
    keys = [importer.key(parsed) for parsed in batch.parsed]
    met = seen.among(set(keys)) if keys else set()
    outcomes = importer.write(batch.parsed, met) if keys else []
    if not report.sample:
        report.sample = _first_rows(batch, importer, outcomes)
    for _, reason in batch.refused:
        report.count(Outcome.rejected(reason))
    for key, row, notes, outcome in zip(keys, batch.rows, batch.notes, outcomes, strict=True):
        report.count(outcome, notes)
        if outcome.verdict == Verdict.REJECTED:
            batch.refused.append((row, outcome.reason))
        else:
            report.duplicates += key in met
            met.add(key)
    seen.add(met)
    for row, reason in sorted(batch.refused, key=lambda refusal: refusal[0].number):
        refused.add(row, reason)


def _first_rows(batch: "_Batch[P]", importer: "Importer[P]", outcomes: Sequence[Outcome]) -> list[Sampled]:
    understood = [
        (row, outcome, importer.told(parsed))
        for row, parsed, outcome in zip(
            batch.rows[:MOST_SAMPLED], batch.parsed[:MOST_SAMPLED], outcomes[:MOST_SAMPLED], strict=True
        )
    ]
    refused = [(row, Outcome.rejected(reason), ()) for row, reason in batch.refused[:MOST_SAMPLED]]
    first = sorted([*understood, *refused], key=lambda each: each[0].number)[:MOST_SAMPLED]
    return [
        Sampled(row.number, outcome.verdict, outcome.reason, tuple((label, text) for label, text in values))
        for row, outcome, values in first
    ]


def _kept_only_if(commit: bool) -> AbstractContextManager[None]:
    return nullcontext() if commit else _rolled_back()


@contextmanager
def _rolled_back() -> Iterator[None]:
    with transaction.atomic():
        yield
        transaction.set_rollback(True)
