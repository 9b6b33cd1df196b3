"""Saying that somebody is away: oneself, one's organisation, or, for the team, anybody."""

from datetime import date

from django.core.exceptions import PermissionDenied
from django.db import transaction

from accounts import policies
from accounts.models import Organisation, User
from accounts.operations.organisations import locked
from mecenova.agenda import operations as agenda
from mecenova.agenda.models import Absence
from mecenova.workflow.errors import DomainError


@transaction.atomic
def say_person_away(*, person: User, first_day: date, last_day: date, by: User) -> Absence:
    if not policies.can_say_person_away(by, person):
        raise PermissionDenied
    return agenda.add_absence(user=person, first_day=first_day, last_day=last_day, by=by)


@transaction.atomic
def say_organisation_away(
    *, organisation: Organisation, first_day: date, last_day: date, by: User
) -> Absence:
    organisation = locked(organisation)
    if not policies.can_say_organisation_away(by, organisation):
        raise PermissionDenied
    return agenda.add_absence(organisation_id=organisation.pk, first_day=first_day, last_day=last_day, by=by)


@transaction.atomic
def forget_absence(*, absence: Absence, by: User) -> None:
    """Removed when it has not begun, ended when it has."""
    if not policies.can_forget_absence(by, absence):
        raise PermissionDenied
    if absence.organisation_id:
        organisation = Organisation.objects.filter(pk=absence.organisation_id).first()
        if organisation is None:
            raise DomainError("Cet organisme n’existe plus.")
        locked(organisation)
    agenda.remove_absence(absence=absence, by=by)
