"""An association's steps. Their subject is its Organisation, as for the staff's check: one step at a time."""

import re
import uuid
from collections.abc import Sequence
from datetime import datetime, time
from typing import Any, ClassVar

from accounts.enums import OrganisationStatus
from accounts.models import Organisation, team_of
from accounts.operations.newcomers import newcomers
from associations import notifications
from associations.models import Association
from associations.readiness import ITS_LISTS, is_complete, missing_in_words
from mecenova.agenda import planning
from mecenova.agenda.enums import Owner
from mecenova.agenda.models import FollowUp
from mecenova.agenda.operations import keep_or_start, start, start_once
from mecenova.agenda.rules import Letter, Rule, register_rule
from mecenova.agenda.silence import recent, register_beside
from mecenova.calendar.clock import PARIS
from mecenova.mail.operations import queue

register_beside(
    ["associations.first_steps"],
    lambda: newcomers(recent()).filter(association__isnull=False),
    lambda organisation: start_once(FirstSteps, organisation),
    once=True,
)


# For the rules that say what is missing.
WITH_PARTS = (team_of(), *ITS_LISTS)


class AssociationRule(Rule):
    """A rule whose subject is the organisation of an association."""

    reads: ClassVar[tuple[str, ...]] = ("association",)
    reads_many: ClassVar[tuple[Any, ...]] = (team_of(),)

    def organisation_id(self, subject: Organisation) -> uuid.UUID | None:
        return subject.pk

    def still_relevant(self, subject: Organisation) -> bool:
        return subject.status not in {OrganisationStatus.LEFT, OrganisationStatus.UNCLAIMED}


class StepRule(AssociationRule):
    """A next step. Coming due, it first looks whether another step has taken its place."""

    # The staff's step that takes over when this one has waited long enough.
    call: ClassVar["type[StepRule] | None"] = None

    @classmethod
    def since(cls, organisation: Organisation) -> datetime | None:
        """A date of its own to count from; None is the moment the step is started."""
        return None

    def act(self, subject: Organisation, follow_up: FollowUp) -> None:
        if not refresh_step(subject):
            self.remind(subject, follow_up)

    def remind(self, subject: Organisation, follow_up: FollowUp) -> None:
        """What to do when nothing has moved."""


@register_rule
class FirstSteps(AssociationRule):
    """What is missing, by name; then a first lesson; then, if it is still incomplete, a person's time."""

    name = "associations.first_steps"
    title = "Accompagner les premiers pas d’une association"
    reads_many = WITH_PARTS
    is_step = False
    to_you = "Accompagner vos premiers pas"
    owner = Owner.PLATFORM
    days = (1, 7, 15)

    def what(self, subject: Organisation) -> str:
        return "Accompagner les premiers pas de l’association"

    def still_relevant(self, subject: Organisation) -> bool:
        return super().still_relevant(subject) and subject.association.wishes_mail

    def letters(self, subject: Organisation, follow_up: FollowUp) -> Sequence[Letter]:
        if follow_up.occurrence == 7:
            return (Letter(notifications.FirstLesson, subject),)
        if is_complete(subject.association):
            return ()
        *_, last = self.days
        if follow_up.occurrence == last:
            return (Letter(notifications.PersonSlot, subject),)
        offered = {"offered_from": planning.later_date(self, follow_up, last)}
        return (Letter(notifications.MissingParts, subject, context=offered),)


class Call(StepRule):
    """A person of the team calls; repeated until the call is noted or the association has moved."""

    owner = Owner.STAFF
    days = (10,)
    every = 30

    def remind(self, subject: Organisation, follow_up: FollowUp) -> None:
        """The step stays on the team's list, later than promised: nobody else is written to."""


@register_rule
class CallToComplete(Call):
    name = "associations.call_to_complete"
    title = "Appeler une association pour compléter sa fiche"
    reads_many = WITH_PARTS

    to_you = "Vous appeler pour compléter votre fiche ensemble."

    def what(self, subject: Organisation) -> str:
        return _short(f"Appeler l’association pour compléter sa fiche avec elle\u00a0: {_missing(subject)}.")


@register_rule
class CallToPublish(Call):
    name = "associations.call_to_publish"
    title = "Appeler une association pour préparer un premier projet"

    to_you = "Vous appeler pour préparer ensemble un premier projet."

    def what(self, subject: Organisation) -> str:
        return "Appeler l’association pour préparer avec elle un premier projet."


@register_rule
class CallAfterSilence(Call):
    """Counted from the last presentation, as the promise it keeps: owed before its day, late after it."""

    name = "associations.call_after_silence"
    title = "Appeler une association que personne n’a reçue"
    to_you = "Vous appeler avant la fin des 90 jours\u00a0: aucune entreprise ne vous a reçue depuis."
    days = (90,)

    def what(self, subject: Organisation) -> str:
        return (
            "Appeler l’association avant la fin de ses 90 jours\u00a0: aucune entreprise ne l’a reçue depuis."
        )


