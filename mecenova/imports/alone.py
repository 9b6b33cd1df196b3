"""One worker at a time on a kind of work, for as long as it lives."""

from collections.abc import Iterator
from contextlib import contextmanager

from django.db import connection


@contextmanager
def alone(number: int) -> Iterator[bool]:
    """Whether this worker is the only one at it, for as long as it holds its connection.

    `number` names the work. Killed, a worker loses the lock with its connection, at once.
    """
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_lock(%s)", [number])
        mine = bool(cursor.fetchone()[0])
    try:
        yield mine
    finally:
        if mine and connection.connection is not None and not connection.needs_rollback:
            with connection.cursor() as cursor:
                cursor.execute("SELECT pg_advisory_unlock(%s)", [number])
