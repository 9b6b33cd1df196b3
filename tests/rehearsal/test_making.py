"""The preview tells what then happens; the live database neither changes nor waits."""

import subprocess
from collections import Counter
from collections.abc import Iterator
from datetime import datetime, timedelta
from threading import Event, Thread

import psycopg
import pytest
from celery.schedules import crontab
from django.db import connection
from django.utils.module_loading import import_string

from accounts.models import Organisation
from mecenova.calendar import clock
from mecenova.celery import app
from mecenova.rehearsal import copying, making, scratch
from mecenova.rehearsal.enums import PreviewStatus
from mecenova.rehearsal.lines import lines_since
from mecenova.rehearsal.models import Preview, PreviewLine
from mecenova.rehearsal.operations import ask_preview

OWN = {"rehearsal_preview", "rehearsal_previewline"}


def told(lines) -> Counter:
    """What is compared: the hour, what it is, and for whom."""
    return Counter(
        (datetime.fromisoformat(line["at"]).strftime("%m-%d %H"), line["kind"], line["name"], recipient(line))
        for line in lines
    )


def recipient(line) -> str:
    return str(line["recipient_id"] or line["subject_id"] or "")


def plain_beat(frozen: clock.FrozenClock, days: int) -> None:
    """Beat, told in the simplest way: every hour, everything that is woken by then, twice."""
    end = frozen.moment + timedelta(days=days)
    schedule = app.conf.beat_schedule.values()
    frozen.move_to(frozen.moment.replace(minute=0, second=0, microsecond=0) + timedelta(hours=1))
    while frozen.moment < end:
        hour = frozen.moment
        local = clock.paris(hour)
        for minute in (0, 1, 2, 10):
            frozen.move_to(hour + timedelta(minutes=minute))
            for entry in schedule:
                slow = not isinstance(entry["schedule"], crontab) and entry["schedule"] > 60
                if isinstance(entry["schedule"], crontab) or (slow and minute != 10):
                    continue
                import_string(entry["task"])()
        for entry in schedule:
            cron = entry["schedule"]
            if (
                isinstance(cron, crontab)
                and local.hour in cron.hour
                and local.isoweekday() % 7 in cron.day_of_week
            ):
                for minute in sorted(cron.minute):
                    frozen.move_to(hour + timedelta(minutes=minute))
                    import_string(entry["task"])()
        frozen.move_to(hour + timedelta(hours=1))


def fingerprints() -> dict[str, str]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT tablename FROM pg_tables WHERE schemaname = 'public'")
        tables = sorted({name for (name,) in cursor.fetchall()} - OWN)
        found = {}
        for table in tables:
            cursor.execute(f"SELECT md5(coalesce(string_agg(t::text, '|' ORDER BY t::text), '')) FROM {table} t")
            found[table] = cursor.fetchone()[0]
    return found


def make(days: int) -> Preview:
    preview = ask_preview(days=days, by=None)
    assert making.make_waiting() == 1
    preview.refresh_from_db()
    return preview


def test_what_is_told_is_what_happens_when_nobody_acts(network, settings):
    begun = network.moment
    before = fingerprints()
    preview = make(30)
    assert (preview.status, preview.error) == (PreviewStatus.DONE, "")
    assert fingerprints() == before
    lines = [
        {**line, "at": line["at"].isoformat()}
        for line in preview.lines.values("at", "kind", "name", "recipient_id", "subject_id")
    ]
    settings.VIRTUAL_CLOCK = True
    plain_beat(network, 30)
    network.move_to(begun + timedelta(days=30))
    happened = told(line for line in lines_since(begun))
    assert told(lines) == happened
    assert len(happened) > 40
    assert {kind for _, kind, _, _ in happened} >= {"mail", "follow_up"}
