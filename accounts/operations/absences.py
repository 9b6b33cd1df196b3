"""Saying that somebody is away: oneself, one's organisation, or, for the team, anybody."""

from collections.abc import Iterable
from datetime import date
from types import MappingProxyType
from uuid import UUID

from django.core.exceptions import PermissionDenied
from django.db import transaction

from accounts import policies
from accounts.models import Organisation, User
from accounts.operations.organisations import hold, locked
from accounts.operations.presence import follow_members
from mecenova.agenda import operations as agenda
from mecenova.agenda.models import Absence


@transaction.atomic
def say_person_away(
    *,
    person: User,
    first_day: date,
    last_day: date,
    by: User,
    decisions: agenda.Decisions = MappingProxyType({}),
) -> Absence:
    """Of an adviser, `decisions` says what becomes of each appointment of these days."""
    if not policies.can_say_person_away(by, person):
        raise PermissionDenied
    teams = _hold_teams_of(person, agenda.who_booked(decisions))
    absence = agenda.add_absence(
        user=person, first_day=first_day, last_day=last_day, by=by, decisions=decisions
    )
    follow_members(*teams)
    return absence


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
        hold([absence.organisation_id])
    teams = _hold_teams_of(absence.user) if absence.user else []
    agenda.remove_absence(absence=absence, by=by)
    follow_members(*teams)


def _hold_teams_of(person: User, others: Iterable[UUID] = ()) -> list[Organisation]:
    """Its organisations, taken before what its absence changes in what they owe; and, all by key, these."""
    teams = list(Organisation.objects.of(person))
    hold({*(organisation.pk for organisation in teams), *others})
    return teams
