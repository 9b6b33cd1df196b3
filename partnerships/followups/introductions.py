"""Who owes what around an introduction, and by when."""

import uuid
from collections.abc import Sequence
from typing import Any, ClassVar

from accounts.models import Organisation, team_of
from mecenova.agenda.enums import Owner
from mecenova.agenda.models import FollowUp
from mecenova.agenda.operations import start
from mecenova.agenda.rules import Letter, Rule, register_rule
from mecenova.agenda.silence import register_beside, register_living
from mecenova.calendar import clock
from mecenova.calendar.working_days import morning_of
from mecenova.mail.notifications import Notification
from partnerships.enums import IntroductionStatus, Side
from partnerships.models import Introduction
from partnerships.notifications import (
    IntroductionLastCall,
    IntroductionReminder,
    IntroductionSecondReminder,
    IntroductionTrueStatus,
)
from partnerships.signals import answer_overdue, later_has_come, place_expected

RELEASE_DAY = 15


def next_step_again(introduction: Introduction) -> None:
    """One that lost its step waits as if what it waits for had begun now: all its days are left."""
    now = clock.now()
    if introduction.is_waiting:
        start(AnswerIntroduction, introduction, since=now)
    elif introduction.is_queued:
        start(SendQueuedIntroduction, introduction, since=now)
    elif introduction.later_on is not None:
        start(ReplyLater, introduction, since=max(now, morning_of(introduction.later_on)))
    if introduction.asked_by_side == Side.ASSOCIATION:
        start(TellTrueStatus, introduction, since=now)


register_living("partnerships.introductions", lambda: Introduction.objects.open(), next_step_again)
register_beside(
    ["partnerships.true_status"],
    lambda: Introduction.objects.sent_by_associations(),
    lambda introduction: start(TellTrueStatus, introduction),
)


class IntroductionRule(Rule):
    """A rule whose subject is an introduction."""

    reads: ClassVar[tuple[str, ...]] = ("association__organisation", "company__organisation")
    reads_many: ClassVar[tuple[Any, ...]] = tuple(map(team_of, reads))

    def locked_first(self, subject: Introduction) -> Sequence[Organisation]:
        both = (subject.association.organisation, subject.company.organisation)
        return sorted(both, key=lambda organisation: organisation.pk)


@register_rule
class AnswerIntroduction(IntroductionRule):
    """The asked side answers within 15 working days, the last one whole.

    It is reminded twice, asked plainly once, then the request is released.
    """

    name: ClassVar[str] = "partnerships.answer"
    title: ClassVar[str] = "Répondre à une demande de mise en relation"
    owner: ClassVar[Owner] = Owner.ORGANISATION
    reminders: ClassVar[dict[int, type[Notification]]] = {
        2: IntroductionReminder,
        5: IntroductionSecondReminder,
        9: IntroductionLastCall,
    }
    days: ClassVar[tuple[int, ...]] = (*reminders, RELEASE_DAY)
    leaves_the_day: ClassVar[bool] = True

    def what(self, subject: Introduction) -> str:
        return f"Répondre à la demande de mise en relation\u00a0: {subject.asking_organisation.name}"

    def organisation_id(self, subject: Introduction) -> uuid.UUID:
        return subject.answering_organisation.pk

    def still_relevant(self, subject: Introduction) -> bool:
        return subject.is_waiting

    def letters(self, subject: Introduction, follow_up: FollowUp) -> Sequence[Letter] | None:
        reminder = self.reminders.get(follow_up.occurrence)
        return (Letter(reminder, subject, follow_up.turn),) if reminder else None

    def act(self, subject: Introduction, follow_up: FollowUp) -> None:
        answer_overdue.send(Introduction, introduction=subject)


@register_rule
class TellTrueStatus(IntroductionRule):
    """An association that asked is told where its request stands: sent, seen, answered."""

    name: ClassVar[str] = "partnerships.true_status"
    title: ClassVar[str] = "Dire à l’association où en est sa demande"
    is_step: ClassVar[bool] = False
    owner: ClassVar[Owner] = Owner.PLATFORM
    days: ClassVar[tuple[int, ...]] = (9,)
    every: ClassVar[int | None] = 30

    def what(self, subject: Introduction) -> str:
        return "Dire à l’association où en est sa demande"

    def still_relevant(self, subject: Introduction) -> bool:
        return subject.status in (IntroductionStatus.REQUESTED, IntroductionStatus.LATER) and (
            subject.asked_by_side == Side.ASSOCIATION
        )

    def letters(self, subject: Introduction, follow_up: FollowUp) -> Sequence[Letter]:
        return (Letter(IntroductionTrueStatus, subject, follow_up.turn),)


@register_rule
class ReplyLater(IntroductionRule):
    """The asked side said "later": the question comes back by itself on the date it gave."""

    name: ClassVar[str] = "partnerships.later"
    title: ClassVar[str] = "Reposer la question à la date dite"
    # Steps begun earlier still name the side that is asked again: it does not read its own name.
    to_you: ClassVar[str] = "Reposer la question à la date dite"
    owner: ClassVar[Owner] = Owner.PLATFORM
    days: ClassVar[tuple[int, ...]] = (0,)

    def what(self, subject: Introduction) -> str:
        return "Reposer la question à la date dite"

    def still_relevant(self, subject: Introduction) -> bool:
        return subject.is_postponed

    def act(self, subject: Introduction, follow_up: FollowUp) -> None:
        later_has_come.send(Introduction, introduction=subject)


@register_rule
class SendQueuedIntroduction(IntroductionRule):
    """No place was left this month: the request leaves by itself when one is free."""

    name: ClassVar[str] = "partnerships.queued"
    title: ClassVar[str] = "Envoyer une demande en attente de place"
    owner: ClassVar[Owner] = Owner.PLATFORM
    days: ClassVar[tuple[int, ...]] = (0,)

    def what(self, subject: Introduction) -> str:
        return f"Envoyer la demande dès qu’une place se libère\u00a0: {subject.answering_organisation.name}"

    def still_relevant(self, subject: Introduction) -> bool:
        return subject.status == IntroductionStatus.QUEUED

    def act(self, subject: Introduction, follow_up: FollowUp) -> None:
        place_expected.send(Introduction, introduction=subject)
