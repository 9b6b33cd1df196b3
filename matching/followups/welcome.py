"""The welcome: due at once, done by the worker, so that a sign-up never waits for the odds."""

from typing import Any, ClassVar

from accounts.models import Organisation, team_of
from matching.notifications import WELCOMES
from mecenova.agenda.enums import Owner
from mecenova.agenda.models import FollowUp
from mecenova.agenda.rules import Rule, register_rule
from mecenova.mail.operations import queue


@register_rule
class WelcomeNewcomer(Rule):
    name: ClassVar[str] = "matching.welcome"
    title: ClassVar[str] = "Souhaiter la bienvenue"
    is_step: ClassVar[bool] = False
    owner: ClassVar[Owner] = Owner.PLATFORM
    days: ClassVar[tuple[int, ...]] = (0,)
    reads_many: ClassVar[tuple[Any, ...]] = (team_of(),)

    def what(self, subject: Organisation) -> str:
        return "Souhaiter la bienvenue, avec les chances réelles et la première étape."

    def still_relevant(self, subject: Organisation) -> bool:
        return subject.left_at is None

    def act(self, subject: Organisation, follow_up: FollowUp) -> None:
        queue(WELCOMES[subject.kind], subject)
