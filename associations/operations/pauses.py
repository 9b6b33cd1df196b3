"""A project in pause until a date: on line, but proposed to nobody."""

from datetime import date

from django.core.exceptions import PermissionDenied
from django.db import transaction

from accounts.models import User
from associations import policies
from associations.enums import ProjectStatus, Stance
from associations.followups import restart_project_step as open_step
from associations.models import Association, Project
from associations.operations.positions import set_pause
from associations.operations.profile import update_association
from associations.operations.projects import hold_project
from mecenova.workflow.errors import DomainError


@transaction.atomic
def pause_project(*, project: Project, until: date, by: User | None) -> Project:
    """Propose it to nobody until that day included. An association with no other project is in pause too."""
    project = hold_project(project)
    if by is not None and not policies.can_edit_project(by, project):
        raise PermissionDenied
    if project.status != ProjectStatus.PUBLISHED:
        raise DomainError("Ce projet n’est pas publié\u00a0: personne ne vous écrit à son sujet.")
    if refusal := policies.why_no_pause_until(until):
        raise DomainError(refusal)
    if project.paused_until == until:
        return project
    association = project.association
    alone = not association.projects.proposed().exclude(pk=project.pk).exists()
    if (
        alone
        and not association.is_expert_only
        and not _paused_by_itself(association, until, project.paused_until)
    ):
        # The association first: whatever it had been proposed for ends together (ADR 0014).
        update_association(association=association, by=by, stance=Stance.PAUSED, paused_until=until)
        project = hold_project(project)
    if project.paused_until != until:  # Else it moved with its association.
        set_pause(project, until, by=by)
    return project


@transaction.atomic
def resume_project(*, project: Project, by: User | None) -> Project:
    """End the pause before its date; that of the association ends with it when one act began both."""
    project = hold_project(project)
    if by is not None and not policies.can_edit_project(by, project):
        raise PermissionDenied
    if not project.is_paused:
        return project
    if project.is_paused_with_association:
        update_association(association=project.association, by=by, stance=Stance.OPEN)
        return hold_project(project)
    set_pause(project, None, by=by)
    return project


@transaction.atomic
def restart_project_step(*, project: Project) -> None:
    """What a room above had the project wait for is done or over: its own step begins again from now."""
    open_step(hold_project(project))


def _paused_by_itself(association: Association, until: date, former: date | None) -> bool:
    """In pause at least until then by its own wish, and not by the `former` pause of this project."""
    last_day = association.paused_until if association.is_paused else None
    return last_day is not None and last_day >= until and last_day != former
