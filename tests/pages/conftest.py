import pytest

from tests.accounts.factories import StaffFactory


@pytest.fixture
def staff():
    return StaffFactory(first_name="Camille", last_name="Durand")


@pytest.fixture
def team(client, staff):
    client.force_login(staff)
    return client
