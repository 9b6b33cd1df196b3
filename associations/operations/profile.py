"""What an association says of itself changes."""

from typing import Any

from django.core.exceptions import PermissionDenied
from django.db import transaction

from accounts.models import Organisation, User
from accounts.operations import (
    edit_told,
    locked,
    record_new_numbers,
    send_back_corrected,
    update_organisation,
)
from associations.enums import Stance
from associations.followups import refresh_step
from associations.models import Association
from associations.operations.positions import Position, projects_follow
from associations.operations.registry import chosen_number, numbers_once
from associations.policies import can_edit_association
from associations.signals import association_changed
from mecenova.calendar import clock
from mecenova.calendar.reach import too_far
from mecenova.identifiers.text import one_line, paragraphs
from mecenova.workflow.errors import DomainError

OFFICE = frozenset({"name", "postal_code", "town", "website", "phone"})
PLAIN = frozenset(
    {
        "purpose",
        "registry",
        "rna",
        "siren",
        "court_entry",
        "size",
        "yearly_budget",
        "stance",
        "paused_until",
        "general_interest",
        "refused_kinds",
        "shows_learning",
    }
)
# Whoever only takes a pause, or ends it, has corrected nothing that the team asked about.
PAUSE = frozenset({"stance", "paused_until"})
CLEANERS = {"purpose": paragraphs, "court_entry": one_line}
LISTS = frozenset({"causes", "audiences", "territories", "refused_sectors", "expertise"})


@transaction.atomic
def update_association(*, association: Association, by: User | None, **changes: Any) -> Association:
    """Write the given parts of the profile; what is not given stays as it is.

    When the team had asked for changes, the organisation goes back to its list.
    """
    unknown = changes.keys() - OFFICE - PLAIN - LISTS
    if unknown:
        raise TypeError(f"An association has no {', '.join(sorted(unknown))}")
    organisation = locked(association.organisation)
    association = Association.objects.select_for_update(no_key=True).get(pk=association.pk)
    association.organisation = organisation
    if by is not None and not can_edit_association(by, association):
        raise PermissionDenied
    before, former = Position.of(association), _numbers_of(association)
    rows = Organisation.objects.filter(pk=organisation.pk), Association.objects.filter(pk=association.pk)
    with edit_told(organisation, *rows, by=by):
        if OFFICE & changes.keys():
            office = {name: changes.get(name, getattr(organisation, name)) for name in OFFICE}
            organisation = update_organisation(organisation=organisation, by=by, **office)
        _write_profile(association, {name: changes[name] for name in PLAIN & changes.keys()})
        record_new_numbers(organisation, former, _numbers_of(association), by=by)
        for name in LISTS & changes.keys():
            getattr(association, name).set(changes[name])
    if changes.keys() - PAUSE:
        organisation = send_back_corrected(organisation=organisation, by=by)
    association.organisation = organisation
    projects_follow(association, before, by=by)
    refresh_step(organisation)
    association_changed.send(sender=Association, association=association)
    return association


def _numbers_of(association: Association) -> tuple[str, ...]:
    return association.rna, association.siren, association.court_entry


def _write_profile(association: Association, changes: dict[str, Any]) -> None:
    if refusal := too_far(changes.get("paused_until")):
        raise DomainError(refusal)
    for name, value in changes.items():
        setattr(association, name, CLEANERS[name](value) if name in CLEANERS else value)
    if "stance" in changes and association.stance != Stance.PAUSED:
        association.paused_until = None
    if "registry" in changes:
        association.rna, association.court_entry = chosen_number(
            association.registry, association.rna, association.court_entry
        )
    association.changed_at = clock.now()
    with numbers_once(rna=association.rna, siren=association.siren, than=association.pk):
        association.save()
