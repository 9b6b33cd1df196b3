"""One clock for every process: a file says which moment it is, and how much faster than ours time goes.

Nobody touches the machine's clock. The site reads this one through mecenova.calendar.clock; the database
reads the same file through a clock_timestamp() of its own, so that the worker's check of both clocks stays.
"""

import time
from datetime import UTC, datetime, timedelta
from pathlib import Path

# Thirty virtual seconds in one: a lease of three minutes runs out in six seconds. No lease nor delay of the
# product is changed.
RATE = 30

IN_THE_DATABASE = """
CREATE FUNCTION public.clock_timestamp() RETURNS timestamptz LANGUAGE sql VOLATILE AS $$
    SELECT to_timestamp(said[2] + (real - said[1]) * said[3])
    FROM (SELECT string_to_array(pg_read_file('virtual_clock'), ' ')::float8[] AS said,
                 extract(epoch FROM pg_catalog.clock_timestamp())::float8 AS real) AS file
$$
"""


class VirtualClock:
    """Callable, as mecenova.calendar.clock wants it."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def __call__(self) -> datetime:
        real, virtual, rate = map(float, self.path.read_text().split())
        return datetime.fromtimestamp(virtual + (time.time() - real) * rate, UTC)

    def move_to(self, moment: datetime, *, rate: float = RATE) -> None:
        draft = self.path.with_suffix(".new")
        draft.write_text(f"{time.time():.6f} {moment.timestamp():.6f} {rate}")
        draft.chmod(0o644)
        draft.rename(self.path)

    def advance(self, duration: timedelta) -> None:
        self.move_to(self() + duration)

    def stop(self) -> None:
        """Whatever is looked at from now on is looked at in one instant."""
        self.move_to(self(), rate=0)
