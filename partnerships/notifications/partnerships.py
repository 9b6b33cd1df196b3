"""The mails of partnerships."""

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any, ClassVar

from django.urls import reverse

from accounts.models import Organisation
from accounts.policies import is_member
from mecenova.agenda import operations as agenda
from mecenova.mail.addresses import absolute_url
from mecenova.mail.digest import next_digest_time
from mecenova.mail.links import link_for
from mecenova.mail.notifications import Notification, register_notification
from mecenova.team import is_staff
from mecenova.ui.contractions import of_name
from mecenova.workflow.journal import history
from mecenova.workflow.models import TransitionRecord
from partnerships.enums import SAYING_SIGNED, PartnershipStatus, PartyRole, ReflectionMoment
from partnerships.models import Partnership, Reflection, parties_read_with
from partnerships.policies import can_contest_signature
from partnerships.talks import Phase, phase_of

if TYPE_CHECKING:
    from accounts.models import User

# The one-click action declared in links.py.
TALK_LINK = "partnerships.talk"


class PartnershipNotification(Notification):
    """To the people of every party that is still here, while the partnership is in one of `wanted_in`."""

    wanted_in: ClassVar[tuple[str, ...]]
    reads_many: ClassVar[tuple[Any, ...]] = parties_read_with()

    def organisations(self, subject: Partnership) -> Iterable[Organisation]:
        return subject.present_organisations()

    def recipients(self, subject: Partnership) -> "Iterable[User]":
        for organisation in self.organisations(subject):
            yield from organisation.active_members()

    def context(self, subject: Partnership, recipient: "User") -> dict[str, Any]:
        parties = subject.known_parties
        own = next((party for party in parties if is_member(recipient, party.organisation)), parties[0])
        others = [party for party in parties if party != own]
        step = agenda.next_step(subject)
        return {
            "partnership": subject,
            "own": own.organisation,
            "others": [party.organisation.name for party in others],
            # Whether another party is still here, to be asked the same and to read these words.
            "is_read": any(not party.organisation.has_left for party in others),
            "reader_is_association": own.role == PartyRole.BENEFICIARY,
            "deadline": step.deadline if step else None,
            "asked_on": step.due_at if step else None,
            "put_off": step.put_off if step else "",
            "partnership_url": absolute_url(subject.get_absolute_url()),
            "needs_url": absolute_url(reverse("companies:need_list")),
            "associations_url": absolute_url(reverse("associations:list")),
            "dashboard_url": absolute_url(own.organisation.dashboard_path),
        }

    def still_wanted(self, subject: Partnership, recipient: "User") -> bool:
        return subject.status in self.wanted_in


class ToTheOthers(PartnershipNotification):
    """What one person has just done, told to the parties they are not of; to all when it was the platform."""

    verb: ClassVar[str]

    def line(self, subject: Partnership) -> TransitionRecord | None:
        return history(subject).filter(verb=self.verb).last()

    def organisations(self, subject: Partnership) -> Iterable[Organisation]:
        line = self.line(subject)
        by = line.by if line else None
        return [one for one in super().organisations(subject) if by is None or not is_member(by, one)]

    def context(self, subject: Partnership, recipient: "User") -> dict[str, Any]:
        line = self.line(subject)
        return super().context(subject, recipient) | {
            "note": line.note if line else "",
            "by": _in_words(line.by if line else None, subject),
        }


def _side_of(person: "User | None", subject: Partnership) -> str:
    """The name of the party this person is of."""
    if person is None:
        return ""
    return next((one.name for one in subject.organisations() if is_member(person, one)), "")


def _in_words(person: "User | None", subject: Partnership) -> str:
    """Who this is, at the head of a sentence: the other side knows organisations better than people."""
    if person is None:
        return ""
    name, side = person.get_full_name(), _side_of(person, subject)
    if side:
        return f"{name}, {of_name(side)}," if name else side
    if is_staff(person):
        return f"{name}, de l’équipe IMS," if name else "Une personne de l’équipe IMS"
    return str(person)


