"""What moves an association's next step without a word from the association itself."""

from django.core.exceptions import PermissionDenied
from django.db import transaction

from accounts.models import Organisation, User
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
from mecenova.agenda.enums import Outcome
from mecenova.agenda.operations import close, next_step, start
from mecenova.workflow.errors import DomainError
from mecenova.workflow.journal import record

CALLS: tuple[type[Call], ...] = (CallToComplete, CallToPublish, CallAfterSilence)


@transaction.atomic
def follow_check(*, organisation: Organisation) -> None:
    """The team has checked the organisation: its own first step begins."""
    refresh_step(_locked(organisation))


@transaction.atomic
def follow_leaving(*, organisation: Organisation, by: User | None) -> None:
    """The organisation has left: nothing is owed any more, and its projects are closed with it."""
    projects = Project.objects.filter(association__organisation=organisation).exclude(
        status=ProjectStatus.CLOSED
    )
    for project in projects:
        close_project(project=project, by=None, note="L’association a quitté le site.")
    close(organisation, outcome=Outcome.CANCELLED)


@transaction.atomic
def record_presentation(*, association: Association) -> None:
    """A compatible company has been shown this association: its 90 days begin anew."""
    organisation = _locked(association.organisation)
    if step_for(organisation) is Presentation:
        close(organisation, rule=Presentation)
        close(organisation, rule=CallAfterSilence)
        start(Presentation, organisation)


@transaction.atomic
def note_call(*, association: Association, by: User, note: str = "") -> None:
    """A person of the team has called: the note is kept, and the association's own step begins again."""
    if not by.is_staff:
        raise PermissionDenied
    organisation = _locked(association.organisation)
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


def _locked(organisation: Organisation) -> Organisation:
    return Organisation.objects.select_for_update(no_key=True).get(pk=organisation.pk)
