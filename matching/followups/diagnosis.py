"""After a diagnosis: the association chooses, does what it chose, or a person of the team calls.

Their subject is the project, whose own step they replace and give back.
"""

import uuid
from collections.abc import Sequence
from typing import ClassVar

from django.contrib.contenttypes.models import ContentType
from django.db.models import Exists, Model, OuterRef

from accounts.models import Membership, Organisation
from associations.models import Project
from matching import notifications
from matching.findings import interest_came
from matching.models import Diagnosis
from matching.signals import diagnosis_is_moot, ending_to_explain
from mecenova.agenda import planning
from mecenova.agenda.enums import Owner
from mecenova.agenda.models import FollowUp
from mecenova.agenda.operations import start, start_once
from mecenova.agenda.rules import Rule, register_rule
from mecenova.agenda.silence import recent, register_beside
from mecenova.mail.models import OutgoingMail
from mecenova.mail.operations import queue
from partnerships.models import Introduction
from partnerships.models.introduction import IntroductionQuerySet


def untold_endings() -> IntroductionQuerySet:
    """Requests that came to nothing of late, whose associations have read nothing of it: neither the plain
    words nor a diagnosis."""
    subject_type = ContentType.objects.get_for_model(Introduction)
    told = OutgoingMail.objects.filter(
        subject_type=subject_type, subject_id=OuterRef("pk"), created_at__gte=OuterRef("released_at")
    )
    diagnosed = Diagnosis.objects.filter(introduction=OuterRef("pk"))
    people = Membership.objects.filter(
        organisation=OuterRef("association__organisation"), user__is_active=True
    )
    ended = Introduction.objects.come_to_nothing(recent())
    return ended.filter(Exists(people), ~Exists(told), ~Exists(diagnosed))


register_beside(
    ["matching.explain_ending"],
    untold_endings,
    lambda introduction: start_once(ExplainEnding, introduction),
    once=True,
)


@register_rule
class ExplainEnding(Rule):
    """A request ended without an answer: its association is told why, and what it can do, at once."""

    name: ClassVar[str] = "matching.explain_ending"
    title: ClassVar[str] = "Expliquer une demande sans suite"
    is_step: ClassVar[bool] = False
    owner: ClassVar[Owner] = Owner.PLATFORM
    days: ClassVar[tuple[int, ...]] = (0,)
    reads: ClassVar[tuple[str, ...]] = ("association__organisation", "company__organisation")

    def what(self, subject: Introduction) -> str:
        return "Dire à l’association pourquoi sa demande n’a pas abouti, et ce qu’elle peut faire"

    def locked_first(self, subject: Introduction) -> Sequence[Model]:
        both = (subject.association.organisation, subject.company.organisation)
        return sorted(both, key=lambda organisation: organisation.pk)

    def act(self, subject: Introduction, follow_up: FollowUp) -> None:
        ending_to_explain.send(sender=type(self), introduction=subject)


class AfterDiagnosis(Rule):
    """A step of a published project. Coming due, it first looks whether it still has a reason."""

    owner: ClassVar[Owner] = Owner.ORGANISATION
    reads: ClassVar[tuple[str, ...]] = ("association__organisation",)

    def locked_first(self, subject: Project) -> Sequence[Organisation]:
        return (subject.association.organisation,)

    def organisation_id(self, subject: Project) -> uuid.UUID | None:
        return subject.association.organisation_id

    def still_relevant(self, subject: Project) -> bool:
        return subject.is_published and not subject.association.organisation.has_left

    def act(self, subject: Project, follow_up: FollowUp) -> None:
        if not self.has_reason(subject):
            diagnosis_is_moot.send(sender=type(self), project=subject)
        elif follow_up.occurrence == self.days[-1]:
            start(CallAfterDiagnosis, subject)
        else:
            self.remind(subject, follow_up)

    def has_reason(self, subject: Project) -> bool:
        """Whoever is in pause, or an expert only, or has found a company since, is left in peace."""
        return subject.association.wishes_mail and not interest_came(subject)

    def remind(self, subject: Project, follow_up: FollowUp) -> None:
        raise NotImplementedError