def _is_of_the_team(line: TransitionRecord | None, subject: Partnership) -> bool:
    """Whether a person of the team, who is of no party, did this."""
    if line is None or line.by is None or not is_staff(line.by):
        return False
    return not any(is_member(line.by, one) for one in subject.organisations())


@register_notification
class PartnershipAbandoned(ToTheOthers):
    """To the parties that go on without the one that stopped."""

    name: ClassVar[str] = "partnerships.partnership_abandoned"
    template: ClassVar[str] = "mail/partnerships/partnership_abandoned.md"
    wanted_in: ClassVar[tuple[str, ...]] = (PartnershipStatus.ABANDONED,)
    verb: ClassVar[str] = "abandon"


@register_notification
class TalkAsked(PartnershipNotification):
    """« Did you talk? », to the sides that have not said yes. Context: `again_on`, unless it is the last."""

    name: ClassVar[str] = "partnerships.talk_asked"
    template: ClassVar[str] = "mail/partnerships/talk_asked.md"
    wanted_in: ClassVar[tuple[str, ...]] = (PartnershipStatus.DISCUSSION,)
    reads_many: ClassVar[tuple[Any, ...]] = (*PartnershipNotification.reads_many, "talk_reports")

    def organisations(self, subject: Partnership) -> Iterable[Organisation]:
        return subject.without_a_yes()

    def context(self, subject: Partnership, recipient: "User") -> dict[str, Any]:
        return super().context(subject, recipient) | {
            "talk_url": link_for(TALK_LINK, subject, recipient),
            "is_last": phase_of(subject.talk_turn) == Phase.LAST,
        }

    def still_wanted(self, subject: Partnership, recipient: "User") -> bool:
        return subject.is_asked_whether_they_talked


@register_notification
class TalkDisagreement(PartnershipNotification):
    name: ClassVar[str] = "partnerships.talk_disagreement"
    template: ClassVar[str] = "mail/partnerships/talk_disagreement.md"

    def still_wanted(self, subject: Partnership, recipient: "User") -> bool:
        return subject.disagreement_at is not None


@register_notification
class SettlementDelayed(PartnershipNotification):
    """Queued with `new_date` as context: the team has not called by the day it promised to both."""

    name: ClassVar[str] = "partnerships.settlement_delayed"
    template: ClassVar[str] = "mail/partnerships/settlement_delayed.md"
    wanted_in: ClassVar[tuple[str, ...]] = (PartnershipStatus.DISCUSSION,)

    def still_wanted(self, subject: Partnership, recipient: "User") -> bool:
        in_disagreement = subject.disagreement_at is not None or subject.contested_at is not None
        return in_disagreement and super().still_wanted(subject, recipient)


class AfterADisagreement(PartnershipNotification):
    """What is so of their talk: with the words of the person of the team who heard both, when one has."""

    def context(self, subject: Partnership, recipient: "User") -> dict[str, Any]:
        lines = history(subject)
        last = lines.filter(verb__in=("report_talk", "settle", "return_to_matching")).last()
        told = lines.filter(verb="settle").last() if _is_of_the_team(last, subject) else None
        return super().context(subject, recipient) | {
            "note": told.note if told else "",
            "by": _in_words(told.by, subject) if told else "",
        }


@register_notification
class TalkSettled(AfterADisagreement):
    """They did talk, whatever had been said: the partnership goes on."""

    name: ClassVar[str] = "partnerships.talk_settled"
    template: ClassVar[str] = "mail/partnerships/talk_settled.md"
    wanted_in: ClassVar[tuple[str, ...]] = (PartnershipStatus.DISCUSSION, PartnershipStatus.AGREED)


@register_notification
class PartnershipReturned(AfterADisagreement):
    name: ClassVar[str] = "partnerships.partnership_returned"
    template: ClassVar[str] = "mail/partnerships/partnership_returned.md"
    wanted_in: ClassVar[tuple[str, ...]] = (PartnershipStatus.RETURNED,)


