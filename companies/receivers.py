"""News that this room answers: from accounts below, and from its own follow-ups."""

from typing import Any

from django.db.models import QuerySet
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
from companies.enums import NeedStatus
from companies.followups import refresh_step
from companies.models import Company, Need
from companies.operations import close_need, record_call
from companies.operations.merges import PROFILES, become_one, bring_needs_over
from companies.signals import need_dormant, need_past_deadline
from mecenova.agenda.models import Slot
from mecenova.agenda.signals import slot_held


@receiver([organisation_checked, organisation_attended, organisation_step_lost])
def the_company_takes_its_next_step(organisation: Organisation, **kwargs: Any) -> None:
    if organisation.kind == OrganisationKind.COMPANY and hasattr(organisation, "company"):
        refresh_step(organisation)


@receiver(organisation_erased)
def its_words_are_erased(erasing: Erasing, **kwargs: Any) -> None:
    own = Company.objects.filter(organisation=erasing.organisation)
    erasing.blank(own, "presentation", siren="")
    erasing.blank(Need.objects.filter(company__in=own), "title", "description", "goods", "question")


@receiver(organisation_leaving)
def how_many_needs_would_close(organisation: Organisation, **kwargs: Any) -> list[Ending]:
    return [Ending(_open_needs(organisation).count(), "besoin", "besoins")]


@receiver(organisation_left)
def its_needs_are_closed(organisation: Organisation, **kwargs: Any) -> None:
    for need in _open_needs(organisation).select_related("company__organisation").order_by("pk"):
        close_need(need=need, by=None)


def _open_needs(organisation: Organisation) -> "QuerySet[Need]":
    return Need.objects.filter(company__organisation=organisation).exclude(status=NeedStatus.CLOSED)


@receiver(slot_held)
def an_appointment_is_a_call(slot: Slot, by: User, **kwargs: Any) -> None:
    found = Company.objects.filter(organisation=slot.booked_by_organisation_id)
    company = found.exclude(organisation__status=OrganisationStatus.LEFT).first()
    if company is not None:
        record_call(company=company, note="Rendez-vous tenu.", by=by)


@receiver(need_past_deadline)
@receiver(need_dormant)
def the_platform_closes_it(need: Need, **kwargs: Any) -> None:
    close_need(need=need, by=None)


@receiver(organisations_merging)
def its_needs_follow(merging: Merging, **kwargs: Any) -> None:
    bring_needs_over(merging=merging)


@receiver(organisations_merged)
def its_profiles_become_one(merging: Merging, **kwargs: Any) -> None:
    become_one(merging=merging)


register_profiles(OrganisationKind.COMPANY, PROFILES)
