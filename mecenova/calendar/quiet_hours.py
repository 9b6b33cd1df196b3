"""When a mail that answers no act of the reader may leave."""

from datetime import UTC, datetime, time, timedelta

from mecenova.calendar.clock import PARIS, paris
from mecenova.calendar.working_days import is_public_holiday

MORNING = time(8)
EVENING = time(20)

_SUNDAY = 6


def is_quiet(moment: datetime) -> bool:
    """At night, on Sundays and on public holidays, as lived in Paris."""
    local = paris(moment)
    return not MORNING <= local.time() < EVENING or _is_day_of_rest(local)


def next_sending_time(moment: datetime) -> datetime:
    """This moment when mails may leave, otherwise the next morning on which they may."""
    if not is_quiet(moment):
        return moment.astimezone(UTC)
    local = paris(moment)
    morning = datetime.combine(local.date(), MORNING, tzinfo=PARIS)
    while morning < local or _is_day_of_rest(morning):
        morning += timedelta(days=1)
    return morning.astimezone(UTC)


def _is_day_of_rest(local: datetime) -> bool:
    return local.weekday() == _SUNDAY or is_public_holiday(local.date())
