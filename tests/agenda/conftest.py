from datetime import datetime

import pytest

from mecenova.calendar import clock
from mecenova.calendar.clock import PARIS
from tests.agenda import rules_for_tests
from tests.mail.factories import PersonFactory

# A Monday with a quiet fortnight behind it.
START = datetime(2026, 11, 23, 10, tzinfo=PARIS)


@pytest.fixture
def frozen():
    with clock.frozen(START) as stopped:
        yield stopped


@pytest.fixture
def subject(db):
    return PersonFactory()


@pytest.fixture
def acted():
    rules_for_tests.acted.clear()
    return rules_for_tests.acted


@pytest.fixture
def day():
    """`day(24, 11)`: that day at nine, in Paris."""
    return lambda number, month=11, year=2026: datetime(year, month, number, 9, tzinfo=PARIS)
