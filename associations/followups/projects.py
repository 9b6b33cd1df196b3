"""A project's step, from its creation to its closing."""

import uuid
from collections.abc import Sequence
from typing import ClassVar

from accounts.enums import OrganisationStatus
from accounts.models import Organisation
from associations import notifications
from associations.enums import ProjectStatus, Stance
from associations.models import Project
from associations.signals import project_dormant
from mecenova.agenda.enums import Owner
from mecenova.agenda.models import FollowUp
from mecenova.agenda.rules import Rule, register_rule
from mecenova.mail.operations import queue


class ProjectRule(Rule):
    """A rule whose subject is a project."""

    status: ClassVar[ProjectStatus]

    def locked_first(self, subject: Project) -> Sequence[Organisation]:
        return (subject.association.organisation,)

    def organisation_id(self, subject: Project) -> uuid.UUID | None:
        return subject.association.organisation_id

    def still_relevant(self, subject: Project) -> bool:
        gone = subject.association.organisation.status == OrganisationStatus.LEFT
        return subject.status == self.status and not gone


@register_rule
class FinishProject(ProjectRule):
    """A draft: two reminders, then it is put away, to be taken up whenever its authors wish."""

    name = "associations.finish_project"
    owner = Owner.ORGANISATION
    days = (10, 30, 90)
    deadline_day = 30
    status = ProjectStatus.DRAFT

    def what(self, subject: Project) -> str:
        return "Terminer ce projet et le publier."

    def act(self, subject: Project, follow_up: FollowUp) -> None:
        if follow_up.occurrence == self.days[-1]:
            project_dormant.send(sender=type(self), project=subject)
        elif subject.association.stance == Stance.OPEN:
            queue(notifications.FinishProject, subject, occurrence=follow_up.turn)


@register_rule
class ReviewProject(ProjectRule):
    """A published project: the platform proposes it, and takes stock with its authors while it stays open."""

    name = "associations.review_project"
    owner = Owner.PLATFORM
    days = (45,)
    every = 90
    status = ProjectStatus.PUBLISHED

    def what(self, subject: Project) -> str:
        return "Proposer ce projet aux entreprises compatibles, puis faire le point avec vous."

    def act(self, subject: Project, follow_up: FollowUp) -> None:
        if subject.association.stance == Stance.OPEN and subject.association.organisation.is_checked:
            queue(notifications.ReviewProject, subject, occurrence=follow_up.turn)


def project_step(project: Project) -> type[ProjectRule] | None:
    rules: dict[str, type[ProjectRule]] = {
        ProjectStatus.DRAFT: FinishProject,
        ProjectStatus.PUBLISHED: ReviewProject,
    }
    return rules.get(project.status)
