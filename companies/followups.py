"""The next step of a company and of each of its needs: what, who owes it, by when.

The company's steps have its Organisation as subject, as the staff's check does: one open step at a time, and
each hands over to the next. A need has a step of its own from its creation to its closing.
"""

import uuid
from collections.abc import Sequence
from datetime import date, datetime, time, timedelta
from typing import Any, ClassVar

from accounts.models import Organisation, User, team_of
from accounts.policies import is_member
from companies import notifications
from companies.enums import NeedStatus
from companies.models import Company, Need
from companies.readiness import door_is_closed
from companies.signals import need_dormant, need_past_deadline
from mecenova.agenda import planning
from mecenova.agenda.enums import Owner
from mecenova.agenda.models import FollowUp
from mecenova.agenda.operations import close, keep_or_start, restart_step, start
from mecenova.agenda.rules import Letter, Rule, register_rule
from mecenova.agenda.silence import register_living
from mecenova.calendar import clock
from mecenova.mail.operations import queue

register_living(
    "companies.needs",
    lambda: Need.objects.filter(status__in=[NeedStatus.DRAFT, NeedStatus.PUBLISHED]),
    lambda need: restart_need_step(need),
)


class CompanyRule(Rule):
    """A next step whose subject is the organisation of a company."""

    reads: ClassVar[tuple[str, ...]] = ("company",)
    reads_many: ClassVar[tuple[Any, ...]] = (team_of(),)
    # The staff's step that takes over when this one has waited long enough.
    call: ClassVar["type[CompanyRule] | None"] = None

    def organisation_id(self, subject: Organisation) -> uuid.UUID | None:
        return subject.pk

    def still_relevant(self, subject: Organisation) -> bool:
        return subject.is_checked

    def act(self, subject: Organisation, follow_up: FollowUp) -> None:
        """Coming due, it first looks whether another step has taken its place."""
        if not refresh_step(subject):
            self.remind(subject, follow_up)

    def remind(self, subject: Organisation, follow_up: FollowUp) -> None:
        """What to do when nothing has moved."""
        if follow_up.occurrence == self.days[-1] and self.call is not None:
            start(self.call, subject)


@register_rule
class CallAfterSilence(CompanyRule):
    """A person of the team calls; it stays on the team's list until a call is noted or the company moves."""

    name = "companies.call_after_silence"
    title = "Appeler une entreprise silencieuse"
    to_you = "Vous appeler\u00a0: que cherchez-vous maintenant\u202f?"
    owner = Owner.STAFF
    days = (5,)
    every = 30

    def what(self, subject: Organisation) -> str:
        return "Appeler l’entreprise\u00a0: que cherche-t-elle maintenant\u202f?"


@register_rule
class CompletePolicy(CompanyRule):
    name = "companies.complete_policy"
    title = "Dire ce que l’entreprise soutient"
    to_you = "Dire ce que vous soutenez, où et comment, pour recevoir des propositions."
    owner = Owner.ORGANISATION
    days = (3, 10, 30)
    deadline_day = 10
    call = CallAfterSilence

    def what(self, subject: Organisation) -> str:
        return "Dire ce que l’entreprise soutient, où et comment, pour recevoir des propositions."

    def remind(self, subject: Organisation, follow_up: FollowUp) -> None:
        super().remind(subject, follow_up)
        if follow_up.occurrence != self.days[-1]:
            next_day = planning.before_a_call(self, follow_up)
            queue(notifications.CompletePolicy, subject, occurrence=follow_up.turn, context=next_day)


@register_rule
class PublishNeed(CompanyRule):
    name = "companies.publish_need"
    title = "Publier un premier besoin"
    owner = Owner.ORGANISATION
    days = (10, 30, 60)
    deadline_day = 30
    call = CallAfterSilence

    def what(self, subject: Organisation) -> str:
        return "Publier un besoin\u00a0: les associations sauront à quoi répondre."

    def remind(self, subject: Organisation, follow_up: FollowUp) -> None:
        super().remind(subject, follow_up)
        has_draft = subject.company.needs.filter(status=NeedStatus.DRAFT).exists()
        # A draft has its own reminder: never two on the same subject.
        if follow_up.occurrence != self.days[-1] and not has_draft:
            next_day = planning.before_a_call(self, follow_up)
            queue(notifications.PublishNeed, subject, occurrence=follow_up.turn, context=next_day)


@register_rule
class KeepInTouch(CompanyRule):
    """All is said and a need is published: the platform proposes; when it stays silent a person calls."""

    name = "companies.keep_in_touch"
    title = "Prendre des nouvelles d’une entreprise qui se tait"
    to_you = "Vous proposer des associations\u202f; vous appeler si vous ne nous dites plus rien."
    owner = Owner.PLATFORM
    days = (60,)
    call = CallAfterSilence

    def what(self, subject: Organisation) -> str:
        return "Proposer des associations à l’entreprise\u202f; l’appeler si elle ne dit plus rien."


@register_rule
class ClosedDoor(CompanyRule):
    """The company looks at nobody for now: left in peace, then asked once whether the door opens again."""

    name = "companies.closed_door"
    title = "Prendre des nouvelles d’une entreprise qui a fermé sa porte"
    to_you = "Ne rien vous proposer tant que votre porte est fermée\u202f; puis prendre de vos nouvelles."
    owner = Owner.PLATFORM
    days = (90,)
    call = CallAfterSilence

    def what(self, subject: Organisation) -> str:
        return "Ne rien proposer à l’entreprise, qui a fermé sa porte\u202f; puis prendre de ses nouvelles."


