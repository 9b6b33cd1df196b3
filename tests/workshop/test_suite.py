"""The suite's own attacks hold: an unknown variable, an outside address, a test that commits."""

import socket

import pytest
from django.contrib.contenttypes.models import ContentType
from django.template import engines
from pytest_socket import SocketConnectBlockedError


@pytest.mark.filterwarnings("ignore:A test tried to use socket")
def test_outside_addresses_are_closed():
    with pytest.raises(SocketConnectBlockedError):
        socket.create_connection(("192.0.2.1", 80), timeout=1)


def test_unknown_variable_of_a_foreign_template_is_silent():
    assert engines["django"].from_string("{{ nobody|default:'-' }}").render({}) == "-"


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("turn", [1, 2])
def test_committed_rows_do_not_outlive_their_test(turn):
    assert not ContentType.objects.filter(app_label="workshop").exists()
    assert ContentType.objects.exists()
    ContentType.objects.create(app_label="workshop", model="left")
