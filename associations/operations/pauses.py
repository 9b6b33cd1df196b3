"""A project in pause until a date: on line, but proposed to nobody."""

from datetime import date

from django.core.exceptions import PermissionDenied
from django.db import transaction

from accounts.models import User
from associations import policies
from associations.enums import ProjectStatus, Stance
from associations.followups import restart_project_step as open_step
from associations.models import Association, Project
from associations.operations.profile import update_association
from associations.operations.projects import hold_project
from associations.signals import project_changed
from mecenova.calendar import clock
from mecenova.workflow.errors import DomainError
from mecenova.workflow.journal import record

LONGEST_PAUSE_DAYS = 366


@transaction.atomic
def pause_project(*, project: Project, until: date, by: User | None) -> Project:
    """Propose it to nobody until that day included. An association with no other project is in pause too."""
    project = hold_project(project)
    if by is not None and not policies.can_edit_project(by, project):
        raise PermissionDenied
    if project.status != ProjectStatus.PUBLISHED:
        raise DomainError("Ce projet n’est pas publié\u00a0: personne ne vous écrit à son sujet.")
    days = (until - clock.today()).days
    if days < 1:
        raise DomainError("Choisissez une date à venir pour la fin de la pause.")
    if days > LONGEST_PAUSE_DAYS:
        raise DomainError(
            "Choisissez une date dans les douze mois. Pour arrêter plus longtemps, clôturez le projet."
        )
    if project.paused_until == until:
        return project
    former = project.paused_until
    _set_pause(project, until, by, "pause", f"Jusqu’au {until:%d/%m/%Y}")
    association = project.association
    alone = not association.projects.proposed().exclude(pk=project.pk).exists()
    if alone and not association.is_expert_only and not _paused_by_itself(association, until, former):
        update_association(association=association, by=by, stance=Stance.PAUSED, paused_until=until)
    return project


@transaction.atomic
def resume_project(*, project: Project, by: User | None) -> Project:
    """End the pause before its date; that of the association ends with it."""
    project = hold_project(project)
    if by is not None and not policies.can_edit_project(by, project):
        raise PermissionDenied
    if not project.is_paused:
        return project
    association = project.association
    if association.is_paused and association.paused_until == project.paused_until:
        update_association(association=association, by=by, stance=Stance.OPEN)
    _set_pause(project, None, by, "resume")
    return project


@transaction.atomic
def restart_project_step(*, project: Project) -> None:
    """What a room above had the project wait for is done or over: its own step begins again from now."""
    open_step(hold_project(project))


def _paused_by_itself(association: Association, until: date, former: date | None) -> bool:
    """In pause at least until then by its own wish, and not by the `former` pause of this project."""
    last_day = association.paused_until if association.is_paused else None
    return last_day is not None and last_day >= until and last_day != former


def _set_pause(project: Project, until: date | None, by: User | None, verb: str, note: str = "") -> None:
    project.paused_until = until
    project.save(update_fields=["paused_until"])
    record(project, verb, project.status, project.status, by, note)
    open_step(project)
    project_changed.send(sender=Project, project=project, association=project.association)