@register_notification
class DecideTogetherReminder(PartnershipNotification):
    name: ClassVar[str] = "partnerships.decide_together"
    template: ClassVar[str] = "mail/partnerships/decide_together.md"
    weekly: ClassVar[bool] = True

    def context(self, subject: Partnership, recipient: "User") -> dict[str, Any]:
        context = super().context(subject, recipient)
        again = next_digest_time(context["asked_on"]) if context["asked_on"] else None
        return context | {"asked_again_on": again}

    def still_wanted(self, subject: Partnership, recipient: "User") -> bool:
        return subject.is_in_discussion and subject.talked_at is not None


@register_notification
class DecideTogetherAgain(DecideTogetherReminder):
    """Without an answer, from the second time on."""

    name: ClassVar[str] = "partnerships.decide_together_again"
    template: ClassVar[str] = "mail/partnerships/decide_together_again.md"


@register_notification
class PartnershipAgreed(ToTheOthers):
    name: ClassVar[str] = "partnerships.partnership_agreed"
    template: ClassVar[str] = "mail/partnerships/partnership_agreed.md"
    wanted_in: ClassVar[tuple[str, ...]] = (PartnershipStatus.AGREED,)
    verb: ClassVar[str] = "agree"

    def context(self, subject: Partnership, recipient: "User") -> dict[str, Any]:
        """When the team settled it, its own words, which both sides were promised."""
        line = self.line(subject)
        settled = _is_of_the_team(line, subject)
        told = history(subject).filter(verb="settle").last() if settled else None
        return super().context(subject, recipient) | {
            "settled": settled,
            "note": told.note if told else "",
            "may_contest": can_contest_signature(recipient, subject),
        }


@register_notification
class SignatureCorrected(ToTheOthers):
    """The dates that were said are not the right ones: the new ones, and by whom."""

    name: ClassVar[str] = "partnerships.signature_corrected"
    template: ClassVar[str] = "mail/partnerships/signature_corrected.md"
    wanted_in: ClassVar[tuple[str, ...]] = (PartnershipStatus.AGREED,)
    verb: ClassVar[str] = "correct_signature"


@register_notification
class SignatureContested(ToTheOthers):
    name: ClassVar[str] = "partnerships.signature_contested"
    template: ClassVar[str] = "mail/partnerships/signature_contested.md"
    wanted_in: ClassVar[tuple[str, ...]] = (PartnershipStatus.DISCUSSION,)
    verb: ClassVar[str] = "contest_signature"

    def context(self, subject: Partnership, recipient: "User") -> dict[str, Any]:
        """Who had said that it was signed: the reader's own side, another one, or the team."""
        said = history(subject).filter(verb__in=SAYING_SIGNED).last()
        context = super().context(subject, recipient)
        return context | {
            "by_side": _side_of(line.by, subject) if (line := self.line(subject)) else "",
            "said_by": _in_words(said.by, subject) if said else "",
            "said_by_own": bool(said and said.by and is_member(said.by, context["own"])),
            "said_by_team": _is_of_the_team(said, subject),
        }

    def still_wanted(self, subject: Partnership, recipient: "User") -> bool:
        return subject.contested_at is not None


@register_notification
class SignatureSettled(ToTheOthers):
    """The team has asked both: it is not signed yet, and what they said. To both, the team being of none."""

    name: ClassVar[str] = "partnerships.signature_settled"
    template: ClassVar[str] = "mail/partnerships/signature_settled.md"
    wanted_in: ClassVar[tuple[str, ...]] = (PartnershipStatus.DISCUSSION,)
    verb: ClassVar[str] = "settle"


@register_notification
class RenewalAsked(PartnershipNotification):
    name: ClassVar[str] = "partnerships.renewal_asked"
    template: ClassVar[str] = "mail/partnerships/renewal_asked.md"
    wanted_in: ClassVar[tuple[str, ...]] = (PartnershipStatus.AGREED,)


@register_notification
class PartnershipRenewed(ToTheOthers):
    """What one side answered: a new end, or that it stops on the day foreseen. Queued with `goes_on`."""

    name: ClassVar[str] = "partnerships.partnership_renewed"
    template: ClassVar[str] = "mail/partnerships/partnership_renewed.md"
    wanted_in: ClassVar[tuple[str, ...]] = (PartnershipStatus.AGREED,)
    verb: ClassVar[str] = "renew"


