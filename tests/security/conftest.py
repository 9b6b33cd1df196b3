import pytest

from mecenova.calendar.heartbeat import note_work
from mecenova.celery import LONG, PROMPT
from tests.security.world import World, build


@pytest.fixture
def world(db: None) -> World:
    """Its workers are at work: the page that says so answers like the others."""
    for queue in (PROMPT, LONG):
        note_work(queue)
    return build()