class NeedRule(Rule):
    """A next step whose subject is a need."""

    reads: ClassVar[tuple[str, ...]] = ("company__organisation", "company__policy")
    reads_many: ClassVar[tuple[Any, ...]] = (team_of("company__organisation"),)
    status: ClassVar[NeedStatus]

    def locked_first(self, subject: Need) -> Sequence[Organisation]:
        return (subject.company.organisation,)

    def organisation_id(self, subject: Need) -> uuid.UUID | None:
        return subject.company.organisation_id

    def still_relevant(self, subject: Need) -> bool:
        return subject.status == self.status


@register_rule
class FinishNeed(NeedRule):
    """A draft: two reminders, then it is put away, to be taken up whenever its authors wish."""

    name = "companies.finish_need"
    title = "Terminer un besoin resté en brouillon"
    owner = Owner.ORGANISATION
    days = (10, 30, 90)
    deadline_day = 30
    status = NeedStatus.DRAFT

    def what(self, subject: Need) -> str:
        return "Terminer ce besoin et le publier."

    def letters(self, subject: Need, follow_up: FollowUp) -> Sequence[Letter] | None:
        if follow_up.occurrence == self.days[-1]:
            return None
        next_day = planning.what_follows(self, follow_up)
        return (Letter(notifications.FinishNeed, subject, follow_up.turn, next_day),)

    def act(self, subject: Need, follow_up: FollowUp) -> None:
        need_dormant.send(sender=type(self), need=subject)


def _meanwhile(need: Need) -> str:
    if door_is_closed(need.company):
        return "Garder ce besoin en ligne, sans proposer d’association tant que la porte est fermée"
    return "Proposer des associations pour ce besoin"


@register_rule
class NeedDeadline(NeedRule):
    """A published need with a deadline: open to answers until that evening, closed the day after."""

    name = "companies.need_deadline"
    title = "Clore un besoin après sa date limite"
    owner = Owner.PLATFORM
    days = (0,)
    status = NeedStatus.PUBLISHED

    def what(self, subject: Need) -> str:
        return f"{_meanwhile(subject)}, puis le clore le lendemain de sa date limite."

    def act(self, subject: Need, follow_up: FollowUp) -> None:
        if subject.deadline is None or subject.deadline >= clock.today():
            restart_need_step(subject)
        else:
            need_past_deadline.send(sender=type(self), need=subject)


@register_rule
class ReviewNeed(NeedRule):
    """A published need without a deadline: its authors are asked from time to time whether it still holds."""

    name = "companies.review_need"
    title = "Demander si un besoin sans date limite tient toujours"
    owner = Owner.PLATFORM
    days = (90,)
    every = 90
    status = NeedStatus.PUBLISHED

    def what(self, subject: Need) -> str:
        return f"{_meanwhile(subject)}, puis vous demander s’il tient toujours."

    def letters(self, subject: Need, follow_up: FollowUp) -> Sequence[Letter]:
        return (Letter(notifications.ReviewNeed, subject, follow_up.turn),)


def step_for(organisation: Organisation) -> type[CompanyRule] | None:
    """The step this company is at. None while accounts owns it (to check) or when nobody is there."""
    if not organisation.is_checked:
        return None
    company = Company.objects.for_step().get(organisation=organisation)
    if door_is_closed(company):
        return ClosedDoor
    if organisation.is_unattended:
        return KeepInTouch
    if not company.lacks_nothing:
        return CompletePolicy
    return KeepInTouch if company.has_current_need else PublishNeed


def refresh_step(organisation: Organisation) -> bool:
    """Start the step the company is at, unless it is open already; tell whether something changed."""
    chosen = step_for(organisation)
    if chosen is None:
        return False
    return keep_or_start(organisation, *filter(None, (chosen, chosen.call)))


def heard_from(organisation: Organisation, by: User | None) -> None:
    """Somebody wrote in the company's place or for it: only its own people end its silence.

    What the team or an import writes moves the step when it must, and leaves the call owed where it is.
    """
    if by is not None and is_member(by, organisation):
        restart_silence(organisation)
    else:
        refresh_step(organisation)


def restart_silence(organisation: Organisation) -> None:
    """The company did something, or was called: the days of silence count from now, no call is due."""
    close(organisation, KeepInTouch, CallAfterSilence)
    refresh_step(organisation)


def restart_need_step(need: Need) -> None:
    """The one step of the need as it now is; none once it is closed."""
    if need.is_draft:
        restart_step(FinishNeed, need)
    elif need.status == NeedStatus.PUBLISHED and need.deadline is None:
        restart_step(ReviewNeed, need)
    elif need.status == NeedStatus.PUBLISHED and need.deadline is not None:
        restart_step(NeedDeadline, need, since=_the_day_after(need.deadline))
    else:
        close(need, FinishNeed, NeedDeadline, ReviewNeed)


def restart_need_steps(company: Company) -> None:
    """Its door has opened or closed: what is done for each of its published needs is another thing."""
    for need in company.needs.published():
        need.company = company
        restart_need_step(need)


def _the_day_after(day: date) -> datetime:
    """Shortly after midnight in Paris: the whole last day was open to answers."""
    return datetime.combine(day + timedelta(days=1), time(0, 5), tzinfo=clock.PARIS)
