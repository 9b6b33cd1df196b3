"""News from below, and from this room's own rules, answered in the same transaction."""

from typing import Any

from django.dispatch import receiver

from accounts.enums import OrganisationKind
from accounts.models import Organisation
from accounts.signals import organisation_attended, organisation_checked, organisation_left
from associations.models import Association, Project
from associations.notifications import DraftPutAway
from associations.operations import close_project, follow_check, follow_leaving
from associations.signals import project_dormant
from mecenova.mail.operations import queue


@receiver([organisation_checked, organisation_attended], dispatch_uid="associations.follow_check")
def begin_own_steps(*, organisation: Organisation, **kwargs: Any) -> None:
    if _has_profile(organisation):
        follow_check(organisation=organisation)


@receiver(organisation_left, dispatch_uid="associations.follow_leaving")
def close_what_was_open(*, organisation: Organisation, **kwargs: Any) -> None:
    if _has_profile(organisation):
        follow_leaving(organisation=organisation)


@receiver(project_dormant, dispatch_uid="associations.put_draft_away")
def put_draft_away(*, project: Project, **kwargs: Any) -> None:
    project = close_project(project=project, by=None, note="Brouillon sans nouvelles depuis 90 jours.")
    queue(DraftPutAway, project, occurrence=f"{project.closed_at:%Y-%m-%d}")


def _has_profile(organisation: Organisation) -> bool:
    return (
        organisation.kind == OrganisationKind.ASSOCIATION
        and Association.objects.filter(organisation=organisation).exists()
    )
