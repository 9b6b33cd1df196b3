"""A project's step, from its creation to its closing."""

import uuid
from collections.abc import Sequence
from datetime import datetime, time, timedelta
from typing import Any, ClassVar

from accounts.models import Organisation, team_of
from associations import notifications
from associations.enums import ProjectStatus
from associations.models import Project
from associations.signals import project_dormant, project_reviewed, project_step_lost
from mecenova.agenda import planning
from mecenova.agenda.enums import Owner
from mecenova.agenda.models import FollowUp
from mecenova.agenda.operations import restart_step
from mecenova.agenda.rules import Rule, register_rule
from mecenova.agenda.silence import register_living
from mecenova.calendar import clock
from mecenova.mail.operations import queue


def next_step_again(project: Project) -> None:
    """One that lost its step: its own begins again, unless the room above had put another in its place."""
    restart_project_step(project)
    project_step_lost.send(sender=Project, project=project)


register_living(
    "associations.projects",
    lambda: Project.objects.filter(status__in=[ProjectStatus.DRAFT, ProjectStatus.PUBLISHED]),
    next_step_again,
)


class ProjectRule(Rule):
    """A rule whose subject is a project."""

    reads: ClassVar[tuple[str, ...]] = ("association__organisation",)
    reads_many: ClassVar[tuple[Any, ...]] = (team_of("association__organisation"),)
    status: ClassVar[ProjectStatus]

    def locked_first(self, subject: Project) -> Sequence[Organisation]:
        return (subject.association.organisation,)

    def organisation_id(self, subject: Project) -> uuid.UUID | None:
        return subject.association.organisation_id

    def still_relevant(self, subject: Project) -> bool:
        return subject.status == self.status and not subject.association.organisation.has_left


@register_rule
class FinishProject(ProjectRule):
    """A draft: two reminders, then it is put away, to be taken up whenever its authors wish."""

    name = "associations.finish_project"
    title = "Terminer un projet resté en brouillon"
    owner = Owner.ORGANISATION
    days = (10, 30, 90)
    deadline_day = 30
    status = ProjectStatus.DRAFT

    def what(self, subject: Project) -> str:
        return "Terminer ce projet et le publier."

    def act(self, subject: Project, follow_up: FollowUp) -> None:
        """Nothing is put away in silence: who is not written to finds the draft where it was."""
        last = follow_up.occurrence == self.days[-1]
        if subject.association.is_paused or (last and subject.association.is_expert_only):
            restart_project_step(subject)
        elif last:
            project_dormant.send(sender=type(self), project=subject)
        elif subject.association.wishes_mail:
            next_day = planning.what_follows(self, follow_up)
            queue(notifications.FinishProject, subject, occurrence=follow_up.turn, context=next_day)


@register_rule
class ReviewProject(ProjectRule):
    """A published project: the platform proposes it, and takes stock with its authors while it stays open.

    When nobody has shown interest, the room above, which knows the companies, says more than this mail.
    """

    name = "associations.review_project"
    title = "Faire le point sur un projet publié"
    owner = Owner.PLATFORM
    days = (45,)
    every: ClassVar[int] = 90
    status = ProjectStatus.PUBLISHED

    def what(self, subject: Project) -> str:
        if subject.association.is_expert_only:
            return "Garder ce projet en ligne, sans le proposer\u00a0: l’association est experte seulement."
        return "Proposer ce projet aux entreprises compatibles, puis faire le point avec vous."

    def act(self, subject: Project, follow_up: FollowUp) -> None:
        association = subject.association
        if association.is_paused:
            restart_project_step(subject)
            return
        if not association.is_open_to_companies:
            return
        answers = project_reviewed.send(
            sender=type(self), project=subject, since=self.reviewed_since(follow_up), turn=follow_up.turn
        )
        if not any(said for _, said in answers):
            queue(notifications.ReviewProject, subject, occurrence=follow_up.turn)

    def reviewed_since(self, follow_up: FollowUp) -> datetime:
        """From the publication, or from the former review."""
        if follow_up.occurrence == self.days[0]:
            return follow_up.since
        return max(follow_up.since, clock.now() - timedelta(days=self.every))


@register_rule
class PausedProject(ProjectRule):
    """Proposed to nobody until the last day of its pause, and of its association's; then taken up again."""

    name = "associations.project_pause"
    title = "Reprendre un projet après sa pause"
    to_you = "Respecter cette pause, puis proposer ce projet à nouveau."
    owner = Owner.PLATFORM
    days = (1,)
    status = ProjectStatus.PUBLISHED

    def what(self, subject: Project) -> str:
        if subject.is_paused:
            return "Respecter la pause de ce projet, puis le proposer à nouveau."
        return "Respecter la pause de l’association, puis proposer ce projet à nouveau."

    def act(self, subject: Project, follow_up: FollowUp) -> None:
        """A date changed meanwhile is respected: the step begins again from it."""
        restart_project_step(subject)
        if subject.stopped_until is None and self._is_told_here(subject):
            queue(notifications.ProjectPauseOver, subject, occurrence=str(follow_up.cycle))

    def _is_told_here(self, subject: Project) -> bool:
        """Unless the pause that ended was its association's, whose own mail says it."""
        association, last_day = subject.association, subject.paused_until
        if last_day is None or not association.is_open_to_companies:
            return False
        return association.paused_until is None or association.paused_until < last_day


PROJECT_STEPS = frozenset({FinishProject.name, ReviewProject.name, PausedProject.name})


def restart_project_step(project: Project) -> None:
    """The step the project is at, whatever was open before: counted from now, or from the end of a pause."""
    step = _step_of(project)
    if step is not None:
        last_day = project.stopped_until
        since = datetime.combine(last_day, time(12), clock.PARIS) if last_day else None
        restart_step(step, project, since=since)


def _step_of(project: Project) -> type[ProjectRule] | None:
    if project.is_published and project.stopped_until:
        return PausedProject
    rules: dict[str, type[ProjectRule]] = {
        ProjectStatus.DRAFT: FinishProject,
        ProjectStatus.PUBLISHED: ReviewProject,
    }
    return rules.get(project.status)
