"""A company signs up, or is written by an import."""

import uuid
from collections.abc import Iterable
from typing import Any

from django.db import IntegrityError, transaction

from accounts.enums import OrganisationKind, OrganisationStatus, Origin
from accounts.models import User
from accounts.operations import OrganisationExists, create_organisation
from accounts.policies import can_edit
from companies.enums import GiverKind
from companies.followups import refresh_step
from companies.models import Company, Policy
from companies.models.company import DEFAULT_MONTHLY_CAPACITY
from companies.operations.policy import set_policy
from companies.operations.profile import update_company
from companies.policies import can_edit_company
from companies.signals import company_registered
from mecenova.identifiers.models import new_key
from mecenova.identifiers.registry import clean_siren
from mecenova.identifiers.text import paragraphs
from mecenova.reference.models import Cause, Sector, Territory
from mecenova.workflow.errors import SomebodyElses
from mecenova.workflow.journal import was_begun_by


def register_company(
    *,
    by: User | None,
    name: str,
    postal_code: str,
    town: str = "",
    website: str = "",
    phone: str = "",
    giver: str = GiverKind.COMPANY,
    sector: Sector | None = None,
    siren: str = "",
    in_network: bool = False,
    presentation: str = "",
    causes: Iterable[Cause] = (),
    kinds: Iterable[str] = (),
    territories: Iterable[Territory] = (),
    monthly_capacity: int = DEFAULT_MONTHLY_CAPACITY,
    company_id: uuid.UUID | None = None,
    origin: str = Origin.SIGN_UP,
    status: str = OrganisationStatus.TO_CHECK,
) -> Company:
    """Open the organisation, its profile and its policy, and tell the house.

    The same `company_id` given twice is the same form sent twice: the same company. While nobody has checked
    it, whoever went back and corrected the form is heard. OrganisationExists when the record is
    somebody else's, an import's, or their own that has left the site: the caller offers a claim.
    """
    siren = clean_siren(siren) if siren else ""
    office = {"name": name, "postal_code": postal_code, "town": town}
    trade = {"giver": giver, "sector": sector}
    policy = {"kinds": list(kinds), "monthly_capacity": monthly_capacity}
    known = _already_registered(company_id)
    if known is not None:
        supported = {**policy, "causes": causes, "territories": territories}
        return _said_again(known, by, profile={**office, **trade}, policy=supported)
    own_words = {"in_network": in_network, "presentation": paragraphs(presentation)}
    try:
        return _register(
            by=by,
            organisation={**office, "website": website, "phone": phone, "origin": origin, "status": status},
            profile={"pk": company_id or new_key(Company), **trade, "siren": siren, **own_words},
            policy=policy,
            causes=causes,
            territories=territories,
        )
    except OrganisationExists as exists:
        own = by is not None and can_edit(by, exists.organisation)
        company = Company.objects.filter(organisation=exists.organisation).first() if own else None
        if company is None:
            raise
        return company
    except IntegrityError:
        # Another registration has just written the same SIREN: now that it can be seen, say whose it is.
        _refuse_a_known_siren(siren)
        raise


def _already_registered(company_id: uuid.UUID | None) -> Company | None:
    if company_id is None:
        return None
    return Company.objects.select_related("organisation", "policy").filter(pk=company_id).first()


@transaction.atomic
def _said_again(
    known: Company, by: User | None, *, profile: dict[str, Any], policy: dict[str, Any]
) -> Company:
    """What the sign-up asks is written anew; what its other pages hold stays."""
    if by is not None and not can_edit_company(by, known):
        raise SomebodyElses
    organisation = known.organisation
    if not organisation.is_to_check or not was_begun_by(organisation, by):
        return known
    own = known.policy
    kept: dict[str, Any] = {
        "excluded_causes": own.excluded_causes.all(),
        "ticket_min": own.ticket_min,
        "ticket_max": own.ticket_max,
        "general_interest_only": own.general_interest_only,
    }
    company = update_company(company=known, by=by, **profile)
    set_policy(company=company, by=by, **kept, **policy)
    return company


@transaction.atomic
def _register(
    *,
    by: User | None,
    organisation: dict[str, Any],
    profile: dict[str, Any],
    policy: dict[str, Any],
    causes: Iterable[Cause],
    territories: Iterable[Territory],
) -> Company:
    _refuse_a_known_siren(profile["siren"])
    created = create_organisation(kind=OrganisationKind.COMPANY, manager=by, by=by, **organisation)
    company = Company.objects.create(organisation=created, **profile)
    own_policy = Policy.objects.create(company=company, **policy)
    own_policy.causes.add(*causes)
    own_policy.territories.add(*territories)
    refresh_step(created)
    company_registered.send(sender=Company, company=company, by=by)
    return company


def _refuse_a_known_siren(siren: str) -> None:
    twin = Company.objects.filter(siren=siren).exclude(siren="").select_related("organisation").first()
    if twin is not None:
        raise OrganisationExists(twin.organisation)
