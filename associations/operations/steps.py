"""What moves an association's next step without a word from the association itself."""

from collections.abc import Iterable

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.db.models import QuerySet

from accounts.enums import OrganisationEvent
from accounts.models import Organisation, User
from accounts.operations import locked, restart_corrections
from associations.enums import ProjectStatus
from associations.followups import (
    Call,
    CallAfterSilence,
    CallToComplete,
    CallToPublish,
    Presentation,
    refresh_step,
    step_of,
)
from associations.models import Association, Project
from associations.operations.projects import close_project
from associations.signals import association_called
from mecenova.agenda.operations import close, close_many, start_many
from mecenova.agenda.planning import days_in_force, delays_of
from mecenova.team import is_staff
from mecenova.workflow.errors import DomainError
from mecenova.workflow.journal import just_said, record

CALLS: tuple[type[Call], ...] = (CallToComplete, CallToPublish, CallAfterSilence)


@transaction.atomic
def follow_check(*, organisation: Organisation) -> None:
    """The team has checked the organisation: its own first step begins."""
    refresh_step(locked(organisation))


@transaction.atomic
def follow_leaving(*, organisation: Organisation) -> None:
    """The organisation has left: its projects are closed with it."""
    for project in open_projects(organisation).select_related("association__organisation").order_by("pk"):
        close_project(project=project, by=None, note="L’association a quitté le site.")


def open_projects(organisation: Organisation) -> "QuerySet[Project]":
    return Project.objects.filter(association__organisation=organisation).exclude(status=ProjectStatus.CLOSED)


@transaction.atomic
def record_presentations(*, associations: Iterable[Association]) -> None:
    """Compatible companies have been shown these associations: their 90 days begin anew."""
    keys = {association.organisation_id for association in associations}
    # A round holds companies' places already, so it waits for nobody: whoever holds an organisation at this
    # moment is moving its step, and the 90 days promised can only end sooner.
    free = Organisation.objects.select_for_update(no_key=True, skip_locked=True)
    held = {each.pk: each for each in free.filter(pk__in=keys).order_by("pk").prefetch_related("memberships")}
    profiles = Association.objects.for_step().checked().filter(organisation__in=held)
    at = [(held[profile.organisation_id], profile) for profile in profiles]
    shown = [organisation for organisation, profile in at if step_of(organisation, profile) is Presentation]
    close_many(shown, [Presentation, CallAfterSilence])
    start_many(Presentation, shown)


def days_before_call() -> int:
    """How long the team leaves an association without a presentation before it calls: a week before its
    90 days are over, unless it has set another day."""
    rule = Presentation()
    return days_in_force(rule, rule.days[0], delays_of(rule))


@transaction.atomic
def note_call(*, association: Association, by: User, note: str = "") -> None:
    """A person of the team has called: what was said is kept, and the step that waited for it begins again.

    The 90 days of the promise begin again too: presented, or called. One call is about all they wait for,
    their projects included. The same words twice are one call.
    """
    if not is_staff(by):
        raise PermissionDenied
    organisation = locked(association.organisation)
    if organisation.has_left:
        raise DomainError("Cette association a quitté Mecenova\u00a0: il n’y a plus d’appel à noter.")
    if just_said(organisation, OrganisationEvent.CALL, by=by, note=note):
        return
    record(organisation, OrganisationEvent.CALL, organisation.status, organisation.status, by, note)
    close(organisation, *CALLS, Presentation)
    restart_corrections(organisation=organisation)
    refresh_step(organisation)
    association_called.send(Association, association=association, by=by, note=note)
