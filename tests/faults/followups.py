"""The rule of the new release, and one that always breaks."""

from typing import Any

from mecenova.agenda.models import FollowUp
from mecenova.agenda.rules import Rule, register_rule
from mecenova.mail.operations import queue
from tests.faults.hooks import is_old_release
from tests.faults.notifications import NewsOfTheNewRelease


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


if not is_old_release():
    register_rule(NewInThisRelease)
