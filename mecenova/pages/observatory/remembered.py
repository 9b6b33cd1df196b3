"""The public report, computed once an hour; without the cache, each time, and still served."""

import logging

from django.core.cache import cache
from redis.exceptions import RedisError

from mecenova.pages.observatory.report import Report, make

logger = logging.getLogger(__name__)

# Changed with the shape of Report: a release never reads the former one's.
KEY = "observatory:3"
SECONDS = 3600


def public() -> Report:
    try:
        report: Report | None = cache.get(KEY)
    except (RedisError, OSError):
        logger.warning("The observatory is computed without the cache")
        return make(whole=False)
    if report is None:
        report = make(whole=False)
        # A network that has just opened, or that the demo is still making, is not told so for an hour more.
        if not report.is_empty:
            _remember(report)
    return report


def forget() -> None:
    """What was computed before a whole network arrived at once."""
    try:
        cache.delete(KEY)
    except (RedisError, OSError):
        logger.warning("The observatory could not be taken out of the cache")


def _remember(report: Report) -> None:
    try:
        cache.set(KEY, report, SECONDS)
    except (RedisError, OSError):
        logger.warning("The observatory could not be kept in the cache")
