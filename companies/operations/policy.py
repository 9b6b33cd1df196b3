"""What a company supports, where, how, and how much attention it gives."""

from collections.abc import Iterable
from decimal import Decimal

from django.core.exceptions import PermissionDenied
from django.db import transaction

from accounts.models import User
from accounts.operations import edit_told, send_back_corrected
from companies.followups import heard_from, restart_need_steps
from companies.models import Company, Policy
from companies.models.company import DEFAULT_MONTHLY_CAPACITY
from companies.operations.profile import lock
from companies.policies import can_set_policy
from companies.readiness import door_is_closed
from companies.signals import company_changed
from mecenova.calendar import clock
from mecenova.reference.models import Cause, Territory
from mecenova.workflow.errors import DomainError


@transaction.atomic
def set_policy(
    *,
    company: Company,
    by: User | None,
    causes: Iterable[Cause] = (),
    kinds: Iterable[str] = (),
    territories: Iterable[Territory] = (),
    excluded_causes: Iterable[Cause] = (),
    ticket_min: Decimal | None = None,
    ticket_max: Decimal | None = None,
    general_interest_only: bool = False,
    monthly_capacity: int = DEFAULT_MONTHLY_CAPACITY,
) -> Policy:
    """Replace the whole policy. A capacity of zero closes the door: nobody is presented until it reopens.

    Corrections that the team asked for go back to it.
    """
    company = lock(company)
    if by is not None and not can_set_policy(by, company):
        raise PermissionDenied
    causes, excluded_causes = list(causes), list(excluded_causes)
    if both := [cause.name for cause in causes if cause in excluded_causes]:
        raise DomainError(f"Vous soutenez et excluez à la fois\u00a0: {', '.join(both)}. Choisissez.")
    if ticket_min is not None and ticket_max is not None and ticket_max < ticket_min:
        raise DomainError("Le soutien maximal est plus petit que le minimal\u00a0: échangez-les.")
    was_closed = door_is_closed(company)
    said = {
        "kinds": list(kinds),
        "ticket_min": ticket_min,
        "ticket_max": ticket_max,
        "general_interest_only": general_interest_only,
        "monthly_capacity": monthly_capacity,
    }
    with edit_told(company.organisation, Policy.objects.filter(company=company), by=by):
        policy, _ = Policy.objects.update_or_create(company=company, defaults=said)
        policy.causes.set(causes)
        policy.territories.set(territories)
        policy.excluded_causes.set(excluded_causes)
    company.changed_at = clock.now()
    company.save(update_fields=["changed_at"])
    send_back_corrected(organisation=company.organisation, by=by)
    company = Company.objects.select_related("organisation", "policy").get(pk=company.pk)
    if door_is_closed(company) != was_closed:
        restart_need_steps(company)
    heard_from(company.organisation, by)
    company_changed.send(sender=Company, company=company, by=by)
    return policy
