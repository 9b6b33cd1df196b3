"""What a year is judged by, whatever the rules it was lived under."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import pairwise
from statistics import median


@dataclass(frozen=True, slots=True)
class Spread:
    """How unequal some numbers are."""

    gini: float
    lowest: float
    median: float
    highest: float
    none: int
    number: int


@dataclass(frozen=True, slots=True)
class Requests:
    """Introductions that were asked for, long enough ago for their delay to have run."""

    asked: int = 0
    answered: int = 0
    answered_in_time: int = 0
    released: int = 0
    released_in_time: int = 0

    @property
    def silent(self) -> int:
        """Neither answered nor released: the asking side never knew."""
        return self.asked - self.answered - self.released


@dataclass(frozen=True, slots=True)
class Promise:
    number: int
    title: str
    kept: int
    broken: int
    detail: str = ""


@dataclass(frozen=True, slots=True)
class Unattended:
    """Delays of the fourth promise that ran out, by what was lacking first: a company that suits; one that
    might be shown the association, for the first time or again; a place. The last lacked nothing."""

    no_company: int = 0
    none_new: int = 0
    no_place: int = 0
    place_left: int = 0


@dataclass(frozen=True, slots=True)
class Figures:
    silence_longest: float
    silence_p95: float
    silence_median: float
    requests: Requests
    presentations: Spread
    mails_mean: float
    mails_p95: float
    mails_most: int
    # Minutes to the welcome with odds, days to a human check, days from there to a first presentation.
    welcome_minutes: float | None
    check_days: float | None
    presentation_days: float | None
    staff_hours_mean: float
    staff_hours_most: float
    partnerships: int
    signed: int
    promises: tuple[Promise, ...] = ()
    unattended: Unattended = Unattended()
    nights_without_step: int = 0

    @property
    def broken(self) -> int:
        """Promises 1, 2, 3, 5 and 6; the fourth depends on how much attention companies give."""
        return sum(promise.broken for promise in self.promises if promise.number != 4)


def longest_silence(
    begun: datetime, ended: datetime, news: Iterable[datetime], away: Sequence[tuple[datetime, datetime]] = ()
) -> float:
    """Days between two news, at most, from the sign-up on; a pause that was asked for is no silence."""
    moments = [begun, *sorted(moment for moment in news if begun < moment < ended), ended]
    return max(_waited(first, last, away) for first, last in pairwise(moments)) / timedelta(days=1)


def _waited(first: datetime, last: datetime, away: Sequence[tuple[datetime, datetime]]) -> timedelta:
    waited = last - first
    for begins, ends in away:
        waited -= max(timedelta(0), min(last, ends) - max(first, begins))
    return max(timedelta(0), waited)


def spread(numbers: Sequence[float]) -> Spread:
    ordered = sorted(numbers)
    total = sum(ordered)
    if not total:
        return Spread(0.0, 0, 0, 0, len(ordered), len(ordered))
    weighted = sum(rank * number for rank, number in enumerate(ordered, start=1))
    gini = 2 * weighted / (len(ordered) * total) - (len(ordered) + 1) / len(ordered)
    none = sum(not number for number in ordered)
    return Spread(gini, ordered[0], median(ordered), ordered[-1], none, len(ordered))


def percentile(numbers: Sequence[float], share: float) -> float:
    ordered = sorted(numbers)
    return ordered[min(len(ordered) - 1, int(share * len(ordered)))] if ordered else 0.0


def middle(numbers: Sequence[float]) -> float | None:
    return median(numbers) if numbers else None
