"""The reports, computed each hour ahead of their readers; served all the same without the cache."""

import logging
from contextlib import suppress
from datetime import timedelta

from django.core.cache import cache
from django.db import transaction
from redis.exceptions import RedisError

from mecenova.calendar import clock
from mecenova.locks import hold, hold_if_free
from mecenova.pages.observatory.report import Report, Reports, make

logger = logging.getLogger(__name__)

# Changed with the shape of Reports: a release never reads the former one's.
KEY = "observatory:4"
COMPUTING = "pages.observatory"
FRESH = timedelta(hours=1)
# What is no longer fresh is served while somebody computes it anew.
KEPT = timedelta(days=1)
AWAY = (RedisError, OSError)


def public() -> Report:
    return _latest().public


def team() -> Report:
    return _latest().team


def _latest() -> Reports:
    """Computed by one reader at a time; meanwhile the others read the last figures, or wait for the first."""
    try:
        last: Reports | None = cache.get(KEY)
    except AWAY:
        logger.warning("The observatory is computed without the cache")
        return make()
    if last is not None and _is_fresh(last):
        return last
    with transaction.atomic():
        if last is None:
            hold(COMPUTING)
        elif not hold_if_free(COMPUTING):
            return last
        return _computed_meanwhile() or _compute()


def compute_ahead() -> None:
    """So that no reader waits for it. Whoever is at it already is left alone."""
    with transaction.atomic():
        if hold_if_free(COMPUTING):
            _compute()


def forget() -> None:
    """What was computed before a whole network arrived at once."""
    try:
        cache.delete(KEY)
    except AWAY:
        logger.warning("The observatory could not be taken out of the cache")


def _is_fresh(reports: Reports) -> bool:
    return clock.now() - reports.public.computed_at < FRESH


def _computed_meanwhile() -> Reports | None:
    """By whoever was at it when this reader came."""
    with suppress(*AWAY):
        found: Reports | None = cache.get(KEY)
        if found is not None and _is_fresh(found):
            return found
    return None


def _compute() -> Reports:
    reports = make()
    # A network that has just opened, or that the demo is still making, is not told so for an hour more.
    if not reports.public.is_empty:
        _remember(reports)
    return reports


def _remember(reports: Reports) -> None:
    try:
        cache.set(KEY, reports, KEPT.total_seconds())
    except AWAY:
        logger.warning("The observatory could not be kept in the cache")
