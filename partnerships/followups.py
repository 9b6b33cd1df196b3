"""Who owes what around an introduction and a partnership, and by when."""

import uuid
from typing import ClassVar

from mecenova.agenda.enums import Owner
from mecenova.agenda.models import FollowUp
from mecenova.agenda.rules import Rule, register_rule
from mecenova.mail import operations as mail
from partnerships.enums import IntroductionStatus, PartnershipStatus, Side
from partnerships.models import Introduction, Partnership
from partnerships.notifications import (
    FirstMeetingReminder,
    IntroductionLastCall,
    IntroductionReminder,
    IntroductionTrueStatus,
)
from partnerships.signals import answer_overdue, later_has_come, place_expected

LAST_CALL_DAY = 9
RELEASE_DAY = 15


@register_rule
class AnswerIntroduction(Rule):
    """The asked side answers within 15 working days: reminded twice, asked plainly once, then released."""

    name: ClassVar[str] = "partnerships.answer"
    owner: ClassVar[Owner] = Owner.ORGANISATION
    days: ClassVar[tuple[int, ...]] = (2, 5, LAST_CALL_DAY, RELEASE_DAY)

    def what(self, subject: Introduction) -> str:
        return f"Répondre à la demande de {subject.asking_organisation.name}"

    def organisation_id(self, subject: Introduction) -> uuid.UUID:
        return subject.answering_organisation.pk

    def still_relevant(self, subject: Introduction) -> bool:
        return subject.status == IntroductionStatus.REQUESTED

    def act(self, subject: Introduction, follow_up: FollowUp) -> None:
        if follow_up.occurrence >= RELEASE_DAY:
            answer_overdue.send(Introduction, introduction=subject)
            return
        notification = IntroductionLastCall if follow_up.occurrence >= LAST_CALL_DAY else IntroductionReminder
        mail.queue(notification, subject, occurrence=f"{follow_up.cycle}-{follow_up.occurrence}")


@register_rule
class TellTrueStatus(Rule):
    """An association that asked is told where its request stands: sent, seen, answered."""

    name: ClassVar[str] = "partnerships.true_status"
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

    def act(self, subject: Introduction, follow_up: FollowUp) -> None:
        mail.queue(IntroductionTrueStatus, subject, occurrence=f"{follow_up.cycle}-{follow_up.occurrence}")


@register_rule
class ReplyLater(Rule):
    """The asked side said "later": the question comes back by itself on the date it gave."""

    name: ClassVar[str] = "partnerships.later"
    owner: ClassVar[Owner] = Owner.PLATFORM
    days: ClassVar[tuple[int, ...]] = (0,)

    def what(self, subject: Introduction) -> str:
        return f"Reposer la question à {subject.answering_organisation.name}"

    def still_relevant(self, subject: Introduction) -> bool:
        return subject.status == IntroductionStatus.LATER

    def act(self, subject: Introduction, follow_up: FollowUp) -> None:
        later_has_come.send(Introduction, introduction=subject)


@register_rule
class SendQueuedIntroduction(Rule):
    """No place was left this month: the request leaves by itself when one is free."""

    name: ClassVar[str] = "partnerships.queued"
    owner: ClassVar[Owner] = Owner.PLATFORM
    days: ClassVar[tuple[int, ...]] = (0,)

    def what(self, subject: Introduction) -> str:
        return f"Envoyer la demande à {subject.answering_organisation.name} dès qu’une place se libère"

    def still_relevant(self, subject: Introduction) -> bool:
        return subject.status == IntroductionStatus.QUEUED

    def act(self, subject: Introduction, follow_up: FollowUp) -> None:
        place_expected.send(Introduction, introduction=subject)


@register_rule
class HoldFirstMeeting(Rule):
    """A partnership that has just opened: the two teams talk within 10 working days."""

    name: ClassVar[str] = "partnerships.first_meeting"
    owner: ClassVar[Owner] = Owner.ORGANISATION
    days: ClassVar[tuple[int, ...]] = (10,)
    every: ClassVar[int | None] = 30

    def what(self, subject: Partnership) -> str:
        return "Fixer un premier rendez-vous et se présenter le projet"

    def organisation_id(self, subject: Partnership) -> uuid.UUID | None:
        return subject.introduction.asking_organisation.pk if subject.introduction else None

    def still_relevant(self, subject: Partnership) -> bool:
        return subject.status == PartnershipStatus.DISCUSSION

    def act(self, subject: Partnership, follow_up: FollowUp) -> None:
        mail.queue(FirstMeetingReminder, subject, occurrence=f"{follow_up.cycle}-{follow_up.occurrence}")