@register_rule
class CompleteProfile(StepRule):
    """The reminders themselves are those of FirstSteps; this step only hands over to a person."""

    name = notifications.COMPLETING
    title = "Compléter la fiche de l’association"
    reads_many = WITH_PARTS
    owner = Owner.ORGANISATION
    days = (20,)
    call = CallToComplete

    def what(self, subject: Organisation) -> str:
        return _short(f"Compléter la fiche. Il manque\u00a0: {_missing(subject)}.")

    def remind(self, subject: Organisation, follow_up: FollowUp) -> None:
        start(CallToComplete, subject)


@register_rule
class PublishProject(StepRule):
    name = "associations.publish_project"
    title = "Publier un premier projet"
    owner = Owner.ORGANISATION
    days = (10, 30, 45)
    deadline_day = 30
    call = CallToPublish

    def what(self, subject: Organisation) -> str:
        return "Publier un premier projet\u00a0: c’est lui que les entreprises lisent."

    def remind(self, subject: Organisation, follow_up: FollowUp) -> None:
        if follow_up.occurrence == self.days[-1]:
            start(CallToPublish, subject)
        elif not subject.association.projects.draft().exists():
            # A draft has its own reminder: never two on the same subject.
            told = {"turn": self.days.index(follow_up.occurrence), **planning.before_a_call(self, follow_up)}
            queue(notifications.PublishProject, subject, occurrence=follow_up.turn, context=told)


@register_rule
class Presentation(StepRule):
    """The platform's promise: presented to a compatible company, or called by a person, within 90 days."""

    name = "associations.presentation"
    title = "Présenter une association à une entreprise"
    to_you = "Vous présenter à une entreprise compatible, ou vous appeler."
    owner = Owner.PLATFORM
    # A week before the day promised, what rounds have not done a person is asked to do.
    days = (83, 90)
    call = CallAfterSilence

    def what(self, subject: Organisation) -> str:
        return "Présenter l’association à une entreprise compatible, ou l’appeler."

    def remind(self, subject: Organisation, follow_up: FollowUp) -> None:
        start(CallAfterSilence, subject, since=follow_up.since)


@register_rule
class Available(StepRule):
    """An expert is consulted, never solicited and never chased."""

    name = "associations.available"
    title = "Garder le lien avec une association consultée comme experte"
    to_you = "Vous consulter quand votre expertise est demandée."
    owner = Owner.PLATFORM
    days = (90,)
    every = 90

    def what(self, subject: Organisation) -> str:
        return "Consulter l’association quand son expertise est demandée."


@register_rule
class Pause(StepRule):
    """Left in peace until the last day chosen; the day after, the site takes up where it was."""

    name = "associations.pause"
    title = "Reprendre avec une association après sa pause"
    to_you = "Respecter votre pause, puis reprendre avec vous."
    owner = Owner.PLATFORM
    days = (1,)

    @classmethod
    def since(cls, organisation: Organisation) -> datetime | None:
        last_day = organisation.association.paused_until
        return datetime.combine(last_day, time(12), tzinfo=PARIS) if last_day else None

    def what(self, subject: Organisation) -> str:
        return "Respecter la pause de l’association, puis reprendre avec elle."

    def act(self, subject: Organisation, follow_up: FollowUp) -> None:
        if refresh_step(subject):
            queue(notifications.PauseOver, subject, occurrence=str(follow_up.cycle))


def step_for(organisation: Organisation) -> type[StepRule] | None:
    """The step this association is at. None while accounts owns it (to check) or when nobody is there."""
    if not organisation.is_checked:
        return None
    return step_of(organisation, Association.objects.for_step().get(organisation=organisation))


def step_of(organisation: Organisation, association: Association) -> type[StepRule]:
    """The same of one that is checked, its association read `for_step` with others."""
    if association.is_expert_only:
        return Available
    if association.is_paused:
        return Pause
    if organisation.is_unattended:
        return Presentation
    if not association.lacks_nothing:
        return CompleteProfile
    return Presentation if association.has_published else PublishProject


def refresh_step(organisation: Organisation) -> bool:
    """Start the step the association is at, unless it is open already; tell whether another one began."""
    chosen = step_for(organisation)
    if chosen is None:
        return False
    # What is missing changes as the profile fills up: the step that is kept names what is left.
    kept = filter(None, (chosen, chosen.call))
    return keep_or_start(organisation, *kept, since=chosen.since(organisation))


def _missing(organisation: Organisation) -> str:
    """Read by the association and by the team: nobody's own."""
    named = re.sub(r"\b(?:votre|vos) ", "", missing_in_words(organisation.association))
    return named or "quelques précisions"


def _short(sentence: str) -> str:
    """Within the room a follow-up has for what it says."""
    return sentence if len(sentence) <= 300 else f"{sentence[:299]}…"
