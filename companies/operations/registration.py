"""A company signs up, or is written by an import."""

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
from companies.signals import company_registered
from mecenova.identifiers.registry import clean_siren
from mecenova.identifiers.text import paragraphs
from mecenova.reference.models import Cause, Sector, Territory


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
    origin: str = Origin.SIGN_UP,
    status: str = OrganisationStatus.TO_CHECK,
) -> Company:
    """Open the organisation, its profile and its policy, and tell the house.

    The same person sending the same form twice gets the same company. OrganisationExists when the record is
    somebody else's, an import's, or their own that has left the site: the caller offers a claim.
    """
    siren = clean_siren(siren) if siren else ""
    try:
        return _register(
            by=by,
            organisation={
                "name": name,
                "postal_code": postal_code,
                "town": town,
                "website": website,
                "phone": phone,
                "origin": origin,
                "status": status,
            },
            profile={
                "giver": giver,
                "sector": sector,
                "siren": siren,
                "in_network": in_network,
                "presentation": paragraphs(presentation),
            },
            policy={"kinds": list(kinds), "monthly_capacity": monthly_capacity},
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
