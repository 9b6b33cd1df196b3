"""What is done for many: each apart, or all at once until one raises. One that raises stops no other."""

import logging
from collections.abc import Callable, Collection, Iterable
from typing import TypeVar

from celery.exceptions import SoftTimeLimitExceeded

logger = logging.getLogger(__name__)

Item = TypeVar("Item")
Answer = TypeVar("Answer")


def one_by_one(act: Callable[[Item], Answer], items: Iterable[Item], *, what: str) -> list[Answer]:
    """What `act` answered for each item; those that raised are not there: logged, and left for the next time.

    `what` and the item name it in the log: the item is a key or a function, never what people wrote.
    `act` writes in a transaction of its own, so that one that raises leaves nothing half done.
    """
    answers = []
    for item in items:
        try:
            answers.append(act(item))
        except SoftTimeLimitExceeded:
            # This worker is about to be stopped: it begins nothing else.
            raise
        except Exception:
            name = getattr(item, "__name__", item)
            logger.exception("The %s %s raised: the others go on, and it is tried again", what, name)
    return answers


def all_at_once(
    act: Callable[[Collection[Item]], Iterable[Answer]], items: Collection[Item], *, what: str
) -> list[Answer]:
    """What `act` answered for these items together; when that raised, for each by itself, one by one."""
    try:
        return list(act(items))
    except SoftTimeLimitExceeded:
        raise
    except Exception:
        logger.info("One %s of %d raised: each goes alone", what, len(items))
    return [answer for some in one_by_one(lambda item: act([item]), items, what=what) for answer in some]


def work_through(*works: Callable[[], int]) -> None:
    """What a task does, one work after the other. What each has counted is logged, when it is something."""
    one_by_one(_work, works, what="work")


def _work(work: Callable[[], int]) -> None:
    if number := work():
        logger.info("%s: %d", work.__name__, number)
