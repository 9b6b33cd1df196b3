"""French working days, and the clock of follow-ups that stops when people are away."""

from datetime import UTC, date, datetime, time, timedelta
from functools import cache

from dateutil.easter import easter

from mecenova.calendar.clock import PARIS, midnight, paris

LONGEST_IN_WORKING_DAYS = 30
HOUR_OF_FOLLOW_UPS = time(9)

_SATURDAY = 5
_AUGUST, _DECEMBER, _JANUARY = 8, 12, 1
_FIXED = ((1, 1), (5, 1), (5, 8), (7, 14), (8, 15), (11, 1), (11, 11), (12, 25))
_DAYS_AFTER_EASTER = (1, 39, 50)  # Easter Monday, Ascension, Whit Monday


def is_public_holiday(day: date) -> bool:
    return day in _public_holidays(day.year)


def is_weekend(day: date) -> bool:
    return day.weekday() >= _SATURDAY


def is_working_day(day: date) -> bool:
    """Monday to Friday, public holidays apart."""
    return not is_weekend(day) and not is_public_holiday(day)


def is_clock_paused(day: date) -> bool:
    """August, and 24 December to 2 January: nobody is asked to answer then."""
    return (
        day.month == _AUGUST
        or (day.month == _DECEMBER and day.day >= 24)
        or (day.month == _JANUARY and day.day <= 2)
    )


def add_working_days(day: date, n: int) -> date:
    """The n-th day after this one that is worked and on which the clock runs. With 0, the day itself."""
    if n < 0:
        raise ValueError("Working days are counted forward only.")
    while n:
        day += timedelta(days=1)
        if is_working_day(day) and not is_clock_paused(day):
            n -= 1
    return day


def morning_of(day: date) -> datetime:
    """The hour at which follow-ups of that day fall due, 9:00 in Paris."""
    return datetime.combine(day, HOUR_OF_FOLLOW_UPS, tzinfo=PARIS).astimezone(UTC)


def next_working_morning(day: date) -> datetime:
    """9:00 on the first day worked after this one, in August and at the end of the year too."""
    day += timedelta(days=1)
    while not is_working_day(day):
        day += timedelta(days=1)
    return morning_of(day)


def due_at(start: datetime, days: int) -> datetime:
    """When a follow-up falls due, at 9:00 in Paris.

    Up to 30, days are working days and the clock pauses; beyond, they are calendar days. With 0, at once.
    """
    first = paris(start).date()
    if days == 0:
        return start.astimezone(UTC)
    in_working_days = days <= LONGEST_IN_WORKING_DAYS
    day = add_working_days(first, days) if in_working_days else first + timedelta(days=days)
    return morning_of(day)


def begun_before(moment: datetime, days: int) -> datetime:
    """`due_at` read backwards: what began before this has had its days at `moment`, and nothing else has.

    Raises ValueError below one day.
    """
    if days < 1:
        raise ValueError("Days are counted from one.")
    there = paris(moment)
    day = there.date() if there.time() >= HOUR_OF_FOLLOW_UPS else there.date() - timedelta(days=1)
    if days > LONGEST_IN_WORKING_DAYS:
        return midnight(day - timedelta(days=days - 1))
    while True:
        days -= is_working_day(day) and not is_clock_paused(day)
        if not days:
            return midnight(day)
        day -= timedelta(days=1)


@cache
def _public_holidays(year: int) -> frozenset[date]:
    """The eleven public holidays of the whole country."""
    sunday = easter(year)
    movable = {sunday + timedelta(days=after) for after in _DAYS_AFTER_EASTER}
    return frozenset({date(year, month, day) for month, day in _FIXED} | movable)
