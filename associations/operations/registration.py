"""An association joins."""

import uuid
from collections.abc import Iterable
from decimal import Decimal
from typing import Any

from django.db import transaction

from accounts.enums import OrganisationKind, OrganisationStatus, Origin
from accounts.models import User
from accounts.operations import create_organisation
from associations.enums import Stance
from associations.followups import FirstSteps, refresh_step
from associations.models import Association
from associations.operations.profile import update_association
from associations.operations.registry import chosen_number, numbers_once
from associations.policies import can_edit_association
from associations.signals import association_registered
from mecenova.agenda.operations import start
from mecenova.identifiers.models import new_key
from mecenova.identifiers.text import one_line, paragraphs
from mecenova.reference.models import Audience, Cause, Territory
from mecenova.workflow.errors import SomebodyElses
from mecenova.workflow.journal import was_begun_by


def _already_registered(association_id: uuid.UUID | None) -> Association | None:
    if association_id is None:
        return None
    return Association.objects.select_related("organisation").filter(pk=association_id).first()


def _said_again(known: Association, by: User | None, **sign_up: Any) -> Association:
    """What the sign-up asks is written anew; what its other pages hold stays."""
    if by is not None and not can_edit_association(by, known):
        raise SomebodyElses
    organisation = known.organisation
    if organisation.is_to_check and was_begun_by(organisation, by):
        return update_association(association=known, by=by, **sign_up)
    return known


@transaction.atomic
def register_association(
    *,
    by: User | None,
    name: str,
    postal_code: str = "",
    town: str = "",
    website: str = "",
    phone: str = "",
    registry: str = "",
    rna: str = "",
    siren: str = "",
    court_entry: str = "",
    purpose: str = "",
    causes: Iterable[Cause] = (),
    audiences: Iterable[Audience] = (),
    territories: Iterable[Territory] = (),
    size: str = "",
    yearly_budget: Decimal | None = None,
    general_interest: str = "",
    stance: str = Stance.OPEN,
    association_id: uuid.UUID | None = None,
    origin: Origin = Origin.SIGN_UP,
    status: OrganisationStatus = OrganisationStatus.TO_CHECK,
) -> Association:
    """Create the organisation and its profile, and start its first follow-ups.

    The same `association_id` given twice is the same form sent twice: the first association is returned.
    While nobody has checked it, whoever went back and corrected the form is heard.
    Raises accounts.operations.OrganisationExists when the record is already there: it is claimed instead.
    """
    number = {"registry": registry, "rna": rna, "siren": siren, "court_entry": court_entry}
    words = {"purpose": paragraphs(purpose), "general_interest": general_interest}
    known = _already_registered(association_id)
    if known is not None:
        office = {"name": name, "postal_code": postal_code, "town": town}
        return _said_again(known, by, **office, **number, **words, causes=causes, territories=territories)
    number["rna"], number["court_entry"] = chosen_number(registry, rna, one_line(court_entry))
    with numbers_once(rna=number["rna"], siren=siren):
        organisation = create_organisation(
            kind=OrganisationKind.ASSOCIATION,
            name=name,
            postal_code=postal_code,
            town=town,
            website=website,
            phone=phone,
            manager=by,
            by=by,
            origin=origin,
            status=status,
        )
        association = Association.objects.create(
            pk=association_id or new_key(Association),
            organisation=organisation,
            **number,
            **words,
            size=size,
            yearly_budget=yearly_budget,
            stance=stance,
        )
    association.causes.add(*causes)
    association.audiences.add(*audiences)
    association.territories.add(*territories)
    if by is not None:
        start(FirstSteps, organisation)
    refresh_step(organisation)
    association_registered.send(sender=Association, association=association, by=by)
    return association
