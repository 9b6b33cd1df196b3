"""The mails of introductions."""

from collections.abc import Iterable
from datetime import timedelta
from typing import TYPE_CHECKING, Any, ClassVar

from django.urls import reverse

from accounts.models import Organisation, team_of
from accounts.policies import is_member
from mecenova.agenda import operations as agenda
from mecenova.calendar import clock
from mecenova.mail.addresses import absolute_url
from mecenova.mail.links import link_for
from mecenova.mail.models import OutgoingMail
from mecenova.mail.notifications import Notification, register_notification
from mecenova.workflow.journal import history
from partnerships.enums import IntroductionStatus, Side
from partnerships.models import Introduction
from partnerships.refusals import next_steps_after

if TYPE_CHECKING:
    from accounts.models import User

# A week's digest does not repeat what a last call has asked since the one before.
LAST_CALL_SAYS_IT_FOR = timedelta(days=7)
# The one-click action declared in links.py.
ANSWER_LINK = "partnerships.answer"


class IntroductionNotification(Notification):
    """A mail about an introduction, wanted only while it is in one of `wanted_in`."""

    wanted_in: ClassVar[tuple[str, ...]]
    reads: ClassVar[tuple[str, ...]] = (
        "association__organisation",
        "company__organisation",
        "need",
        "project",
    )
    reads_many: ClassVar[tuple[Any, ...]] = (
        team_of("association__organisation"),
        team_of("company__organisation"),
    )

    def context(self, subject: Introduction, recipient: "User") -> dict[str, Any]:
        # What has ended has no step any more.
        step = agenda.next_step(subject) if subject.is_open else None
        return {
            "introduction": subject,
            "asking": subject.asking_organisation,
            "answering": subject.answering_organisation,
            "deadline": step.deadline if step else None,
            "put_off": step.put_off if step else "",
            "introduction_url": absolute_url(subject.get_absolute_url()),
            "needs_url": absolute_url(reverse("companies:need_list")),
            "associations_url": absolute_url(reverse("associations:list")),
        }

    def still_wanted(self, subject: Introduction, recipient: "User") -> bool:
        return subject.status in self.wanted_in


class ToAnsweringSide(IntroductionNotification):
    wanted_in: ClassVar[tuple[str, ...]] = (IntroductionStatus.REQUESTED,)

    def recipients(self, subject: Introduction) -> "Iterable[User]":
        return subject.answering_organisation.active_members()

    def context(self, subject: Introduction, recipient: "User") -> dict[str, Any]:
        return super().context(subject, recipient) | {
            "answer_url": link_for(ANSWER_LINK, subject, recipient),
            # Who said « later » owes nothing before the date given.
            "waiting_since": subject.later_on or subject.requested_at,
        }


class ToAskingSide(IntroductionNotification):
    def recipients(self, subject: Introduction) -> "Iterable[User]":
        return subject.asking_organisation.active_members()

    def context(self, subject: Introduction, recipient: "User") -> dict[str, Any]:
        return super().context(subject, recipient) | {
            "reader_is_association": subject.asked_by_side == Side.ASSOCIATION,
        }


@register_notification
class IntroductionRequested(ToAnsweringSide):
    name: ClassVar[str] = "partnerships.introduction_requested"
    template: ClassVar[str] = "mail/partnerships/introduction_requested.md"


@register_notification
class IntroductionReminder(ToAnsweringSide):
    name: ClassVar[str] = "partnerships.introduction_reminder"
    template: ClassVar[str] = "mail/partnerships/introduction_reminder.md"


@register_notification
class IntroductionSecondReminder(ToAnsweringSide):
    name: ClassVar[str] = "partnerships.introduction_second_reminder"
    template: ClassVar[str] = "mail/partnerships/introduction_second_reminder.md"
    weekly: ClassVar[bool] = True

    def still_wanted(self, subject: Introduction, recipient: "User") -> bool:
        """Not beside the last call, which says the same and more: today's, tomorrow's, or the past week's."""
        step = agenda.next_step(subject)
        coming = step is not None and clock.paris(step.due_at).date() <= clock.today() + timedelta(days=1)
        written = OutgoingMail.objects.filter(
            notification=IntroductionLastCall.name,
            subject_id=subject.pk,
            recipient=recipient,
            created_at__gt=clock.now() - LAST_CALL_SAYS_IT_FOR,
        )
        return super().still_wanted(subject, recipient) and not coming and not written.exists()


