import pytest
from django.db import connection

from mecenova.rehearsal.counting import count_rows

pytestmark = pytest.mark.django_db

# What counting holds until its transaction ends; `database` is 0 for what all databases share.
HELD = """
SELECT count(*) FILTER (WHERE database = 0), count(*) FILTER (WHERE database <> 0) FROM pg_locks
WHERE pid = pg_backend_pid() AND locktype = 'relation' AND mode = 'ShareUpdateExclusiveLock'
"""


def test_whoever_counts_in_another_database_waits_for_nobody():
    count_rows()
    with connection.cursor() as cursor:
        cursor.execute(HELD)
        shared, ours = cursor.fetchone()
    assert (shared, ours > 50) == (0, True)
