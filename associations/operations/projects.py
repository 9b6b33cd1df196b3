"""Projects and their asks: written, published, closed."""

import uuid
from collections.abc import Iterable
from decimal import Decimal
from typing import Any

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.shortcuts import get_object_or_404

from accounts.models import Organisation, User
from accounts.operations import edit_told, locked, send_back_corrected
from associations import policies
from associations.enums import ProjectStatus, Stance
from associations.followups import refresh_step, restart_project_step
from associations.models import Ask, Association, Project
from associations.operations.profile import update_association
from associations.readiness import missing_from_project
from associations.signals import project_changed, project_closed, project_published
from associations.workflow import PROJECT
from mecenova.agenda.enums import Outcome
from mecenova.agenda.operations import close
from mecenova.calendar import clock
from mecenova.identifiers.models import new_key
from mecenova.identifiers.text import one_line, paragraphs
from mecenova.reference.enums import Kind
from mecenova.reference.models import Audience, Cause, Skill, Territory
from mecenova.workflow.errors import DomainError, SomebodyElses
from mecenova.workflow.journal import advance, record, was_begun_by
from mecenova.workflow.machine import NEW

PLAIN = frozenset({"title", "description"})
LISTS = frozenset({"causes", "audiences", "territories"})
# What an ask of each kind says; the rest stays empty.
FIELDS_OF_KIND: dict[str, tuple[str, ...]] = {
    Kind.FINANCIAL: ("amount",),
    Kind.IN_KIND: ("goods",),
    Kind.SKILLS: ("skills", "days"),
    Kind.VOLUNTEERING: ("volunteers",),
    Kind.CO_CONSTRUCTION: ("question",),
}


@transaction.atomic
def create_project(
    *,
    association: Association,
    by: User | None,
    title: str,
    description: str = "",
    causes: Iterable[Cause] = (),
    audiences: Iterable[Audience] = (),
    territories: Iterable[Territory] = (),
    project_id: uuid.UUID | None = None,
) -> Project:
    """Open a draft. The same `project_id` given twice is the same form sent twice: one project.

    Whoever goes back, corrects and sends it again is heard: a draft of theirs takes the new words. A form of
    another key with the words of a draft is the same too: whoever went back was given a new key.
    """
    organisation = locked(association.organisation)
    association = Association.objects.get(pk=association.pk)
    association.organisation = organisation
    if by is not None and not policies.can_create_project(by, association):
        raise PermissionDenied
    _refuse_who_has_left(organisation)
    words = {"title": one_line(title), "description": paragraphs(description)}
    lists = {"causes": causes, "audiences": audiences, "territories": territories}
    known = Project.objects.filter(pk=project_id).first() if project_id else None
    if known is not None:
        if known.association_id != association.pk:
            raise SomebodyElses
        return _said_again(known, by, words, lists)
    if project_id and (same := association.projects.filter(status=ProjectStatus.DRAFT, **words).first()):
        return same
    project = Project.objects.create(pk=project_id or new_key(Project), association=association, **words)
    for name, chosen in lists.items():
        getattr(project, name).add(*chosen)
    record(project, "create", NEW, project.status, by)
    restart_project_step(project)
    project_changed.send(sender=Project, project=project, association=association)
    return project


def _said_again(
    project: Project, by: User | None, words: dict[str, str], lists: dict[str, Iterable[Any]]
) -> Project:
    if project.status == ProjectStatus.DRAFT and was_begun_by(project, by):
        return update_project(project=project, by=by, **words, **lists)
    if any(getattr(project, name) != said for name, said in words.items()):
        raise DomainError(
            f"Ce projet est déjà enregistré ({project.get_status_display()}), sous le titre "
            f"«\u202f{project.title}\u202f». Ouvrez-le depuis la page de votre association pour le corriger."
        )
    return project


@transaction.atomic
def update_project(*, project: Project, by: User | None, **changes: Any) -> Project:
    unknown = changes.keys() - PLAIN - LISTS
    if unknown:
        raise TypeError(f"A project has no {', '.join(sorted(unknown))}")
    project = hold_project(project)
    if by is not None and not policies.can_edit_project(by, project):
        raise PermissionDenied
    with edit_told(
        project.association.organisation, Project.objects.filter(pk=project.pk), by=by, of=project
    ):
        project.title = one_line(changes.get("title", project.title))
        project.description = paragraphs(changes.get("description", project.description))
        project.save(update_fields=sorted(PLAIN))
        for name in LISTS & changes.keys():
            getattr(project, name).set(changes[name])
    _send_back(project, by)
    project_changed.send(sender=Project, project=project, association=project.association)
    return project


