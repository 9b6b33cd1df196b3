"""The suite's own attacks hold: an unknown variable, an outside address, a test that commits."""

import socket
import subprocess
import sys
import time
from itertools import count

import pytest
from django.contrib.contenttypes.models import ContentType
from django.core.cache import cache
from django.template import engines
from pytest_socket import SocketConnectBlockedError

from mecenova.mail.links import link_for
from tests.architecture.house import ROOT
from tests.mail.factories import PersonFactory
from tests.mail.links_for_tests import Answer


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


EMPTIES = """
import os
os.environ["DJANGO_SETTINGS_MODULE"] = "mecenova.settings.test"
from django.core.cache import cache
cache.set("kept", "theirs")
cache.clear()
"""


def test_a_process_that_tests_beside_empties_its_own_cache():
    cache.set("kept", "ours")
    subprocess.run([sys.executable, "-c", EMPTIES], cwd=ROOT, check=True)
    assert cache.get("kept") == "ours"


@pytest.mark.django_db
def test_a_limit_holds_on_a_machine_that_takes_its_time(client, monkeypatch):
    """Thirty a minute, and two seconds for each."""
    link = link_for(Answer, PersonFactory(), PersonFactory())
    hour = count(time.time(), 2)
    monkeypatch.setattr(time, "time", lambda: next(hour))
    statuses = [client.post(link, {"note": ""}).status_code for _ in range(31)]
    assert statuses == [422] * 30 + [429]
