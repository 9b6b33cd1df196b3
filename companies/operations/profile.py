"""What a company says of itself, and the calls that keep the acquaintance."""

from typing import Any

from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, transaction
from django.db.models import QuerySet, Subquery
from django.shortcuts import get_object_or_404

from accounts.enums import OrganisationEvent
from accounts.models import Organisation, User
from accounts.operations import (
    edit_told,
    locked,
    record_new_numbers,
    restart_corrections,
    send_back_corrected,
    update_organisation,
)
from companies.followups import CallAfterSilence, heard_from, restart_silence
from companies.models import Company
from companies.policies import can_edit_company
from companies.signals import company_changed
from mecenova.agenda.models import FollowUp
from mecenova.calendar import clock
from mecenova.identifiers.registry import clean_siren
from mecenova.identifiers.text import paragraphs
from mecenova.team import is_staff
from mecenova.workflow.errors import DomainError
from mecenova.workflow.journal import just_said, record

PROFILE_FIELDS = frozenset({"giver", "sector", "siren", "in_network", "presentation"})
OFFICE_FIELDS = frozenset({"name", "postal_code", "town", "website", "phone"})


@transaction.atomic
def update_company(*, company: Company, by: User | None, **changes: Any) -> Company:
    """Write what changed in the profile and the office; corrections that the team asked for go back to it."""
    if unknown := set(changes) - PROFILE_FIELDS - OFFICE_FIELDS:
        raise TypeError(f"A company has no {', '.join(sorted(unknown))}")
    company = lock(company)
    if by is not None and not can_edit_company(by, company):
        raise PermissionDenied
    if changes.get("siren"):
        changes["siren"] = clean_siren(changes["siren"])
    rows = Organisation.objects.filter(company=company), Company.objects.filter(pk=company.pk)
    former = company.siren
    with edit_told(company.organisation, *rows, by=by):
        _write_office(company, by, changes)
        _write_profile(company, changes)
        record_new_numbers(company.organisation, [former], [company.siren], by=by)
    heard_from(company.organisation, by)
    company_changed.send(sender=Company, company=company, by=by)
    return company


@transaction.atomic
def note_activity(*, company: Company) -> None:
    """Somebody of the company answered or asked, in another room: the days of silence start again."""
    restart_silence(company.organisation)


def companies_to_call() -> "QuerySet[Company]":
    """Those that the team owes a call, with the day it fell due as `to_call_since`."""
    owed = FollowUp.objects.all().steps().filter(rule=CallAfterSilence.name)
    began = owed.about_each(Organisation, "organisation_id").values("since")
    return Company.objects.annotate(to_call_since=Subquery(began)).filter(to_call_since__isnull=False)


@transaction.atomic
def record_call(*, company: Company, note: str, by: User) -> Company:
    """The team talked with the company: what was said is kept, and the sixty days start again.

    The same words twice are one call.
    """
    if not is_staff(by):
        raise PermissionDenied
    company = lock(company)
    if company.organisation.has_left:
        raise DomainError("Cette entreprise a quitté Mecenova\u00a0: il n’y a plus d’appel à noter.")
    if just_said(company.organisation, OrganisationEvent.CALL, by=by, note=note):
        return company
    status = company.organisation.status
    record(company.organisation, OrganisationEvent.CALL, status, status, by, note)
    restart_corrections(organisation=company.organisation)
    restart_silence(company.organisation)
    return company


def _write_office(company: Company, by: User | None, changes: dict[str, Any]) -> None:
    organisation = company.organisation
    if OFFICE_FIELDS & set(changes):
        office = {name: changes.get(name, getattr(organisation, name)) for name in OFFICE_FIELDS}
        company.organisation = update_organisation(organisation=organisation, by=by, **office)
    company.organisation = send_back_corrected(organisation=company.organisation, by=by)


def _write_profile(company: Company, changes: dict[str, Any]) -> None:
    for name in PROFILE_FIELDS & set(changes):
        setattr(company, name, paragraphs(changes[name]) if name == "presentation" else changes[name])
    company.changed_at = clock.now()
    try:
        with transaction.atomic():
            company.save(update_fields=[*sorted(PROFILE_FIELDS), "changed_at"])
    except IntegrityError as clash:
        raise DomainError(
            "Ce numéro SIREN est déjà celui d’une autre entreprise inscrite. Vérifiez-le, ou écrivez-nous "
            "si cette entreprise est la vôtre."
        ) from clash


def lock(company: Company) -> Company:
    """The company as it is now, held until the end with its organisation, which is taken first."""
    locked(company.organisation)
    found = Company.objects.select_related("organisation", "policy")
    return get_object_or_404(found.select_for_update(of=("self",), no_key=True), pk=company.pk)