@register_notification
class PartnershipEnded(ToTheOthers):
    name: ClassVar[str] = "partnerships.partnership_ended"
    template: ClassVar[str] = "mail/partnerships/partnership_ended.md"
    wanted_in: ClassVar[tuple[str, ...]] = (PartnershipStatus.ENDED,)
    verb: ClassVar[str] = "end"


class ReflectionAsked(PartnershipNotification):
    """A few lines on what came of it, asked of the parties that have not written any."""

    moment: ClassVar[ReflectionMoment]

    def organisations(self, subject: Partnership) -> Iterable[Organisation]:
        return subject.without_words(self.moment)

    def still_wanted(self, subject: Partnership, recipient: "User") -> bool:
        return subject.reflection_moment == self.moment


@register_notification
class ReflectionWritten(PartnershipNotification):
    """Queued with the key of a Reflection: its words, to the parties that did not write them."""

    name: ClassVar[str] = "partnerships.reflection_written"
    template: ClassVar[str] = "mail/partnerships/reflection_written.md"
    weekly: ClassVar[bool] = True
    wanted_in: ClassVar[tuple[str, ...]] = (PartnershipStatus.ENDED,)

    def written(self, subject: Partnership) -> Reflection | None:
        found = subject.reflections.select_related("organisation")
        return next((one for one in found if str(one.pk) == self.occurrence), None)

    def organisations(self, subject: Partnership) -> Iterable[Organisation]:
        written = self.written(subject)
        here = super().organisations(subject)
        return [one for one in here if one.pk != written.organisation_id] if written else ()

    def context(self, subject: Partnership, recipient: "User") -> dict[str, Any]:
        context, written = super().context(subject, recipient), self.written(subject)
        moment = written.moment if written else ""
        still_asked = subject.reflection_moment == moment
        return context | {
            "written": written,
            "is_evaluation": moment == ReflectionMoment.EVALUATION,
            "is_your_turn": still_asked and context["own"] in subject.without_words(moment),
        }


@register_notification
class ReflectionGivenUp(PartnershipNotification):
    """Nobody waits for the words of who has left. Queued with what was asked, and the key of that party."""

    name: ClassVar[str] = "partnerships.reflection_given_up"
    template: ClassVar[str] = "mail/partnerships/reflection_given_up.md"
    weekly: ClassVar[bool] = True
    wanted_in: ClassVar[tuple[str, ...]] = (PartnershipStatus.ENDED,)

    def context(self, subject: Partnership, recipient: "User") -> dict[str, Any]:
        context = super().context(subject, recipient)
        moment, _, key = self.occurrence.partition(":")
        gone = (one.name for one in subject.organisations() if str(one.pk) == key)
        still_asked = subject.reflection_moment == moment
        is_your_turn = still_asked and context["own"] in subject.without_words(moment)
        return context | {
            "gone": next(gone, ""),
            "is_evaluation": moment == ReflectionMoment.EVALUATION,
            "is_your_turn": is_your_turn,
        }


@register_notification
class JointEvaluationAsked(ReflectionAsked):
    name: ClassVar[str] = "partnerships.joint_evaluation_asked"
    template: ClassVar[str] = "mail/partnerships/joint_evaluation_asked.md"
    moment: ClassVar[ReflectionMoment] = ReflectionMoment.EVALUATION


@register_notification
class JointEvaluationRecalled(JointEvaluationAsked):
    """Once, and the last."""

    name: ClassVar[str] = "partnerships.joint_evaluation_recalled"
    template: ClassVar[str] = "mail/partnerships/joint_evaluation_recalled.md"


@register_notification
class LastingEffectAsked(ReflectionAsked):
    name: ClassVar[str] = "partnerships.lasting_effect_asked"
    template: ClassVar[str] = "mail/partnerships/lasting_effect_asked.md"
    moment: ClassVar[ReflectionMoment] = ReflectionMoment.LASTING_EFFECT


@register_notification
class LastingEffectRecalled(LastingEffectAsked):
    """Once, and the last."""

    name: ClassVar[str] = "partnerships.lasting_effect_recalled"
    template: ClassVar[str] = "mail/partnerships/lasting_effect_recalled.md"
