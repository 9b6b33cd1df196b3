"""The welcome: due at once, done by the worker, so that a sign-up never waits for the odds."""

from collections.abc import Sequence
from typing import Any, ClassVar

from django.db.models import Q

from accounts.models import Organisation, team_of
from accounts.operations.newcomers import newcomers
from matching.notifications import WELCOMES
from mecenova.agenda.enums import Owner
from mecenova.agenda.models import FollowUp
from mecenova.agenda.operations import start_once
from mecenova.agenda.rules import Letter, Rule, register_rule
from mecenova.agenda.silence import recent, register_beside

register_beside(
    ["matching.welcome"],
    lambda: newcomers(recent()).filter(Q(association__isnull=False) | Q(company__isnull=False)),
    lambda organisation: start_once(WelcomeNewcomer, organisation),
    once=True,
)


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

    def letters(self, subject: Organisation, follow_up: FollowUp) -> Sequence[Letter]:
        return (Letter(WELCOMES[subject.kind], subject),)
