"""Who owes what around a partnership, and by when: each step hands over to the next."""

import uuid
from collections.abc import Sequence
from datetime import timedelta
from typing import Any, ClassVar

from accounts.models import Organisation
from mecenova.agenda import planning
from mecenova.agenda.enums import Owner
from mecenova.agenda.models import FollowUp
from mecenova.agenda.operations import start
from mecenova.agenda.rules import Letter, Rule, following, register_rule
from mecenova.agenda.silence import register_beside, register_living
from mecenova.calendar.working_days import morning_of
from mecenova.mail.notifications import Notification
from partnerships.enums import PartnershipStatus, ReflectionMoment
from partnerships.models import Partnership, parties_read_with
from partnerships.notifications import (
    DecideTogetherAgain,
    DecideTogetherReminder,
    JointEvaluationAsked,
    JointEvaluationRecalled,
    LastingEffectAsked,
    LastingEffectRecalled,
    RenewalAsked,
    SettlementDelayed,
)
from partnerships.signals import (
    reflection_time_is_over,
    talk_day_has_come,
    talk_time_is_over,
    term_has_come,
)
from partnerships.talks import CONCLUSION_DAY, TURNS


def next_step_again(partnership: Partnership) -> None:
    """One that lost its step, where its own dates say which.

    Those already asked whether they talked, or who sign until a day, are left to a person: what they have
    said of it since decides.
    """
    if partnership.disagreement_at is not None:
        start(SettleDisagreement, partnership)
    elif partnership.contested_at is not None:
        start(SettleSignature, partnership)
    elif partnership.is_in_discussion and partnership.talked_at is not None:
        start(DecideTogether, partnership)
    elif partnership.is_in_discussion and not partnership.talk_turn:
        start(DidYouTalk, partnership)
    elif partnership.is_agreed and partnership.ends_on is None:
        start(ReviewYearly, partnership)
    elif partnership.reflection_moment == ReflectionMoment.EVALUATION:
        start(EvaluateTogether, partnership)
    elif partnership.reflection_moment == ReflectionMoment.LASTING_EFFECT:
        start(TellLastingEffect, partnership, since=partnership.ended_at)


register_living(
    "partnerships.partnerships",
    lambda: Partnership.objects.active(),
    next_step_again,
)
register_beside(
    ["partnerships.term", "partnerships.last_months"],
    lambda: Partnership.objects.signed_until_a_day(),
    lambda partnership: start(
        ReachTerm, partnership, since=morning_of(partnership.ends_on + timedelta(days=1))
    ),
)


class PartnershipRule(Rule):
    """A rule whose subject is a partnership."""

    reads: ClassVar[tuple[str, ...]] = (
        "introduction__association__organisation",
        "introduction__company__organisation",
    )
    reads_many: ClassVar[tuple[Any, ...]] = parties_read_with()
    owner: ClassVar[Owner] = Owner.ORGANISATION

    def locked_first(self, subject: Partnership) -> Sequence[Organisation]:
        return sorted(subject.organisations(), key=lambda organisation: organisation.pk)

    def organisation_id(self, subject: Partnership) -> uuid.UUID | None:
        """The side that asked takes the first step."""
        return subject.introduction.asking_organisation.pk if subject.introduction else None


@register_rule
class DidYouTalk(PartnershipRule):
    """Asked of both on three days; then silence is an answer too, and both are free again."""

    name: ClassVar[str] = "partnerships.did_you_talk"
    title: ClassVar[str] = "Demander aux deux côtés s’ils se sont parlé"
    days: ClassVar[tuple[int, ...]] = (*TURNS, CONCLUSION_DAY)
    leaves_the_day: ClassVar[bool] = True

    def what(self, subject: Partnership) -> str:
        return "Se parler une première fois, et nous le dire"

    def organisation_id(self, subject: Partnership) -> uuid.UUID | None:
        """The side that has not said yes; the one that asked, when neither has."""
        waiting = [one.pk for one in subject.without_a_yes()]
        first = super().organisation_id(subject)
        return first if first in waiting or not waiting else waiting[0]

    def also_waits_for(self, subject: Partnership) -> Sequence[uuid.UUID]:
        """Nobody is returned to matching while they, or the other side, cannot answer."""
        return [one.pk for one in subject.without_a_yes()]

    def still_relevant(self, subject: Partnership) -> bool:
        return subject.is_asked_whether_they_talked

    def act(self, subject: Partnership, follow_up: FollowUp) -> None:
        if follow_up.occurrence >= CONCLUSION_DAY:
            talk_time_is_over.send(Partnership, partnership=subject)
        else:
            asked_again = following(self, follow_up.occurrence) in TURNS
            talk_day_has_come.send(
                Partnership,
                partnership=subject,
                turn=follow_up.occurrence,
                key=follow_up.turn,
                again_on=planning.next_date(self, follow_up) if asked_again else None,
            )