@register_notification
class IntroductionLastCall(ToAnsweringSide):
    name: ClassVar[str] = "partnerships.introduction_last_call"
    template: ClassVar[str] = "mail/partnerships/introduction_last_call.md"


@register_notification
class IntroductionQueued(ToAskingSide):
    name: ClassVar[str] = "partnerships.introduction_queued"
    template: ClassVar[str] = "mail/partnerships/introduction_queued.md"
    wanted_in: ClassVar[tuple[str, ...]] = (IntroductionStatus.QUEUED,)
    urgent: ClassVar[bool] = True


@register_notification
class IntroductionTrueStatus(ToAskingSide):
    name: ClassVar[str] = "partnerships.introduction_true_status"
    template: ClassVar[str] = "mail/partnerships/introduction_true_status.md"
    weekly: ClassVar[bool] = True
    wanted_in: ClassVar[tuple[str, ...]] = (IntroductionStatus.REQUESTED, IntroductionStatus.LATER)


class TalkNow(IntroductionNotification):
    """A yes was said: an answer to this mail goes to the people of the other side, without signing in."""

    wanted_in: ClassVar[tuple[str, ...]] = (IntroductionStatus.YES,)

    def other_side(self, subject: Introduction) -> Organisation:
        raise NotImplementedError

    def reply_to(self, subject: Introduction, recipient: "User") -> list[str]:
        return [person.email for person in self.other_side(subject).active_members()]

    def context(self, subject: Introduction, recipient: "User") -> dict[str, Any]:
        step = agenda.next_step(subject.partnership)
        other = self.other_side(subject)
        people = other.active_members()
        return super().context(subject, recipient) | {
            "partnership_url": absolute_url(subject.partnership.get_absolute_url()),
            "asked_on": step.due_at if step else None,
            "is_read": bool(people),
            "people": [name for person in people if (name := person.get_full_name())],
            "phone": other.phone,
        }


@register_notification
class IntroductionAccepted(TalkNow, ToAskingSide):
    name: ClassVar[str] = "partnerships.introduction_accepted"
    template: ClassVar[str] = "mail/partnerships/introduction_accepted.md"

    def other_side(self, subject: Introduction) -> Organisation:
        return subject.answering_organisation


@register_notification
class IntroductionAgreed(TalkNow):
    """To the side that said yes, from a mail perhaps: all it has read of the other is the request."""

    name: ClassVar[str] = "partnerships.introduction_agreed"
    template: ClassVar[str] = "mail/partnerships/introduction_agreed.md"

    def other_side(self, subject: Introduction) -> Organisation:
        return subject.asking_organisation

    def recipients(self, subject: Introduction) -> "Iterable[User]":
        return subject.answering_organisation.active_members()

    def context(self, subject: Introduction, recipient: "User") -> dict[str, Any]:
        line = history(subject).filter(verb="accept").last()
        return super().context(subject, recipient) | {"by": line.by if line else None}


@register_notification
class IntroductionPostponed(ToAskingSide):
    name: ClassVar[str] = "partnerships.introduction_postponed"
    template: ClassVar[str] = "mail/partnerships/introduction_postponed.md"
    wanted_in: ClassVar[tuple[str, ...]] = (IntroductionStatus.LATER,)

    def context(self, subject: Introduction, recipient: "User") -> dict[str, Any]:
        line = history(subject).filter(verb="postpone").last()
        again = line is not None and line.source == IntroductionStatus.LATER
        return super().context(subject, recipient) | {"again": again}


@register_notification
class IntroductionDeclined(ToAskingSide):
    name: ClassVar[str] = "partnerships.introduction_declined"
    template: ClassVar[str] = "mail/partnerships/introduction_declined.md"
    wanted_in: ClassVar[tuple[str, ...]] = (IntroductionStatus.NO,)

    def context(self, subject: Introduction, recipient: "User") -> dict[str, Any]:
        return super().context(subject, recipient) | {"after_no": next_steps_after(subject, absolute=True)}


