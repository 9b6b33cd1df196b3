"""A lock on a name, for what no single row stands for; released with the transaction."""

from django.db import connection


def hold(name: str) -> None:
    """Wait for whoever holds this name, then hold it until the transaction ends."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", [name])
