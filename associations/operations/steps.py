"""What moves an association's next step without a word from the association itself."""

from django.core.exceptions import PermissionDenied
from django.db import transaction

from accounts.models import Organisation, User
from accounts.operations import locked
from associations.enums import ProjectStatus
from associations.followups import (
    Call,
    CallAfterSilence,
    CallToComplete,
    CallToPublish,
    Presentation,
    refresh_step,
    step_for,
)
from associations.models import Association, Project
from associations.operations.projects import close_project
from mecenova.agenda.operations import close, next_step, start
from mecenova.workflow.errors import DomainError
from mecenova.workflow.journal import record

CALLS: tuple[type[Call], ...] = (CallToComplete, CallToPublish, CallAfterSilence)


@transaction.atomic
def follow_check(*, organisation: Organisation) -> None:
    """The team has checked the organisation: its own first step begins."""
    refresh_step(locked(organisation))


@transaction.atomic
def follow_leaving(*, organisation: Organisation) -> None:
    """The organisation has left: its projects are closed with it."""
    projects = Project.objects.filter(association__organisation=organisation).exclude(
        status=ProjectStatus.CLOSED
    )
    for project in projects.select_related("association__organisation").order_by("pk"):
        close_project(project=project, by=None, note="L’association a quitté le site.")


@transaction.atomic
def record_presentation(*, association: Association) -> None:
    """A compatible company has been shown this association: its 90 days begin anew."""
    # A round holds companies' places already, so it waits for nobody: whoever holds the organisation at this
    # moment is moving its step, and the 90 days promised can only end sooner.
    free = Organisation.objects.select_for_update(no_key=True, skip_locked=True)
    organisation = free.filter(pk=association.organisation_id).first()
    if organisation is not None and step_for(organisation) is Presentation:
        close(organisation, rule=Presentation)
        close(organisation, rule=CallAfterSilence)
        start(Presentation, organisation)


@transaction.atomic
def note_call(*, association: Association, by: User, note: str = "") -> None:
    """A person of the team has called: the note is kept, and the association's own step begins again."""
    if not by.is_staff:
        raise PermissionDenied
    organisation = locked(association.organisation)
    expected = call_is_expected(organisation)
    if expected is None:
        raise DomainError("Aucun appel n’est attendu pour cette association. Rechargez la page.")
    record(organisation, "note_call", organisation.status, organisation.status, by, note)
    close(organisation, rule=expected)
    refresh_step(organisation)


def call_is_expected(organisation: Organisation) -> type[Call] | None:
    """The call that the team owes this association now, if any."""
    step = next_step(organisation)
    return next((rule for rule in CALLS if step is not None and rule.name == step.rule), None)
