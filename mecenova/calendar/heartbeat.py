"""When each kind of worker last did its work: what dies in silence is known by that silence alone.

Kept in the cache: without it nobody is woken either, which is what is asked here.
"""

from datetime import datetime, timedelta

from django.core.cache import cache

from mecenova.calendar import clock

KEPT = timedelta(days=2)


def note_work(queue: str) -> None:
    """A task of this queue has ended well."""
    cache.set(_key(queue), clock.now(), timeout=KEPT.total_seconds())


def last_work(queue: str) -> datetime | None:
    """None: not for two days, or not since the cache was emptied."""
    told: datetime | None = cache.get(_key(queue))
    return told


def _key(queue: str) -> str:
    return f"last-work:{queue}"
