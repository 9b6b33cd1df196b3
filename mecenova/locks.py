"""Locks on a name, for what no single row stands for.

A name is « room.work », and « :whose » where it is one's own: no two pieces of work bear the same.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import TypeVar

from django.db import OperationalError, connection, transaction
from django.http import Http404
from psycopg.errors import LockNotAvailable

T = TypeVar("T")

# PostgreSQL locks a number: the one that a name gives.
NUMBER_OF_NAME = "hashtextextended(%s, 0)"


def hold(name: str) -> None:
    """Wait for whoever holds this name, then hold it until the transaction ends."""
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT pg_advisory_xact_lock({NUMBER_OF_NAME})", [name])


def hold_if_free(name: str) -> bool:
    """Hold this name until the transaction ends; False when somebody else does."""
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT pg_try_advisory_xact_lock({NUMBER_OF_NAME})", [name])
        return bool(cursor.fetchone()[0])


def hold_within(name: str, patience: timedelta) -> bool:
    """`hold`, waiting so long at most for whoever holds this name; False when that was not enough."""
    milliseconds = max(1, round(patience.total_seconds() * 1000))
    with connection.cursor() as cursor:
        try:
            with transaction.atomic():
                cursor.execute("SELECT set_config('lock_timeout', %s, true)", [f"{milliseconds}ms"])
                cursor.execute(f"SELECT pg_advisory_xact_lock({NUMBER_OF_NAME})", [name])
        except OperationalError as error:
            if isinstance(error.__cause__, LockNotAvailable):
                return False
            raise
        # What the transaction waits for from here on is bounded as everywhere.
        cursor.execute("SET LOCAL lock_timeout TO DEFAULT")
        return True


@contextmanager
def alone(name: str) -> Iterator[bool]:
    """Whether this worker is the only one at this work, for as long as it holds its connection.

    Killed, a worker loses the lock with its connection, at once.
    """
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT pg_try_advisory_lock({NUMBER_OF_NAME})", [name])
        mine = bool(cursor.fetchone()[0])
    try:
        yield mine
    finally:
        if mine and connection.connection is not None and not connection.needs_rollback:
            with connection.cursor() as cursor:
                cursor.execute(f"SELECT pg_advisory_unlock({NUMBER_OF_NAME})", [name])


def once_more(act: Callable[[], T]) -> T:
    """What this gives; begun again where what it waited for had changed hands meanwhile (docs/adr/0014).

    It takes the row then as it has become: whoever answered as two records were made one has answered.
    """
    try:
        return act()
    except Http404:
        return act()
