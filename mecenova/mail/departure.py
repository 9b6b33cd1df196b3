"""When a mail written now leaves: the outbox obeys it, and pages say it."""

from datetime import datetime

from mecenova.calendar import clock
from mecenova.calendar.quiet_hours import next_sending_time
from mecenova.ui.figures import day_and_hour


def departure(*, urgent: bool = False) -> datetime:
    now = clock.now()
    return now if urgent else next_sending_time(now)


def leaves() -> str:
    """« part tout de suite », or at night and on days of rest « part lundi 30 novembre 2026 à 8 h 00 »."""
    return f"part {when_it_leaves()}"


def when_it_leaves() -> str:
    moment = departure()
    return "tout de suite" if moment <= clock.now() else day_and_hour(moment)
