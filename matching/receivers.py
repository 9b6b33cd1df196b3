"""News from below, noted in the same transaction for the next small round; newcomers are welcomed."""

from collections.abc import Collection
from datetime import datetime
from typing import Any
from uuid import UUID

from django.dispatch import receiver

from accounts.enums import OrganisationKind
from accounts.models import Organisation, User
from accounts.operations.erasing import Erasing
from accounts.operations.merging import Merging
from accounts.signals import (
    organisation_attended,
    organisation_checked,
    organisation_erased,
    organisation_left,
    organisations_merging,
)
from associations.models import Association, Project
from associations.signals import (
    association_called,
    association_changed,
    association_registered,
    associations_imported,
    project_changed,
    project_closed,
    project_published,
    project_reviewed,
    project_step_lost,
)
from companies.models import Company, Need
from companies.signals import company_changed, company_registered, need_changed, need_closed, need_published
from matching.enums import ChangedKind
from matching.followups import ChooseAfterDiagnosis, WelcomeNewcomer
from matching.models import Diagnosis, Suggestion
from matching.operations import (
    expire_moot,
    expire_suggestions,
    explain_ending,
    explain_later,
    follow_answer,
    follow_call,
    note_change,
    note_changes,
    review_quiet,
    settle,
    settle_found,
    settle_widened,
    still_shown,
    waits_for_choice_or_work,
    withdraw_suggestions,
)
from matching.operations.merges import bring_suggestions_over
from matching.profiles import refresh_associations, refresh_needs
from matching.signals import diagnosis_is_moot, ending_to_explain
from mecenova.agenda.operations import start, start_once
from partnerships.enums import Side
from partnerships.models import Introduction
from partnerships.operations import Approach
from partnerships.signals import (
    introduction_answered,
    introduction_ended,
    introduction_released,
    introduction_requested,
    party_leaving,
    place_returning,
)


@receiver((association_changed, project_published, project_closed))
def an_association_changed(*, association: Association, **kwargs: Any) -> None:
    note_change(kind=ChangedKind.ASSOCIATION, subject_id=association.pk)


@receiver(project_changed)
def a_project_changed(*, project: Project, association: Association, **kwargs: Any) -> None:
    """A draft is compared with nothing, and asked to nobody: what it says counts from its publication."""
    if project.is_published:
        note_change(kind=ChangedKind.ASSOCIATION, subject_id=association.pk)
        expire_moot(association=association)


@receiver(association_called)
def a_call_is_about_its_projects_too(*, association: Association, by: User, note: str, **kwargs: Any) -> None:
    follow_call(association=association, by=by, note=note)


@receiver(associations_imported)
def associations_came_in(*, associations: Collection[UUID], **kwargs: Any) -> None:
    """Those that nobody has claimed are suggested to nobody: only checked ones are looked at."""
    checked = Association.objects.checked().filter(pk__in=associations)
    note_changes(kind=ChangedKind.ASSOCIATION, subject_ids=checked.values_list("pk", flat=True))


@receiver(company_changed)
def a_company_changed(*, company: Company, **kwargs: Any) -> None:
    note_change(kind=ChangedKind.COMPANY, subject_id=company.pk)


@receiver((need_published, need_changed))
def a_need_changed(*, need: Need, **kwargs: Any) -> None:
    note_change(kind=ChangedKind.NEED, subject_id=need.pk)


@receiver(need_closed)
def a_need_closed(*, need: Need, by: User | None = None, **kwargs: Any) -> None:
    refresh_needs([need.pk])
    expire_suggestions(need=need, by=by)


@receiver((association_changed, project_closed))
def nobody_is_asked_about_who_withdraws(*, association: Association, **kwargs: Any) -> None:
    expire_moot(association=association)


@receiver(organisation_checked)
def an_organisation_may_be_shown(*, organisation: Organisation, **kwargs: Any) -> None:
    """Its profile was read with it by whoever began its own steps."""
    if organisation.kind == OrganisationKind.ASSOCIATION and hasattr(organisation, "association"):
        note_change(kind=ChangedKind.ASSOCIATION, subject_id=organisation.association.pk)
    elif organisation.kind == OrganisationKind.COMPANY and hasattr(organisation, "company"):
        note_change(kind=ChangedKind.COMPANY, subject_id=organisation.company.pk)


