"""What an association's position, open, expert only or in pause, changes for its projects."""

from dataclasses import dataclass
from datetime import date
from typing import Self

from accounts.models import User
from associations.enums import ProjectStatus
from associations.followups import PROJECT_STEPS, restart_project_step
from associations.models import Association, Project
from associations.signals import project_changed
from mecenova.agenda.operations import next_steps
from mecenova.ui.figures import short_date
from mecenova.workflow.journal import record


@dataclass(frozen=True, slots=True)
class Position:
    """What it is today: a pause whose last day is past is over."""

    expert_only: bool
    paused_until: date | None

    @classmethod
    def of(cls, association: Association) -> Self:
        last_day = association.paused_until if association.is_paused else None
        return cls(association.is_expert_only, last_day)


def projects_follow(association: Association, before: Position, *, by: User | None) -> None:
    """Projects paused with it, by one act, end or move their pause with it; steps of the others say what is
    now true. A step that another room has opened on a project is left to it.
    """
    after = Position.of(association)
    if after == before:
        return
    held = association.projects.exclude(status=ProjectStatus.CLOSED).select_for_update(no_key=True)
    projects = list(held.order_by("pk"))
    steps = next_steps(projects)
    for project in projects:
        project.association = association
        step = steps.get(project.pk)
        if before.paused_until is not None and project.paused_until == before.paused_until:
            set_pause(project, after.paused_until, by=by)
        elif step is None or step.rule in PROJECT_STEPS:
            restart_project_step(project)


def set_pause(project: Project, until: date | None, *, by: User | None) -> None:
    """Write the pause of a project that is held, or its end."""
    verb, note = ("pause", f"Jusqu’au {short_date(until)}") if until else ("resume", "")
    project.paused_until = until
    project.save(update_fields=["paused_until"])
    record(project, verb, project.status, project.status, by, note)
    restart_project_step(project)
    project_changed.send(sender=Project, project=project, association=project.association)
