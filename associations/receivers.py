"""News from below, and from this room's own rules, answered in the same transaction."""

from typing import Any

from django.dispatch import receiver

from accounts.enums import OrganisationKind, OrganisationStatus
from accounts.models import Organisation, User
from accounts.operations.departures import Ending
from accounts.operations.erasing import Erasing
from accounts.operations.merging import Merging
from accounts.operations.profiles import register_profiles
from accounts.signals import (
    organisation_attended,
    organisation_checked,
    organisation_erased,
    organisation_leaving,
    organisation_left,
    organisation_step_lost,
    organisations_merged,
    organisations_merging,
)
from associations.followups import FirstSteps, refresh_step
from associations.models import Ask, Association, Project
from associations.notifications import DraftPutAway
from associations.operations import close_project, follow_leaving, note_call
from associations.operations.merges import PROFILES, become_one, bring_projects_over
from associations.operations.steps import open_projects
from associations.signals import project_dormant
from mecenova.agenda.models import Slot
from mecenova.agenda.operations import start_once
from mecenova.agenda.signals import slot_held
from mecenova.mail.operations import queue


@receiver([organisation_checked, organisation_attended, organisation_step_lost])
def begin_own_steps(*, organisation: Organisation, **kwargs: Any) -> None:
    """Whoever sends this news holds the organisation."""
    if _has_profile(organisation):
        refresh_step(organisation)


@receiver(organisation_attended)
def begin_first_steps(*, organisation: Organisation, **kwargs: Any) -> None:
    """Whoever takes over an imported record is accompanied as whoever signs up: once in its life."""
    if _has_profile(organisation):
        start_once(FirstSteps, organisation)


@receiver(organisation_leaving)
def how_many_projects_would_close(*, organisation: Organisation, **kwargs: Any) -> list[Ending]:
    return [Ending(open_projects(organisation).count(), "projet", "projets")]


@receiver(organisation_left)
def close_what_was_open(*, organisation: Organisation, **kwargs: Any) -> None:
    if _has_profile(organisation):
        follow_leaving(organisation=organisation)


@receiver(organisation_erased)
def its_words_are_erased(*, erasing: Erasing, **kwargs: Any) -> None:
    own = Association.objects.filter(organisation=erasing.organisation)
    erasing.blank(own, "purpose", rna="", siren="", court_entry="")
    erasing.blank(Project.objects.filter(association__in=own), "title", "description")
    erasing.blank(Ask.objects.filter(project__association__in=own), "goods", "question")


@receiver(project_dormant)
def put_draft_away(*, project: Project, **kwargs: Any) -> None:
    project = close_project(project=project, by=None, note="Brouillon resté sans nouvelles.")
    queue(DraftPutAway, project, occurrence=f"{project.closed_at:%Y-%m-%d}")


@receiver(slot_held)
def an_appointment_is_a_call(*, slot: Slot, by: User, **kwargs: Any) -> None:
    found = Association.objects.filter(organisation=slot.booked_by_organisation_id)
    association = found.exclude(organisation__status=OrganisationStatus.LEFT).first()
    if association is not None:
        note_call(association=association, by=by, note="Rendez-vous tenu.")


def _has_profile(organisation: Organisation) -> bool:
    return organisation.kind == OrganisationKind.ASSOCIATION and hasattr(organisation, "association")


@receiver(organisations_merging)
def projects_follow(*, merging: Merging, **kwargs: Any) -> None:
    bring_projects_over(merging=merging)


@receiver(organisations_merged)
def profiles_become_one(*, merging: Merging, **kwargs: Any) -> None:
    become_one(merging=merging)


register_profiles(OrganisationKind.ASSOCIATION, PROFILES)
