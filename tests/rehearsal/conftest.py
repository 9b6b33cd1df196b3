"""A network with things due, committed, and its clock stopped on the evening of its last day."""

from collections.abc import Iterator
from datetime import date

import pytest
from django.db import connection

from mecenova.calendar import clock
from mecenova.rehearsal import scratch
from mecenova.rehearsal.making import SCRATCH
from mecenova.simulation.network import draw
from mecenova.simulation.year import Year
from tests.template_database import template_database


@pytest.fixture
def network(transactional_db, settings) -> Iterator[clock.FrozenClock]:
    # The tables beside are copied here: the suite's own were made by what makes those of a preview.
    name = scratch.name_beside(SCRATCH)
    scratch.drop(name)
    scratch.create(name, like=template_database())
    settings.VIRTUAL_CLOCK = True
    plan = draw(associations=5, companies=2, days=8, seed=3, start=date(2026, 11, 2))
    year = Year(plan).live()
    settings.VIRTUAL_CLOCK = False
    with clock.frozen(year.time.now) as frozen:
        yield frozen


@pytest.fixture(scope="session", autouse=True)
def _no_database_is_left_beside(django_db_setup: None, django_db_blocker) -> Iterator[None]:
    yield
    with django_db_blocker.unblock():
        scratch.drop(scratch.name_beside(SCRATCH))
        connection.close()
