"""The public report, computed once an hour; without the cache, each time, and still served."""

import logging

from django.core.cache import cache
from redis.exceptions import RedisError

from mecenova.pages.observatory.report import Report, make

logger = logging.getLogger(__name__)

# Changed with the shape of Report: a release never reads the former one's.
KEY = "observatory:2"
SECONDS = 3600


def public() -> Report:
    try:
        report: Report | None = cache.get(KEY)
    except (RedisError, OSError):
        logger.warning("The observatory is computed without the cache")
        return make(whole=False)
    if report is None:
        report = make(whole=False)
        _remember(report)
    return report


def _remember(report: Report) -> None:
    try:
        cache.set(KEY, report, SECONDS)
    except (RedisError, OSError):
        logger.warning("The observatory could not be kept in the cache")