@receiver(organisation_left)
def an_organisation_left(*, organisation: Organisation, **kwargs: Any) -> None:
    own = Association.objects.filter(organisation=organisation)
    refresh_associations(list(own.values_list("pk", flat=True)))


@receiver(party_leaving)
def its_suggestions_end(
    *, organisation: Organisation, by: User | None = None, **kwargs: Any
) -> list[Approach]:
    return withdraw_suggestions(organisation=organisation, by=by)


@receiver(organisation_erased)
def what_was_proposed_is_erased(*, erasing: Erasing, **kwargs: Any) -> None:
    """Nothing of it is written in these rows; what was planned and sent about them names it."""
    gone = erasing.organisation
    erasing.blank(Suggestion.objects.involving(gone))
    erasing.blank(Diagnosis.objects.filter(project__association__organisation=gone))


@receiver(association_registered)
def welcome_an_association(*, association: Association, by: User | None = None, **kwargs: Any) -> None:
    """Imported records have nobody to welcome."""
    if by is not None:
        start(WelcomeNewcomer, association.organisation)


@receiver(company_registered)
def welcome_a_company(*, company: Company, by: User | None = None, **kwargs: Any) -> None:
    if by is not None:
        start(WelcomeNewcomer, company.organisation)


@receiver(organisation_attended)
def welcome_who_took_over(*, organisation: Organisation, **kwargs: Any) -> None:
    """An imported record has somebody to welcome from its first accepted claim, once."""
    profile = {OrganisationKind.ASSOCIATION: Association, OrganisationKind.COMPANY: Company}
    model = profile.get(OrganisationKind(organisation.kind))
    if model is not None and model._default_manager.filter(organisation=organisation).exists():
        start_once(WelcomeNewcomer, organisation)


@receiver(project_reviewed)
def diagnose_what_found_nobody(*, project: Project, since: datetime, turn: str, **kwargs: Any) -> bool:
    """True: the association is told by the diagnosis, and not by the plain review."""
    return review_quiet(project=project, since=since, turn=turn)


@receiver(project_step_lost)
def a_choice_is_waited_for_again(*, project: Project, **kwargs: Any) -> None:
    if project.diagnoses.open().exists():
        start(ChooseAfterDiagnosis, project)


@receiver((introduction_released, introduction_ended))
def explain_an_ending_soon(*, introduction: Introduction, **kwargs: Any) -> bool:
    """True: the association is told by the diagnosis, and not by the plain words of the ending."""
    return explain_later(introduction=introduction)


@receiver(ending_to_explain)
def explain_an_ending(*, introduction: Introduction, **kwargs: Any) -> None:
    explain_ending(introduction=introduction)


@receiver(introduction_answered)
def interest_has_come(*, introduction: Introduction, **kwargs: Any) -> None:
    """A project that found a company waits no more for its association's choice, nor for what it chose."""
    settle_found(association=introduction.association)


@receiver(introduction_answered)
def what_was_proposed_is_answered_too(*, introduction: Introduction, by: User, **kwargs: Any) -> None:
    follow_answer(introduction=introduction, by=by)


@receiver(introduction_requested)
def a_company_has_asked(*, introduction: Introduction, **kwargs: Any) -> None:
    """What an association asks is no company's interest, and may leave the queue while somebody else holds
    its organisation: settling would wait for it below a company's month (ADR 0014)."""
    if introduction.asked_by_side == Side.COMPANY:
        settle_found(association=introduction.association)


@receiver(place_returning)
def suggestions_hold_their_place(
    *, company: Company, association: Association, **kwargs: Any
) -> list[datetime]:
    return still_shown(company=company, association=association)


@receiver(project_changed)
def what_was_chosen_is_done(*, project: Project, **kwargs: Any) -> None:
    """A pause taken without the diagnosis is a choice as well."""
    if project.is_published and (project.is_paused or waits_for_choice_or_work(project)):
        settle(project=project)


@receiver(association_changed)
def what_was_to_be_widened_is(*, association: Association, **kwargs: Any) -> None:
    settle_widened(association=association)


@receiver(project_closed)
def a_closed_project_waits_for_nothing(*, project: Project, **kwargs: Any) -> None:
    settle(project=project)


@receiver(diagnosis_is_moot)
def give_the_step_back(*, project: Project, **kwargs: Any) -> None:
    settle(project=project)


@receiver(organisations_merging)
def suggestions_follow(*, merging: Merging, **kwargs: Any) -> None:
    bring_suggestions_over(merging=merging)
