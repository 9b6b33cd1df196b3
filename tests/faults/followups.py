"""The rule of the new release, one that always breaks, and one that never ends."""

import logging
import os
import time
from typing import Any

from mecenova.agenda.models import FollowUp
from mecenova.agenda.rules import Rule, register_rule
from mecenova.mail.operations import queue
from tests.faults.hooks import is_old_release
from tests.faults.notifications import NewsOfTheNewRelease

logger = logging.getLogger(__name__)


class AtOnce(Rule):
    is_step = False
    days = (0,)

    def what(self, subject: Any) -> str:
        return "Essayer"


class NewInThisRelease(AtOnce):
    name = "faults.new_rule"

    def act(self, subject: Any, follow_up: FollowUp) -> None:
        queue(NewsOfTheNewRelease, subject, occurrence=follow_up.turn)


@register_rule
class AlwaysRaises(AtOnce):
    name = "faults.always_raises"

    def act(self, subject: Any, follow_up: FollowUp) -> None:
        raise RuntimeError("a rule that never works")


@register_rule
class NeverEnds(AtOnce):
    """For who bears this name: whatever the worker's time limit, nothing is raised."""

    name = "faults.never_ends"
    for_whom = "Sans fin"

    def act(self, subject: Any, follow_up: FollowUp) -> None:
        if subject.first_name == self.for_whom:
            logger.warning("A rule never ends in process %s", os.getpid())
            time.sleep(3600)


if not is_old_release():
    register_rule(NewInThisRelease)
