"""Databases beside the configured one, on the same server, for lives led apart."""

import json
import os
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import psycopg
from django.conf import settings
from django.db import connection
from django.db.migrations.loader import MigrationLoader
from psycopg import errors, sql
from psycopg.conninfo import make_conninfo

LONGEST_NAME = 63
SETTINGS = "mecenova.settings.rehearsal"


class CannotMakeDatabase(Exception):
    """The server refuses to make a database; the message says in French what to ask of whom."""


class ChildFailed(Exception):
    """The process that lived apart ended badly; the message holds the end of what it said."""


def name_beside(suffix: str) -> str:
    """The name of a database that belongs to the configured one."""
    live = str(connection.settings_dict["NAME"])
    return f"{live[: LONGEST_NAME - len(suffix) - 1]}_{suffix}"


@contextmanager
def connected(name: str | None = None, *, autocommit: bool = False) -> Iterator[psycopg.Connection[Any]]:
    """A connection of our own to the configured database or to one beside it, whatever Django holds."""
    told = connection.settings_dict
    values: dict[str, Any] = {
        "user": told["USER"],
        "password": told["PASSWORD"],
        "host": told["HOST"],
        "port": told["PORT"],
        **{key: value for key, value in (told.get("OPTIONS") or {}).items() if key in _LIBPQ},
    }
    given = {key: str(value) for key, value in values.items() if value}
    conninfo = make_conninfo(dbname=name or str(told["NAME"]), **given)
    with psycopg.connect(conninfo, autocommit=autocommit) as opened:
        yield opened


# What a connection string may say of how to reach the server; the rest are Django's own options.
_LIBPQ = frozenset({"sslmode", "sslcert", "sslkey", "sslrootcert", "passfile", "service", "connect_timeout"})


def exists(name: str) -> bool:
    with connected() as live:
        return live.execute("SELECT 1 FROM pg_database WHERE datname = %s", [name]).fetchone() is not None


def create(name: str, *, like: str | None = None) -> None:
    """A new database: empty and with the letters of the configured one, or a copy of another."""
    with connected(autocommit=True) as live:
        try:
            if like is not None:
                live.execute(
                    sql.SQL("CREATE DATABASE {} TEMPLATE {}").format(
                        sql.Identifier(name), sql.Identifier(like)
                    )
                )
                return
            letters = live.execute(
                "SELECT pg_encoding_to_char(encoding), datcollate, datctype FROM pg_database"
                " WHERE datname = current_database()"
            ).fetchone()
            assert letters is not None  # noqa: S101 (the database we are connected to is there)
            live.execute(
                sql.SQL("CREATE DATABASE {} TEMPLATE template0 ENCODING {} LC_COLLATE {} LC_CTYPE {}").format(
                    sql.Identifier(name), *map(sql.Literal, letters)
                )
            )
        except errors.InsufficientPrivilege as refusal:
            role = str(connection.settings_dict["USER"])
            raise CannotMakeDatabase(
                f"Le compte PostgreSQL «\u202f{role}\u202f» n’a pas le droit de créer une base de données. "
                f"L’aperçu se calcule dans une base à part\u00a0: donnez-lui ce droit avec "
                f"«\u202fALTER ROLE {role} CREATEDB\u202f»."
            ) from refusal


def drop(name: str) -> None:
    """Gone, whoever still holds a connection to it."""
    with connected(autocommit=True) as live:
        live.execute(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(name)))


def environment(name: str) -> dict[str, str]:
    """What a child process must know to live in that database."""
    told = connection.settings_dict
    options = {key: value for key, value in (told.get("OPTIONS") or {}).items() if key in _LIBPQ}
    database = {key: told[key] for key in ("USER", "PASSWORD", "HOST", "PORT")}
    return {
        **os.environ,
        "DJANGO_SETTINGS_MODULE": SETTINGS,
        "APART_DATABASE": json.dumps({**database, "NAME": name, "OPTIONS": options}),
        "SITE_URL": settings.SITE_URL,
        # The same words are read in the same order from one run to the next.
        "PYTHONHASHSEED": "0",
    }


def run_manage(name: str, *words: str, seconds: float | None = None) -> str:
    """One management command in a process of its own, living in that database; what it printed."""
    try:
        done = subprocess.run(  # noqa: S603 (our own command)
            command(*words),
            env=environment(name),
            cwd=settings.BASE_DIR,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=seconds,
            check=False,
        )
    except subprocess.TimeoutExpired as late:
        raise ChildFailed(f"{words[0]} was stopped after {late.timeout:.0f} s") from late
    if done.returncode:
        raise ChildFailed("\n".join(done.stderr.strip().splitlines()[-12:])[-2000:] or f"{words[0]} failed")
    return done.stdout


def command(*words: str) -> Sequence[str]:
    return (sys.executable, str(settings.BASE_DIR / "manage.py"), *words)


def with_schema(name: str) -> str:
    """That database, its tables as the migrations of this release make them; made again when they changed."""
    if exists(name) and not _is_current(name):
        drop(name)
    if not exists(name):
        create(name)
        run_manage(name, "migrate", "--verbosity=0", "--no-input")
    return name


def _is_current(name: str) -> bool:
    """Whether its tables come from the migrations of the code that is about to live in it."""
    ours = MigrationLoader(None, ignore_no_migrations=True)
    with connected(name) as scratch:
        if scratch.execute("SELECT to_regclass('django_migrations')").fetchone() == (None,):
            return False
        applied = {tuple(row) for row in scratch.execute("SELECT app, name FROM django_migrations")}
    # Those that a later one replaces may be told there and are still among our files.
    return set(ours.graph.nodes) <= applied <= set(ours.disk_migrations)