class TeamSettles(PartnershipRule):
    """Two sides do not say the same: a person of the team asks both by a promised day, and writes what is so.

    That day passed, both are told so, with the next one; the step stays on the team's list.
    """

    owner: ClassVar[Owner] = Owner.STAFF
    days: ClassVar[tuple[int, ...]] = (3,)
    every: ClassVar[int | None] = 5
    leaves_the_day: ClassVar[bool] = True

    def organisation_id(self, subject: Partnership) -> None:
        return None

    def letters(self, subject: Partnership, follow_up: FollowUp) -> Sequence[Letter]:
        new_date = {"new_date": planning.next_date(self, follow_up)}
        return (Letter(SettlementDelayed, subject, f"{follow_up.rule}-{follow_up.turn}", new_date),)


@register_rule
class SettleDisagreement(TeamSettles):
    """One says they talked, the other not."""

    name: ClassVar[str] = "partnerships.settle_disagreement"
    title: ClassVar[str] = "Appeler deux côtés qui ne disent pas la même chose"

    def what(self, subject: Partnership) -> str:
        return "Appeler les deux côtés\u00a0: l’un dit avoir parlé à l’autre, qui dit que non."

    def still_relevant(self, subject: Partnership) -> bool:
        return subject.status == PartnershipStatus.DISCUSSION and subject.disagreement_at is not None


@register_rule
class SettleSignature(TeamSettles):
    """One says that it is signed, the other that it is not."""

    name: ClassVar[str] = "partnerships.settle_signature"
    title: ClassVar[str] = "Appeler deux côtés qui ne s’accordent pas sur une signature"

    def what(self, subject: Partnership) -> str:
        return "Appeler les deux côtés\u00a0: l’un dit que c’est signé, l’autre que non."

    def still_relevant(self, subject: Partnership) -> bool:
        return subject.status == PartnershipStatus.DISCUSSION and subject.contested_at is not None


@register_rule
class DecideTogether(PartnershipRule):
    """They have talked: they sign, or say that it will not be."""

    name: ClassVar[str] = "partnerships.decide_together"
    title: ClassVar[str] = "Décider ensemble de la suite d’une discussion"
    days: ClassVar[tuple[int, ...]] = (20, 90)
    every: ClassVar[int | None] = 90

    def what(self, subject: Partnership) -> str:
        return "Décider ensemble\u00a0: nous dire que c’est signé, ou que cela ne se fera pas"

    def still_relevant(self, subject: Partnership) -> bool:
        return subject.status == PartnershipStatus.DISCUSSION and subject.talked_at is not None

    def letters(self, subject: Partnership, follow_up: FollowUp) -> Sequence[Letter]:
        first = follow_up.occurrence == self.days[0]
        asked_by = DecideTogetherReminder if first else DecideTogetherAgain
        return (Letter(asked_by, subject, follow_up.turn),)


class AgreedRule(PartnershipRule):
    """A rule of a signed partnership."""

    def still_relevant(self, subject: Partnership) -> bool:
        return subject.status == PartnershipStatus.AGREED


@register_rule
class AskRenewal(AgreedRule):
    """Ninety days before the end: do they go on?"""

    name: ClassVar[str] = "partnerships.renewal"
    title: ClassVar[str] = "Demander si un partenariat continue après sa fin"
    days: ClassVar[tuple[int, ...]] = (0, 45)
    every: ClassVar[int | None] = 45

    def what(self, subject: Partnership) -> str:
        return "Faire vivre le partenariat, puis dire s’il continue après sa date de fin"

    def letters(self, subject: Partnership, follow_up: FollowUp) -> Sequence[Letter]:
        return (Letter(RenewalAsked, subject, follow_up.turn),)


