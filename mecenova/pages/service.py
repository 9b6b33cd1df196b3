"""Whether the site does its work, for whoever keeps the server: each part, and what it says of itself."""

import os
import shutil
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

from django.conf import settings
from django.core.cache import cache
from django.db import connection
from redis.exceptions import ResponseError

from mecenova.agenda.models import FollowUp
from mecenova.calendar import clock
from mecenova.calendar.clock_check import TOLERANCE, difference_with_database
from mecenova.calendar.heartbeat import last_work
from mecenova.celery import LONG, PROMPT
from mecenova.mail.models import DeliveryAttempt, OutgoingMail
from mecenova.ui.errors import is_outage

# Woken every minute. An import may hold a long worker for three quarters of an hour.
SILENT_AFTER = {PROMPT: timedelta(minutes=5), LONG: timedelta(minutes=60)}
LATE_AFTER = timedelta(hours=1)
LEAST_ROOM = 500 * 1024 * 1024
NEVER = "n’a rien fait depuis deux jours, ou depuis que Redis a été vidé"


@dataclass(frozen=True)
class Part:
    """One part of the service. What it says names nobody and counts nothing: anybody may read it."""

    name: str
    trouble: str = ""


def parts() -> list[Part]:
    """Each is asked, whatever the others answer."""
    return [Part(name, _asked(ask)) for name, ask in ASKED.items()]


def _asked(ask: Callable[[], str]) -> str:
    try:
        return ask()
    except Exception as error:
        if not is_outage(error):
            raise
        return "ne répond pas"


def _database() -> str:
    with connection.cursor() as cursor:
        cursor.execute("SELECT current_setting('transaction_read_only')")
        (read_only,) = cursor.fetchone()
    return "n’accepte que la lecture" if read_only == "on" else ""


def _clock() -> str:
    """Of the pages: what they write leaves later, or links and codes end sooner, by as much."""
    agrees = difference_with_database() <= TOLERANCE
    return "" if agrees else "à plus de cinq minutes de celle de la base"


def _redis() -> str:
    """It may answer and write nothing: nobody enters then, and nobody is woken."""
    try:
        cache.set("asked-by-a-monitor", True, timeout=60)
    except ResponseError:
        return "n’accepte pas d’écriture"
    return ""


def _worker(queue: str) -> str:
    worked = last_work(queue)
    if worked is None:
        return NEVER
    silence = clock.now() - worked
    return (
        ""
        if silence <= SILENT_AFTER[queue]
        else f"n’a rien fait depuis {silence // timedelta(minutes=1)} min"
    )


def _mails() -> str:
    """One address may be slow to answer; when nothing at all has left since, it is the way out."""
    if DeliveryAttempt.objects.refusing_all().exists():
        return "le serveur d’envoi refuse tout, ils attendent"
    late = OutgoingMail.objects.all().overdue(clock.now()).order_by("due_at").values_list("due_at", flat=True)
    first = late.first()
    if first is None or OutgoingMail.objects.filter(sent_at__gt=first).exists():
        return ""
    return "il en attend depuis plus d’une heure, et aucun ne part"


def _follow_ups() -> str:
    """One whose rule raises is the team's, and is shown to it; the others wait for nothing but a worker."""
    late = FollowUp.objects.all().due(clock.now() - LATE_AFTER).filter(last_error="")
    return "il en attend depuis plus d’une heure" if late.exists() else ""


def _files() -> str:
    folder = Path(settings.MEDIA_ROOT)
    while not folder.exists():
        folder = folder.parent
    if not os.access(folder, os.W_OK):
        return "le dossier n’accepte pas d’écriture"
    return "" if shutil.disk_usage(folder).free >= LEAST_ROOM else "il reste moins de 500 Mo"


ASKED: dict[str, Callable[[], str]] = {
    "base de données": _database,
    "horloge du site": _clock,
    # These two are kept in the cache, which is Redis: without it, they say so as well.
    "Redis": _redis,
    "worker et beat": lambda: _worker(PROMPT),
    "long-worker": lambda: _worker(LONG),
    "courriels": _mails,
    "relances": _follow_ups,
    "fichiers déposés": _files,
}
