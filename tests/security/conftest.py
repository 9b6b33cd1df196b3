import pytest

from tests.security.world import World, build


@pytest.fixture
def world(db: None) -> World:
    return build()
