"""The promises on the page: this month and the last twelve, month by month.

Their counts are about what the site owes, and carry no cause and no place. A promise is hidden while fewer
than five came due; what was broken among more is always told.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from django.utils.formats import date_format

from mecenova.agenda.models import SilenceCheck
from mecenova.pages.observatory import wording
from mecenova.pages.observatory.hiding import FEWEST, shown
from mecenova.pages.observatory.tables import Line, Table
from mecenova.pages.promises import PROMISES, Promise, PromiseCount, kept_by_month
from mecenova.ui.figures import integer

YEAR = 12
# The chart of one promise: twelve columns in a frame of these units.
WIDTH, HEIGHT, COLUMN, GAP = 240, 64, 14, 6
# Of a column's part, so that it is seen.
SMALLEST = 6

# What was settled in each month, by its first day.
Year = Mapping[date, Sequence[PromiseCount]]


@dataclass(frozen=True, slots=True)
class Count:
    """`is_hidden` when fewer than five came due; then both numbers are nought."""

    kept: int = 0
    broken: int = 0
    is_hidden: bool = False

    @property
    def settled(self) -> int:
        return self.kept + self.broken


@dataclass(frozen=True, slots=True)
class Month:
    """One column of the chart: heights in its units, the broken part on top of the kept one."""

    first: date
    count: Count
    x: int
    kept_height: int
    broken_height: int

    @property
    def label(self) -> str:
        return date_format(self.first, "F Y")

    @property
    def initial(self) -> str:
        return date_format(self.first, "F")[:1].upper()

    @property
    def middle(self) -> int:
        return self.x + COLUMN // 2

    @property
    def kept_y(self) -> int:
        return HEIGHT - self.kept_height

    @property
    def broken_y(self) -> int:
        return HEIGHT - self.kept_height - self.broken_height - (1 if self.kept_height else 0)


@dataclass(frozen=True, slots=True)
class PromiseShown:
    promise: Promise
    month: Count
    year: Count
    months: tuple[Month, ...]

    @property
    def periods(self) -> tuple[tuple[str, Count], ...]:
        return (("Ce mois-ci", self.month), ("Depuis douze mois", self.year))

    @property
    def year_settled(self) -> int:
        return self.year.settled or int(self.year.is_hidden)


@dataclass(frozen=True, slots=True)
class Night:
    """What the last nightly check found."""

    at: datetime
    subjects: int
    without: int


def last_night() -> Night | None:
    check = SilenceCheck.objects.order_by("-at").first()
    return Night(check.at, check.subjects, check.violations) if check else None


def months_before(today: date) -> list[date]:
    """The first days of the last twelve months, this one included."""
    count = today.year * 12 + today.month - 1
    return [date(n // 12, n % 12 + 1, 1) for n in range(count - YEAR + 1, count + 1)]


def read(today: date) -> Year:
    """Two queries."""
    firsts = months_before(today)
    counts = kept_by_month(firsts[0], today)
    return {first: counts.get(first, []) for first in firsts}


def told(year: Year, *, whole: bool) -> tuple[PromiseShown, ...]:
    return tuple(
        _shown(promise, [_of(counts, promise) for counts in year.values()], list(year), whole=whole)
        for promise in PROMISES
    )


def _of(counts: Sequence[PromiseCount], promise: Promise) -> Count:
    found = next((each for each in counts if each.number == promise.number), None)
    return Count(found.kept, found.broken) if found else Count()


def _shown(promise: Promise, counts: list[Count], firsts: list[date], *, whole: bool) -> PromiseShown:
    year = Count(sum(each.kept for each in counts), sum(each.broken for each in counts))
    if not whole:
        clear = shown((year.settled,), dict(enumerate((each.settled,) for each in counts)))
        counts = [
            each if position in clear or not each.settled else Count(is_hidden=True)
            for position, each in enumerate(counts)
        ]
        year = year if year.settled >= FEWEST or not year.settled else Count(is_hidden=True)
    months = tuple(
        _month(first, each, position)
        for position, (first, each) in enumerate(zip(firsts, counts, strict=True))
    )
    return PromiseShown(promise, counts[-1], year, months)


def _month(first: date, count: Count, position: int) -> Month:
    """Each part is seen, however small beside the other."""
    broken = 0
    if count.broken:
        most = HEIGHT - SMALLEST - 1 if count.kept else HEIGHT
        broken = min(max(SMALLEST, round(HEIGHT * count.broken / count.settled)), most)
    kept = HEIGHT - broken - (1 if broken else 0) if count.kept else 0
    return Month(first, count, position * (COLUMN + GAP), kept, broken)


def files(promises: Sequence[PromiseShown]) -> list[Table]:
    """The two tables of promises, also drawn on the page."""
    columns = (
        *("Ce mois-ci\u00a0: tenues", "Ce mois-ci\u00a0: non tenues"),
        *("Douze mois\u00a0: tenues", "Douze mois\u00a0: non tenues"),
    )
    return [
        Table(
            "promesses",
            "Promesses tenues et non tenues",
            columns,
            ("Promesse", *columns),
            tuple(_line(shown) for shown in promises),
        ),
        Table(
            "promesses-par-mois",
            "Promesses tenues et non tenues, mois par mois",
            ("Mois", "Tenues", "Non tenues"),
            ("Promesse", "Mois", "Tenues", "Non tenues"),
            tuple(_monthly(shown, month) for shown in promises for month in shown.months),
        ),
    ]


def said(count: Count) -> tuple[str, str]:
    if count.is_hidden:
        return (wording.HIDDEN, wording.HIDDEN)
    if not count.settled:
        return (wording.NOTHING, wording.NOTHING)
    return (integer(count.kept), integer(count.broken))


def _values(count: Count) -> tuple[object, object]:
    return (wording.HIDDEN, wording.HIDDEN) if count.is_hidden else (count.kept, count.broken)


def _line(shown: PromiseShown) -> Line:
    return Line(
        str(shown.promise.number),
        f"{shown.promise.number}. {shown.promise.title}",
        (*said(shown.month), *said(shown.year)),
        (*_values(shown.month), *_values(shown.year)),
    )


def _monthly(shown: PromiseShown, month: Month) -> Line:
    return Line(
        f"{shown.promise.number}-{month.first:%Y-%m}",
        f"{shown.promise.number}. {shown.promise.title}",
        (month.label, *said(month.count)),
        (f"{month.first:%Y-%m}", *_values(month.count)),
    )
