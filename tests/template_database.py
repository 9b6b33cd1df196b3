"""The database that every process of the suite begins with: made once by the migrations, then copied.

Its name tells what the migrations say, so that it is made again when one of them changes. It is made as the
site makes its own databases beside the live one (mecenova.rehearsal.scratch), which is thereby tried in full.
"""

from functools import cache
from hashlib import sha256
from pathlib import Path
from threading import Thread

import django
import pytest
from django.apps import apps
from django.conf import settings
from django.db import connection
from pytest_django import DjangoDbBlocker

from mecenova.rehearsal import scratch

PREFIX = "migrated_"
# What migrations read as they run.
READ = ("mecenova/reference", "mecenova/search")
# Any number that no other advisory lock of the house uses.
TEMPLATE_LOCK = 8_020_911


def _digest() -> str:
    """Of the files that migrations are made of or read, and of Django's release, which brings its own."""
    base = Path(settings.BASE_DIR)
    folders = [Path(config.path) / "migrations" for config in apps.get_app_configs()]
    ours = [folder for folder in folders if folder.is_relative_to(base)] + [base / room for room in READ]
    files = {file for folder in ours for file in folder.rglob("*") if file.is_file()}
    found = sha256(django.__version__.encode())
    for file in sorted(file for file in files if "__pycache__" not in file.parts):
        found.update(str(file.relative_to(base)).encode() + file.read_bytes())
    return found.hexdigest()[:12]


@cache
def template_database() -> str:
    """The name of a database as the migrations of today leave it; made now if nobody has."""
    name = scratch.name_beside(PREFIX + _digest())
    with scratch.connected(autocommit=True) as alone:
        # Held until this connection is closed: who comes second finds it made.
        alone.execute("SELECT pg_advisory_lock(%s)", [TEMPLATE_LOCK])
        beside = scratch.name_beside(PREFIX).replace("_", r"\_") + "%"
        known = alone.execute("SELECT datname FROM pg_database WHERE datname LIKE %s", [beside])
        for (former,) in known.fetchall():
            if former != name:
                scratch.drop(former)
        return scratch.with_schema(name)


def pytest_configure(config: pytest.Config) -> None:
    """Begun while the processes that share the suite still read their tests; each then waits for its end."""
    if config.getoption("numprocesses", None) and not hasattr(config, "workerinput"):
        Thread(target=template_database, daemon=True).start()


@pytest.fixture(scope="session")
def django_db_modify_db_settings(
    django_db_modify_db_settings_parallel_suffix: None, django_db_blocker: DjangoDbBlocker
) -> None:
    with django_db_blocker.unblock():
        connection.settings_dict["TEST"]["TEMPLATE"] = template_database()
