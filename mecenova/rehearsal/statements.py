"""The statements of a life apart are planned once, and stay so until its end."""

from psycopg import Connection
from psycopg._preparing import PrepareManager

# The site has fewer than this, each with a few lengths of lists.
MOST = 4000


class _Remembered(PrepareManager):
    """What one connection has had prepared: as many as there are, whatever is taken back.

    psycopg keeps a hundred, and forgets them all at each rollback, in case a table was made again in between.
    Nobody changes a table during a life apart, and every act that the site refuses is a rollback.
    """

    prepared_max = MOST

    def clear(self) -> bool:
        return False


def remember_statements(connection: Connection) -> None:
    """Have a connection keep what it prepares; to be called before its first statement worth keeping."""
    remembered = _Remembered()
    remembered.prepare_threshold = connection.prepare_threshold
    connection._prepared = remembered
