"""The rows of the live database, as of one moment, carried into another one. Nothing live is locked.

Everything is read inside one read-only snapshot: people go on writing meanwhile, and none of it is seen.
"""

from typing import Any

import psycopg
from psycopg import sql

from mecenova.rehearsal.scratch import connected

# Sessions open doors, administration lines bore, migrations are the copy's own, and previews do not nest.
LEFT_BEHIND = frozenset(
    {
        "django_session",
        "mfa_authenticator",
        "django_admin_log",
        "django_migrations",
        "rehearsal_preview",
        "rehearsal_previewline",
    }
)
# A mail that has left is not laid out again, and its page weighs more than all the rest of its row.
WITHOUT = {("mail_outgoingmail", "html"): "CASE status WHEN 'sent' THEN '' ELSE html END"}
_TABLES = "SELECT tablename FROM pg_tables WHERE schemaname = 'public' ORDER BY tablename"
# Generated columns are not written, only computed.
_COLUMNS = """
SELECT column_name FROM information_schema.columns
WHERE table_schema = 'public' AND table_name = %s AND is_generated = 'NEVER' ORDER BY ordinal_position
"""
_COUNTERS = """
SELECT table_name, column_name FROM information_schema.columns
WHERE table_schema = 'public' AND is_identity = 'YES' ORDER BY table_name
"""

Connection = psycopg.Connection[Any]


def copy_rows(name: str) -> None:
    """Empty that database and fill it with the rows of the configured one, all or nothing."""
    with connected() as live, connected(name) as scratch:
        live.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY")
        known = set(_tables(live))
        scratch.execute("SET CONSTRAINTS ALL DEFERRED")
        _empty(scratch)
        for table in _tables(scratch):
            if table in known - LEFT_BEHIND:
                _copy(table, live, scratch)
        _move_counters(scratch)
        live.rollback()
    with connected(name, autocommit=True) as scratch:
        # Freshly written tables look empty to the planner until it is told.
        scratch.execute("ANALYZE")


def empty(name: str) -> None:
    """Nobody's data stay in a database that nobody looks after."""
    with connected(name) as scratch:
        _empty(scratch)


def _tables(connection: Connection) -> list[str]:
    return [table for (table,) in connection.execute(_TABLES)]


def _empty(scratch: Connection) -> None:
    tables = [sql.Identifier(table) for table in _tables(scratch) if table != "django_migrations"]
    if tables:
        scratch.execute(sql.SQL("TRUNCATE {}").format(sql.SQL(", ").join(tables)))


def _copy(table: str, live: Connection, scratch: Connection) -> None:
    columns = [name for (name,) in scratch.execute(_COLUMNS, [table])]
    reading = sql.SQL("COPY (SELECT {} FROM {}) TO STDOUT (FORMAT binary)").format(
        sql.SQL(", ").join(_value(table, column) for column in columns), sql.Identifier(table)
    )
    writing = sql.SQL("COPY {} ({}) FROM STDIN (FORMAT binary)").format(
        sql.Identifier(table), sql.SQL(", ").join(map(sql.Identifier, columns))
    )
    with (
        live.cursor() as source,
        scratch.cursor() as target,
        source.copy(reading) as rows,
        target.copy(writing) as copy,
    ):
        for block in rows:
            copy.write(block)


def _value(table: str, column: str) -> sql.Composable:
    written = WITHOUT.get((table, column))
    return sql.SQL(written) if written else sql.Identifier(column)


def _move_counters(scratch: Connection) -> None:
    """New rows take numbers after the copied ones."""
    for table, column in list(scratch.execute(_COUNTERS)):
        scratch.execute(
            sql.SQL(
                "SELECT setval(pg_get_serial_sequence({}, {}), COALESCE(max({}), 0) + 1, false) FROM {}"
            ).format(sql.Literal(table), sql.Literal(column), sql.Identifier(column), sql.Identifier(table))
        )
