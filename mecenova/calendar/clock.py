"""The only source of the present moment: replace it and the whole site lives at another date."""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

PARIS = ZoneInfo("Europe/Paris")


def _system() -> datetime:
    return datetime.now(UTC)


_current: Callable[[], datetime] = _system


class FrozenClock:
    """A clock that moves only when told."""

    def __init__(self, moment: datetime) -> None:
        self.moment = _aware(moment)

    def __call__(self) -> datetime:
        return self.moment

    def advance(self, duration: timedelta) -> None:
        """Move on by this duration of real time."""
        self.moment += duration

    def move_to(self, moment: datetime) -> None:
        """Move to this moment, later or earlier."""
        self.moment = _aware(moment)


def now() -> datetime:
    """The present moment, aware, in UTC. Can be the default of a model field."""
    return _current().astimezone(UTC)


def elapsed() -> float:
    """Seconds that never go back, to bound work in time: the machine's, whatever its date becomes.

    A clock that moves only when told gives its own: what is done then does not depend on the machine's haste.
    """
    return now().timestamp() if isinstance(_current, FrozenClock) else time.monotonic()


def today() -> date:
    """The present date for people in mainland France."""
    return paris(now()).date()


def day_is_over(moment: datetime) -> bool:
    """Whether the day of that moment has ended in Paris: what is promised for a day may be kept till then."""
    return paris(moment).date() < today()


def midnight(day: date) -> datetime:
    """When that day begins in Paris, in UTC."""
    return datetime(day.year, day.month, day.day, tzinfo=PARIS).astimezone(UTC)


def paris(moment: datetime) -> datetime:
    """The same moment as read on a clock in Paris."""
    return _aware(moment).astimezone(PARIS)


def set_clock(clock: Callable[[], datetime] | None) -> None:
    """Replace the clock for the whole process; None gives back the system's."""
    global _current
    _current = clock or _system


@contextmanager
def frozen(moment: datetime) -> Iterator[FrozenClock]:
    """Stop the clock at this moment inside the block, then give back the clock found on entering."""
    former = _current
    clock = FrozenClock(moment)
    set_clock(clock)
    try:
        yield clock
    finally:
        set_clock(former)


def _aware(moment: datetime) -> datetime:
    if moment.tzinfo is None:
        raise ValueError("A moment without its time zone was given to the clock.")
    return moment