@transaction.atomic
def publish_project(*, project: Project, by: User | None) -> Project:
    """Show it to everybody (once the association is checked). A project says at least one thing it seeks."""
    project = hold_project(project)
    if by is not None and not policies.can_publish_project(by, project):
        raise PermissionDenied
    PROJECT.target("publish", project.status)
    _refuse_who_has_left(project.association.organisation)
    if project.association.is_expert_only:
        raise DomainError(
            "Votre association est présente comme experte seulement\u00a0: elle ne sollicite personne. "
            "Pour publier un projet, changez d’abord sa position dans sa fiche."
        )
    if missing := missing_from_project(project):
        raise DomainError(missing[0])
    advance(project, PROJECT, "publish", by=by, published_at=clock.now(), closed_at=None)
    restart_project_step(project)
    _send_back(project, by)
    refresh_step(project.association.organisation)
    project_published.send(sender=Project, project=project, association=project.association)
    return project


@transaction.atomic
def close_project(*, project: Project, by: User | None, note: str = "") -> Project:
    project = hold_project(project)
    if by is not None and not policies.can_close_project(by, project):
        raise PermissionDenied
    paused_together = project.is_paused_with_association
    advance(project, PROJECT, "close", by=by, note=note, closed_at=clock.now(), paused_until=None)
    close(project, outcome=Outcome.DONE)
    if paused_together and not project.association.organisation.has_left:
        project.association = update_association(association=project.association, by=by, stance=Stance.OPEN)
    _send_back(project, by)
    refresh_step(project.association.organisation)
    project_closed.send(sender=Project, project=project, association=project.association)
    return project


@transaction.atomic
def save_ask(
    *,
    project: Project,
    by: User | None,
    kind: str,
    ask_id: uuid.UUID | None = None,
    amount: Decimal | None = None,
    skills: Iterable[Skill] = (),
    days: int | None = None,
    goods: str = "",
    volunteers: int | None = None,
    question: str = "",
) -> Ask:
    """Add an ask, or write the one of this `ask_id`. What another kind would say is left out."""
    project = hold_project(project)
    if by is not None and not policies.can_edit_project(by, project):
        raise PermissionDenied
    known = Ask.objects.filter(pk=ask_id).first() if ask_id else None
    ask = known or Ask(pk=ask_id or new_key(Ask), project=project)
    if ask.project_id != project.pk:
        raise SomebodyElses
    given = {
        "amount": amount,
        "days": days,
        "goods": one_line(goods),
        "volunteers": volunteers,
        "question": paragraphs(question),
    }
    empty = {"amount": None, "days": None, "goods": "", "volunteers": None, "question": ""}
    ask.kind = kind
    for name in given:
        setattr(ask, name, given[name] if name in FIELDS_OF_KIND[kind] else empty[name])
    wanted = skills if "skills" in FIELDS_OF_KIND[kind] else ()
    with edit_told(project.association.organisation, project.asks.all(), by=by, of=project):
        ask.save()
        if known:
            ask.skills.set(wanted)
        else:
            ask.skills.add(*wanted)
    _send_back(project, by)
    project_changed.send(sender=Project, project=project, association=project.association)
    return ask


@transaction.atomic
def remove_ask(*, ask: Ask, by: User | None) -> None:
    """A published project keeps at least one ask. Removed already is no error: a form sent twice."""
    project = hold_project(ask.project)
    if by is not None and not policies.can_edit_project(by, project):
        raise PermissionDenied
    last = not project.asks.exclude(pk=ask.pk).exists()
    if last and project.is_published:
        raise DomainError(
            "C’est la dernière demande d’un projet publié. Ajoutez-en une autre avant de la retirer, "
            "ou clôturez le projet."
        )
    with edit_told(project.association.organisation, project.asks.all(), by=by, of=project):
        project.asks.filter(pk=ask.pk).delete()
    _send_back(project, by)
    project_changed.send(sender=Project, project=project, association=project.association)


def hold_project(project: Project) -> Project:
    """The project as it is now, held until the end with its organisation, which is taken first."""
    locked(project.association.organisation)
    held = Project.objects.select_for_update(of=("self",), no_key=True)
    return get_object_or_404(held.select_related("association__organisation"), pk=project.pk)


def _send_back(project: Project, by: User | None) -> None:
    """The team reads the projects ready to appear as it checks the association: it may have asked about one.

    A draft is nobody's business yet.
    """
    association = project.association
    if project.status != ProjectStatus.DRAFT:
        association.organisation = send_back_corrected(organisation=association.organisation, by=by)


def _refuse_who_has_left(organisation: Organisation) -> None:
    """Even the platform itself opens nothing there: nobody would answer for it."""
    if organisation.has_left:
        raise DomainError("Cette association a quitté Mecenova\u00a0: elle ne publie plus de projet.")
