from collections.abc import Iterator
from datetime import UTC, datetime

import pytest

from mecenova.calendar import clock


@pytest.fixture
def late_in_the_month() -> Iterator[None]:
    """A day on which all of a month's places are open."""
    with clock.frozen(datetime(2026, 11, 23, 9, tzinfo=UTC)):
        yield
