"""A worker whose clock is wrong must not act: it would send tomorrow's mails, or last month's."""

import logging
from datetime import timedelta

from django.conf import settings
from django.db import connection

from mecenova.calendar import clock

logger = logging.getLogger(__name__)

TOLERANCE = timedelta(minutes=5)


def clock_agrees_with_database() -> bool:
    """Whether this process and the database live at the same time; asked by each sweep before it acts.

    A life apart (mecenova.rehearsal) has a clock of its own and a database that nobody else uses.
    """
    if settings.VIRTUAL_CLOCK:
        return True
    with connection.cursor() as cursor:
        cursor.execute("SELECT clock_timestamp()")
        (database_time,) = cursor.fetchone()
    difference = abs(clock.now() - database_time)
    if difference > TOLERANCE:
        logger.error("Sweep refused: this clock and the database's differ by %s", difference)
        return False
    return True