@register_rule
class ChooseAfterDiagnosis(AfterDiagnosis):
    """Reminded once; without a choice, a person calls."""

    name: ClassVar[str] = "matching.choose_after"
    title: ClassVar[str] = "Choisir la suite d’un projet sans entreprise"
    days: ClassVar[tuple[int, ...]] = (5, 10)

    def what(self, subject: Project) -> str:
        return "Choisir la suite\u00a0: réécrire le projet, l’élargir, le co-construire, ou faire une pause."

    def has_reason(self, subject: Project) -> bool:
        return super().has_reason(subject) and subject.diagnoses.open().exists()

    def remind(self, subject: Project, follow_up: FollowUp) -> None:
        diagnosis = Diagnosis.objects.open().get(project=subject)
        called_from = {"called_from": planning.next_date(self, follow_up)}
        queue(notifications.DiagnosisReminder, diagnosis, occurrence=follow_up.turn, context=called_from)


class DoWhatWasChosen(AfterDiagnosis):
    """Done as soon as the project is saved; reminded once; then a person calls."""

    days: ClassVar[tuple[int, ...]] = (10, 20)
    deadline_day: ClassVar[int | None] = 10

    def remind(self, subject: Project, follow_up: FollowUp) -> None:
        diagnosis = (
            Diagnosis.objects.filter(project=subject).exclude(choice="").order_by("-chosen_at", "pk").first()
        )
        if diagnosis is not None:
            called_from = {"called_from": planning.next_date(self, follow_up)}
            queue(notifications.ChoiceReminder, diagnosis, occurrence=follow_up.turn, context=called_from)


@register_rule
class RewriteProject(DoWhatWasChosen):
    name: ClassVar[str] = "matching.rewrite"
    title: ClassVar[str] = "Réécrire un projet"

    def what(self, subject: Project) -> str:
        return "Réécrire ce projet, qui reste en ligne pendant ce temps."


@register_rule
class WidenProject(DoWhatWasChosen):
    name: ClassVar[str] = "matching.widen"
    title: ClassVar[str] = "Élargir un projet"

    def what(self, subject: Project) -> str:
        return "Élargir ce projet\u00a0: une autre forme de demande, un autre territoire."


@register_rule
class CallAfterDiagnosis(AfterDiagnosis):
    """On the team's list until a call is noted, a choice is made or the project changes."""

    name: ClassVar[str] = "matching.call_after_diagnosis"
    title: ClassVar[str] = "Appeler à propos d’un projet sans entreprise"
    to_you: ClassVar[str] = "Vous appeler\u00a0: votre projet attend toujours une entreprise."
    owner: ClassVar[Owner] = Owner.STAFF
    days: ClassVar[tuple[int, ...]] = (5,)
    every: ClassVar[int | None] = 30

    def what(self, subject: Project) -> str:
        return "Appeler l’association\u00a0: son projet attend une entreprise, et elle n’a pas donné suite."

    def act(self, subject: Project, follow_up: FollowUp) -> None:
        """The step stays on the list, later than promised: nobody else is written to."""
        if not self.has_reason(subject):
            diagnosis_is_moot.send(sender=type(self), project=subject)


# Steps that end when the association has saved something of its project.
WORK: tuple[type[AfterDiagnosis], ...] = (RewriteProject, WidenProject)
# Those that a project just saved was waiting for.
UNTIL_SAVED: tuple[type[AfterDiagnosis], ...] = (ChooseAfterDiagnosis, *WORK)
# All those that stand in place of the project's own step.
IN_PLACE: tuple[type[AfterDiagnosis], ...] = (*UNTIL_SAVED, CallAfterDiagnosis)