@register_notification
class IntroductionReleased(ToAskingSide):
    name: ClassVar[str] = "partnerships.introduction_released"
    template: ClassVar[str] = "mail/partnerships/introduction_released.md"
    wanted_in: ClassVar[tuple[str, ...]] = (IntroductionStatus.RELEASED,)

    def context(self, subject: Introduction, recipient: "User") -> dict[str, Any]:
        return super().context(subject, recipient) | {
            "profile_url": absolute_url(_what_others_read(subject)),
            "library_url": absolute_url(reverse("infotheque:list")),
        }


@register_notification
class IntroductionWithdrawn(IntroductionNotification):
    """Who asked has changed its mind: those who had been told of the request need not answer any more."""

    name: ClassVar[str] = "partnerships.introduction_withdrawn"
    template: ClassVar[str] = "mail/partnerships/introduction_withdrawn.md"
    wanted_in: ClassVar[tuple[str, ...]] = (IntroductionStatus.WITHDRAWN,)

    def recipients(self, subject: Introduction) -> "Iterable[User]":
        return subject.answering_organisation.active_members() if subject.requested_at else ()

    def context(self, subject: Introduction, recipient: "User") -> dict[str, Any]:
        line = history(subject).filter(verb="withdraw").last()
        return super().context(subject, recipient) | {"note": line.note if line else ""}

    def still_wanted(self, subject: Introduction, recipient: "User") -> bool:
        """Not by somebody whom the request itself had not reached yet."""
        told = OutgoingMail.objects.sent().filter(
            notification=IntroductionRequested.name, subject_id=subject.pk, recipient=recipient
        )
        return super().still_wanted(subject, recipient) and (subject.seen_at is not None or told.exists())


@register_notification
class IntroductionEnded(IntroductionNotification):
    """One side has left the site: the other is told, unless it never knew of the request."""

    name: ClassVar[str] = "partnerships.introduction_ended"
    template: ClassVar[str] = "mail/partnerships/introduction_ended.md"
    wanted_in: ClassVar[tuple[str, ...]] = (IntroductionStatus.RELEASED,)

    def recipients(self, subject: Introduction) -> "Iterable[User]":
        if subject.gone_organisation == subject.answering_organisation:
            return subject.asking_organisation.active_members()
        return subject.answering_organisation.active_members() if subject.requested_at else ()

    def context(self, subject: Introduction, recipient: "User") -> dict[str, Any]:
        gone = subject.gone_organisation
        return super().context(subject, recipient) | {
            "gone": gone,
            "asked": gone == subject.answering_organisation,
            "reader_is_association": gone == subject.company.organisation,
        }


@register_notification
class IntroductionNeedOver(ToAskingSide):
    """The need closed while the request waited for a place: it was never sent, and nobody refused it."""

    name: ClassVar[str] = "partnerships.introduction_need_over"
    template: ClassVar[str] = "mail/partnerships/introduction_need_over.md"
    wanted_in: ClassVar[tuple[str, ...]] = (IntroductionStatus.RELEASED,)


@register_notification
class IntroductionOverMeanwhile(IntroductionNotification):
    """Postponed, and its need was over when the day came: both sides are told that it ends here."""

    name: ClassVar[str] = "partnerships.introduction_over_meanwhile"
    template: ClassVar[str] = "mail/partnerships/introduction_over_meanwhile.md"
    wanted_in: ClassVar[tuple[str, ...]] = (IntroductionStatus.RELEASED,)

    def recipients(self, subject: Introduction) -> "Iterable[User]":
        yield from subject.asking_organisation.active_members()
        yield from subject.answering_organisation.active_members()

    def context(self, subject: Introduction, recipient: "User") -> dict[str, Any]:
        return super().context(subject, recipient) | {
            "reader_asked": is_member(recipient, subject.asking_organisation),
            "reader_is_association": is_member(recipient, subject.association.organisation),
        }


def _what_others_read(introduction: Introduction) -> str:
    """Where the side that asked writes what others read of it."""
    if introduction.asked_by_side == Side.ASSOCIATION:
        return reverse("associations:edit", args=[introduction.association_id])
    if introduction.need_id is not None:
        return reverse("companies:need_edit", args=[introduction.need_id])
    return reverse("companies:policy", args=[introduction.company_id])
