"""Embedded servers, with real processes that share them, leave and are killed."""

import os
import signal
import subprocess
import sys

import psutil
import psycopg
import pytest
import redis

from tests.architecture.house import ROOT
from tests.workshop.processes import becomes_true, processes_of

USE = """
import sys
from pathlib import Path
from mecenova import local_services
services = local_services.attach(Path(sys.argv[1]), durable=False)
print(services.database_url, services.redis_url, flush=True)
sys.stdin.read()
"""


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return tmp_path_factory.mktemp("servers")


@pytest.fixture
def start_user(folder):
    """Start a process that uses the servers; it answers with their addresses."""
    users = []

    def start(where=folder):
        command = [sys.executable, "-c", USE, str(where)]
        user = subprocess.Popen(command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        users.append(user)
        database_url, redis_url = user.stdout.readline().split()
        return user, database_url, redis_url

    yield start
    for user in users:
        user.communicate()
    assert becomes_true(lambda: not processes_of(folder))


def answers(database_url: str, redis_url: str) -> bool:
    with psycopg.connect(database_url) as connection:
        letters = connection.execute("SELECT lower('É'), to_tsvector('simple', 'l’urgence')::text").fetchone()
    with redis.from_url(redis_url) as client:
        return client.ping() and letters == ("é", "'l':1 'urgence':2")


def test_servers_stay_for_the_second_user_and_leave_with_it(folder, start_user):
    first, *addresses = start_user()
    second, *same = start_user()
    assert same == addresses
    first.communicate()
    assert not becomes_true(lambda: not processes_of(folder / "postgres"), seconds=1)
    assert answers(*addresses)
    second.communicate()
    assert becomes_true(lambda: not processes_of(folder))
    assert not (folder / "addresses.json").exists()


def test_a_killed_user_leaves_no_server(folder, start_user):
    user, *_ = start_user()
    user.kill()
    assert becomes_true(lambda: not processes_of(folder))


def test_a_killed_keeper_takes_its_servers_with_it_and_data_stay(folder, start_user):
    if sys.platform != "linux":
        pytest.skip("only Linux tells children that their parent died")
    user, database_url, _ = start_user()
    with psycopg.connect(database_url) as connection:
        connection.execute("CREATE TABLE IF NOT EXISTS kept (n int)")
        connection.execute("INSERT INTO kept VALUES (1)")
    keeper = next(int(line.split()[0]) for line in processes_of(folder) if "local_services.py" in line)
    os.kill(keeper, signal.SIGKILL)
    assert becomes_true(lambda: not processes_of(folder / "postgres") and not psutil.pid_exists(keeper))
    user.communicate()
    _, database_url, redis_url = start_user()
    assert answers(database_url, redis_url)
    with psycopg.connect(database_url) as connection:
        assert connection.execute("SELECT n FROM kept").fetchone() == (1,)


def test_a_folder_too_deep_for_a_socket(tmp_path, start_user):
    deep = tmp_path / ("d" * 100)
    user, database_url, redis_url = start_user(deep)
    assert str(deep) not in database_url
    assert answers(database_url, redis_url)
    user.communicate()
    assert becomes_true(lambda: not processes_of(deep))
