"""What an import did, row by row: figures that always balance, and French lines to show them."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path

from mecenova.imports.columns import Layout, in_brief
from mecenova.imports.tables import SEPARATOR_NAMES

# Different reasons and unknown words are kept up to so many: a hostile file must not fill the memory.
MOST_KEPT = 200
MOST_TOLD = 12
# The first rows of a file, as they are understood: what a person looks at before confirming.
MOST_SAMPLED = 10
OTHERS = "autres"


class Verdict(StrEnum):
    """What became of one row."""

    CREATED = "created"
    UPDATED = "updated"
    UNCHANGED = "unchanged"
    REJECTED = "rejected"


@dataclass(frozen=True, slots=True)
class Outcome:
    """The verdict on a row, with the reason of a rejection, or what the row's author should know."""

    verdict: Verdict
    reason: str = ""
    notes: tuple[str, ...] = ()

    @classmethod
    def rejected(cls, reason: str) -> "Outcome":
        return cls(Verdict.REJECTED, reason)


CREATED, UPDATED, UNCHANGED = Outcome(Verdict.CREATED), Outcome(Verdict.UPDATED), Outcome(Verdict.UNCHANGED)


@dataclass(slots=True)
class Notes:
    """What one row could not say: counted by `kind`, with the words in question when there are some."""

    said: list[tuple[str, str]] = field(default_factory=list)

    def add(self, kind: str, word: str = "") -> None:
        self.said.append((kind, word))


@dataclass(frozen=True, slots=True)
class Sampled:
    """One of the first rows: what it says (label, value), what becomes of it, and why when it is refused."""

    number: int
    verdict: Verdict
    reason: str
    values: tuple[tuple[str, str], ...]


@dataclass
class Report:
    """`read` is every row that is not blank; it is always the sum of the four verdicts."""

    what: str
    source: str
    commit: bool
    read: int = 0
    created: int = 0
    updated: int = 0
    unchanged: int = 0
    rejected: int = 0
    duplicates: int = 0
    blank: int = 0
    encoding: str = ""
    separator: str = ""
    warnings: list[str] = field(default_factory=list)
    layout: Layout = field(default_factory=Layout)
    reasons: Counter[str] = field(default_factory=Counter)
    notes: dict[str, Counter[str]] = field(default_factory=dict)
    remarks: list[str] = field(default_factory=list)
    sample: list[Sampled] = field(default_factory=list)
    # Pairs that may be one record, of which this file brings one at least: the first, in words; how many.
    alike: list[tuple[str, str]] = field(default_factory=list)
    alike_count: int = 0
    rejects: Path | None = None
    seconds: float = 0.0

    @property
    def balances(self) -> bool:
        return self.read == self.created + self.updated + self.unchanged + self.rejected

    @property
    def written(self) -> int:
        return self.created + self.updated

    def count(self, outcome: Outcome, notes: Notes | None = None) -> None:
        """One row more, with its verdict."""
        self.read += 1
        setattr(self, outcome.verdict.value, getattr(self, outcome.verdict.value) + 1)
        if outcome.verdict == Verdict.REJECTED:
            _add(self.reasons, outcome.reason)
            return
        for kind, word in notes.said if notes else ():
            _add(self.notes.setdefault(kind, Counter()), word)
        for note in outcome.notes:
            _add(self.notes.setdefault(note, Counter()), "")

    def lines(self) -> Iterator[str]:
        """The whole report, one line at a time."""
        separator = SEPARATOR_NAMES.get(self.separator, self.separator)
        yield f"Import, {self.what}\u00a0: {self.source} ({self.encoding}, séparateur {separator})"
        if not self.commit:
            yield "Essai\u00a0: rien n’est écrit dans la base. Pour écrire, relancez avec --commit."
        yield ""
        yield from _aligned(
            [
                ("lignes lues", self.read),
                ("  créées", self.created),
                ("  mises à jour", self.updated),
                ("  inchangées", self.unchanged),
                ("  rejetées", self.rejected),
            ]
        )
        sum_ = " + ".join(figure(n) for n in (self.created, self.updated, self.unchanged, self.rejected))
        yield f"{figure(self.read)} {'=' if self.balances else '≠'} {sum_}"
        yield ""
        yield from _aligned(
            [("doublons dans le fichier", self.duplicates), ("lignes vides passées", self.blank)]
        )
        yield from self._columns()
        yield from self._notes()
        yield from self._alike()
        yield from self._rejections()

    def _columns(self) -> Iterator[str]:
        layout = self.layout
        for what, names in (
            ("Colonnes facultatives absentes", layout.absent),
            ("Colonnes inconnues, non lues", layout.unknown),
            ("Colonnes écrites deux fois, la première est lue", layout.repeated),
        ):
            if names:
                yield f"{what}\u00a0: {figure(len(names))} ({in_brief(names)})"
        for sentence in (*layout.notes, *self.remarks, *self.warnings):
            yield f"À savoir\u00a0: {sentence}"

    def _notes(self) -> Iterator[str]:
        if self.notes:
            yield ""
            yield "Laissé vide ou de côté, faute de savoir\u00a0:"
            yield from _aligned([(f"  {kind}", words.total()) for kind, words in sorted(self.notes.items())])
        for kind, words in sorted(self.notes.items()):
            told = [f"«\u202f{word}\u202f» {figure(n)}" for word, n in words.most_common(MOST_TOLD) if word]
            if told:
                yield f"  {kind}\u00a0: {', '.join(told)}{', …' if len(words) > MOST_TOLD else ''}"

    def _alike(self) -> Iterator[str]:
        if self.alike_count:
            yield ""
            yield f"À comparer, peut-être un seul organisme\u00a0: {figure(self.alike_count)}"
            yield from (f"  {one} / {other}" for one, other in self.alike)
            if self.alike_count > len(self.alike):
                yield "  …"

    def _rejections(self) -> Iterator[str]:
        if not self.rejected:
            return
        yield ""
        yield "Rejets\u00a0:"
        for reason, number in self.reasons.most_common(MOST_TOLD):
            yield f"  {figure(number)} × {reason}"
        if len(self.reasons) > MOST_TOLD:
            yield "  …"
        if self.rejects:
            yield f"À corriger et à réimporter ({figure(self.rejected)})\u00a0: {self.rejects}"


def figure(number: int) -> str:
    """« 8 366 », with a narrow no-break space."""
    return f"{number:,}".replace(",", "\u202f")


def _aligned(figures: list[tuple[str, int]]) -> Iterator[str]:
    longest = max(len(label) for label, _ in figures)
    widest = max(len(figure(number)) for _, number in figures)
    for label, number in figures:
        yield f"{label:<{longest}}  {figure(number):>{widest}}"


def _add(counter: Counter[str], key: str) -> None:
    counter[key if key in counter or len(counter) < MOST_KEPT else OTHERS] += 1
