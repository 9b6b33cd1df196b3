"""Puts the database back as the migrations left it after a test that commits.

Django empties every table after such a test, reference data included. Here the rows that the migrations wrote
are kept aside in a schema of their own and copied back, so any order of tests works, and so does --reuse-db.
"""

from collections.abc import Iterator

import pytest
from django.db import connection, transaction
from django.db.backends.utils import CursorWrapper
from django.test import TransactionTestCase

ASIDE = "as_migrated"
KEPT = ("django_migrations",)


def _rows(sql: str, *parameters: object) -> list[tuple]:
    with connection.cursor() as cursor:
        cursor.execute(sql, parameters)
        return cursor.fetchall()


def _tables(schema: str) -> list[str]:
    sql = "SELECT tablename FROM pg_tables WHERE schemaname = %s ORDER BY tablename"
    return [name for (name,) in _rows(sql, schema) if name not in KEPT]


def _columns(table: str) -> str:
    sql = """SELECT column_name FROM information_schema.columns
             WHERE table_schema = 'public' AND table_name = %s AND is_generated = 'NEVER'"""
    return ", ".join(f'"{name}"' for (name,) in _rows(sql, table))


def _take() -> None:
    with connection.cursor() as cursor, transaction.atomic():
        cursor.execute(f"DROP SCHEMA IF EXISTS {ASIDE} CASCADE")
        cursor.execute(f"CREATE SCHEMA {ASIDE}")
        for table in _tables("public"):
            if _rows(f'SELECT 1 FROM public."{table}" LIMIT 1'):
                columns = _columns(table)
                cursor.execute(f'CREATE TABLE {ASIDE}."{table}" AS SELECT {columns} FROM public."{table}"')
        cursor.execute(f"CREATE TABLE {ASIDE}.django_migrations AS SELECT app, name FROM django_migrations")


def _is_current() -> bool:
    if not _rows("SELECT 1 FROM pg_tables WHERE schemaname = %s AND tablename = 'django_migrations'", ASIDE):
        return False
    return not _rows(
        f"SELECT app, name FROM django_migrations EXCEPT SELECT app, name FROM {ASIDE}.django_migrations"
    )


def _empty(cursor: CursorWrapper) -> None:
    names = [f'public."{table}"' for table in _tables("public")]
    if _rows("SHOW is_superuser") != [("on",)]:
        cursor.execute(f"TRUNCATE {', '.join(names)}")
        return
    # Eight times faster on tables as small as a test's; foreign keys are not looked at until the end of this.
    cursor.execute("SET LOCAL session_replication_role = replica")
    cursor.execute("; ".join(f"DELETE FROM {name}" for name in names))


def restore() -> None:
    with connection.cursor() as cursor, transaction.atomic():
        _empty(cursor)
        for table in _tables(ASIDE):
            columns = _columns(table)
            cursor.execute(
                f'INSERT INTO public."{table}" ({columns}) SELECT {columns} FROM {ASIDE}."{table}"'
            )


@pytest.fixture(scope="session")
def django_db_setup(django_db_setup: None, django_db_blocker) -> None:
    with django_db_blocker.unblock():
        if _is_current():
            restore()
        else:
            _take()


@pytest.fixture(scope="session", autouse=True)
def _restored_instead_of_emptied() -> Iterator[None]:
    original = TransactionTestCase._fixture_teardown
    TransactionTestCase._fixture_teardown = lambda self: restore()
    yield
    TransactionTestCase._fixture_teardown = original