@register_rule
class ReviewYearly(AgreedRule):
    """Without a date of end, they are asked every year."""

    name: ClassVar[str] = "partnerships.yearly_review"
    title: ClassVar[str] = "Demander si un partenariat sans date de fin continue"
    days: ClassVar[tuple[int, ...]] = (365,)
    every: ClassVar[int | None] = 365

    def what(self, subject: Partnership) -> str:
        return "Faire vivre le partenariat, puis dire s’il continue une année de plus"

    def letters(self, subject: Partnership, follow_up: FollowUp) -> Sequence[Letter]:
        return (Letter(RenewalAsked, subject, follow_up.turn),)


@register_rule
class ReachTerm(AgreedRule):
    """The day after the last one, the partnership has come to its end by itself."""

    name: ClassVar[str] = "partnerships.term"
    title: ClassVar[str] = "Accompagner un partenariat jusqu’à sa date de fin"
    is_step: ClassVar[bool] = False
    owner: ClassVar[Owner] = Owner.PLATFORM
    days: ClassVar[tuple[int, ...]] = (0,)
    # Started again when a delay set by hand made it too early.
    every: ClassVar[int | None] = 1

    def what(self, subject: Partnership) -> str:
        return "Accompagner le partenariat jusqu’à sa date de fin"

    def organisation_id(self, subject: Partnership) -> None:
        return None

    def act(self, subject: Partnership, follow_up: FollowUp) -> None:
        term_has_come.send(Partnership, partnership=subject)


@register_rule
class LiveToTheEnd(ReachTerm):
    """They stop on the day foreseen, or it is too near to ask: nothing more is asked until then."""

    name: ClassVar[str] = "partnerships.last_months"
    title: ClassVar[str] = "Accompagner les derniers mois d’un partenariat"
    is_step: ClassVar[bool] = True


class ReflectionRule(PartnershipRule):
    """A few lines asked of each party, then recalled; the last day over, the question rests."""

    leaves_the_day: ClassVar[bool] = True
    moment: ClassVar[ReflectionMoment]
    asked_by: ClassVar[type[Notification]]
    recalled_by: ClassVar[type[Notification]]

    def organisation_id(self, subject: Partnership) -> uuid.UUID | None:
        waiting = [one.pk for one in subject.without_words(self.moment)]
        first = super().organisation_id(subject)
        return first if first in waiting or not waiting else waiting[0]

    def still_relevant(self, subject: Partnership) -> bool:
        return subject.reflection_moment == self.moment

    def letters(self, subject: Partnership, follow_up: FollowUp) -> Sequence[Letter] | None:
        if follow_up.occurrence >= self.days[-1]:
            return None
        first = follow_up.occurrence == self.days[0]
        return (Letter(self.asked_by if first else self.recalled_by, subject, follow_up.turn),)

    def act(self, subject: Partnership, follow_up: FollowUp) -> None:
        reflection_time_is_over.send(Partnership, partnership=subject, moment=self.moment)


@register_rule
class EvaluateTogether(ReflectionRule):
    """Ten working days after the end: what came of it?"""

    name: ClassVar[str] = "partnerships.joint_evaluation"
    title: ClassVar[str] = "Écrire ensemble ce qu’un partenariat a donné"
    days: ClassVar[tuple[int, ...]] = (10, 20, 30)
    moment: ClassVar[ReflectionMoment] = ReflectionMoment.EVALUATION
    asked_by: ClassVar[type[Notification]] = JointEvaluationAsked
    recalled_by: ClassVar[type[Notification]] = JointEvaluationRecalled

    def what(self, subject: Partnership) -> str:
        return "Écrire ensemble, en quelques lignes, ce que le partenariat a donné"


@register_rule
class TellLastingEffect(ReflectionRule):
    """Ninety days after the end: what remains of it?"""

    name: ClassVar[str] = "partnerships.lasting_effect"
    title: ClassVar[str] = "Dire ce qu’il reste d’un partenariat, avec le recul"
    days: ClassVar[tuple[int, ...]] = (90, 120, 150)
    moment: ClassVar[ReflectionMoment] = ReflectionMoment.LASTING_EFFECT
    asked_by: ClassVar[type[Notification]] = LastingEffectAsked
    recalled_by: ClassVar[type[Notification]] = LastingEffectRecalled

    def what(self, subject: Partnership) -> str:
        return "Dire ce qu’il reste du partenariat, avec le recul"
