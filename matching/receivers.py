"""News from below, noted in the same transaction for the next small round; newcomers are welcomed."""

from collections.abc import Collection
from typing import Any
from uuid import UUID

from django.dispatch import receiver

from accounts.enums import OrganisationKind
from accounts.models import Organisation, User
from accounts.signals import organisation_checked, organisation_left
from associations.models import Association
from associations.signals import (
    association_changed,
    association_registered,
    associations_imported,
    project_changed,
    project_closed,
    project_published,
)
from companies.models import Company, Need
from companies.signals import company_changed, company_registered, need_changed, need_closed, need_published
from matching.enums import ChangedKind
from matching.followups import WelcomeNewcomer
from matching.operations import expire_suggestions, note_change, note_changes, withdraw_suggestions
from mecenova.agenda.operations import start


@receiver(
    (association_changed, project_published, project_changed, project_closed),
    dispatch_uid="matching.association",
)
def an_association_changed(*, association: Association, **kwargs: Any) -> None:
    note_change(kind=ChangedKind.ASSOCIATION, subject_id=association.pk)


@receiver(associations_imported, dispatch_uid="matching.imported")
def associations_came_in(*, associations: Collection[UUID], **kwargs: Any) -> None:
    """Those that nobody has claimed are suggested to nobody: only checked ones are looked at."""
    checked = Association.objects.checked().filter(pk__in=associations)
    note_changes(kind=ChangedKind.ASSOCIATION, subject_ids=checked.values_list("pk", flat=True))


@receiver(company_changed, dispatch_uid="matching.company")
def a_company_changed(*, company: Company, **kwargs: Any) -> None:
    note_change(kind=ChangedKind.COMPANY, subject_id=company.pk)


@receiver((need_published, need_changed), dispatch_uid="matching.need")
def a_need_changed(*, need: Need, **kwargs: Any) -> None:
    note_change(kind=ChangedKind.NEED, subject_id=need.pk)


@receiver(need_closed, dispatch_uid="matching.need_closed")
def a_need_closed(*, need: Need, by: User | None = None, **kwargs: Any) -> None:
    expire_suggestions(need=need, by=by)


@receiver(organisation_checked, dispatch_uid="matching.checked")
def an_organisation_may_be_shown(*, organisation: Organisation, **kwargs: Any) -> None:
    if organisation.kind == OrganisationKind.ASSOCIATION:
        for key in Association.objects.filter(organisation=organisation).values_list("pk", flat=True):
            note_change(kind=ChangedKind.ASSOCIATION, subject_id=key)
    elif organisation.kind == OrganisationKind.COMPANY:
        for key in Company.objects.filter(organisation=organisation).values_list("pk", flat=True):
            note_change(kind=ChangedKind.COMPANY, subject_id=key)


@receiver(organisation_left, dispatch_uid="matching.left")
def an_organisation_left(*, organisation: Organisation, by: User | None = None, **kwargs: Any) -> None:
    """A company's suggestions end with its needs, which close as it leaves."""
    for association in Association.objects.filter(organisation=organisation):
        withdraw_suggestions(association=association, by=by)


@receiver(association_registered, dispatch_uid="matching.association_registered")
def welcome_an_association(*, association: Association, by: User | None = None, **kwargs: Any) -> None:
    """Imported records have nobody to welcome."""
    if by is not None:
        start(WelcomeNewcomer, association.organisation)


@receiver(company_registered, dispatch_uid="matching.company_registered")
def welcome_a_company(*, company: Company, by: User | None = None, **kwargs: Any) -> None:
    if by is not None:
        start(WelcomeNewcomer, company.organisation)
