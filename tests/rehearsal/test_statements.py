"""What a life apart has had prepared outlives the acts that are refused in it."""

from collections.abc import Iterator

import psycopg
import pytest
from django.db import connection as site

from mecenova.rehearsal.statements import remember_statements

pytestmark = pytest.mark.django_db


@pytest.fixture
def connection() -> Iterator[psycopg.Connection]:
    """One of its own, as those of a life apart: the server binds the values. It prepares at once."""
    with site.get_new_connection({**site.get_connection_params(), "prepare_threshold": 0}) as opened:
        opened.cursor_factory = psycopg.Cursor
        yield opened


def statements(connection: psycopg.Connection) -> int:
    return connection.execute("SELECT count(*) FROM pg_prepared_statements", prepare=False).fetchone()[0]


def test_what_is_prepared_outlives_a_refused_act(connection):
    remember_statements(connection)
    connection.execute("SELECT 1")
    connection.rollback()
    assert statements(connection) == 1
    with connection.transaction(force_rollback=True):
        connection.execute("SELECT 2")
    assert statements(connection) == 2
    assert connection.execute("SELECT 1").fetchone() == (1,)
    assert statements(connection) == 2, "prepared once, and still known by the name it has"


def test_as_many_are_prepared_as_there_are(connection):
    remember_statements(connection)
    for number in range(120):
        connection.execute(f"SELECT {number}")
    assert statements(connection) == 120


def test_a_statement_waits_as_long_as_the_settings_say(connection):
    connection.prepare_threshold = 2
    remember_statements(connection)
    connection.execute("SELECT 1")
    assert statements(connection) == 0
    connection.execute("SELECT 1")
    connection.execute("SELECT 1")
    assert statements(connection) == 1
