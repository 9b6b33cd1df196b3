"""People's own accounts."""

import logging
from collections.abc import Mapping
from typing import Any

from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.shortcuts import get_object_or_404

from accounts.models import Invitation, Membership, Organisation, User
from accounts.models.user import CLOSED_DOMAIN
from accounts.notifications import write_farewell, write_second_step_taken_away
from accounts.operations.claims import drop_claims
from accounts.operations.members import hand_over, leave
from accounts.operations.organisations import hold
from accounts.operations.presence import follow_addresses_of, follow_members
from accounts.seals import seal_again
from mecenova.agenda import operations as agenda
from mecenova.agenda.enums import Outcome
from mecenova.identifiers.text import one_line
from mecenova.mail.operations import forget_addresses_of
from mecenova.team import is_staff
from mecenova.workflow import journal
from mecenova.workflow.errors import DomainError

logger = logging.getLogger(__name__)

# What makes the codes, among what allauth keeps of a second step.
SECRETS = {"secret", "seed"}
ACCOUNT_STATES = {True: "active", False: "inactive"}


@transaction.atomic
def create_verified_user(
    *,
    email: str,
    password: str | None,
    first_name: str,
    last_name: str,
    is_staff: bool = False,
    is_superuser: bool = False,
) -> User:
    """An account whose address needs no code: made by the staff or by the loader of the invented network."""
    user = User.objects.create_user(
        email,
        password,
        first_name=first_name,
        last_name=last_name,
        is_staff=is_staff,
        is_superuser=is_superuser,
    )
    EmailAddress.objects.create(user=user, email=user.email, verified=True, primary=True)
    return user


@transaction.atomic
def update_person(*, person: User, first_name: str, last_name: str, by: User) -> User:
    """People write their own name, nobody else's."""
    if by.pk != person.pk:
        raise PermissionDenied
    person = get_object_or_404(User.objects.select_for_update(no_key=True), pk=person.pk)
    person.first_name = one_line(first_name)[:80]
    person.last_name = one_line(last_name)[:80]
    person.save(update_fields=["first_name", "last_name"])
    return person


@transaction.atomic
def write_account(*, person: User, changes: Mapping[str, Any], by: User) -> User:
    """What the administration has changed of an account, and that alone: the rest may have changed since.

    Switched on or off, its teams may be all away. A closed account stays closed: its address is nobody's.
    """
    if not is_staff(by):
        raise PermissionDenied
    teams = list(Organisation.objects.filter(memberships__user=person))
    hold([organisation.pk for organisation in teams])
    person = get_object_or_404(User.objects.select_for_update(no_key=True), pk=person.pk)
    kept = {name: value for name, value in changes.items() if not (person.is_closed and name == "is_active")}
    if not kept:
        return person
    was = ACCOUNT_STATES[person.is_active]
    for name, value in kept.items():
        setattr(person, name, value)
    person.save(update_fields=list(kept))
    note = ", ".join(str(getattr(User._meta.get_field(name), "verbose_name", name)) for name in kept)
    journal.record(person, "write_account", was, ACCOUNT_STATES[person.is_active], by, note)
    follow_members(*teams)
    follow_addresses_of(person)
    return person


@transaction.atomic
def take_away_second_step(*, person: User, by: User) -> bool:
    """Of somebody who has lost their telephone and their codes: their password alone opens again, until they
    make another. They are told; False when there is none.

    Of one of the team, a superuser alone may. One's own is taken away on the page that made it.
    """
    person = get_object_or_404(User.objects.select_for_update(no_key=True), pk=person.pk)
    is_ours = person.is_staff or person.is_superuser
    if not is_staff(by) or by.pk == person.pk or (is_ours and not by.is_superuser):
        raise PermissionDenied
    removed, _ = Authenticator.objects.filter(user=person).delete()
    if removed:
        state = ACCOUNT_STATES[person.is_active]
        journal.record(person, "take_away_second_step", state, state, by)
        write_second_step_taken_away(person)
    return bool(removed)


@transaction.atomic
def seal_second_step_again(*, person: User) -> None:
    """While the site changes keys: what this person has is read with the new one alone from now on."""
    for authenticator in (
        Authenticator.objects.select_for_update(no_key=True).filter(user=person).order_by("pk")
    ):
        for name in SECRETS & authenticator.data.keys():
            authenticator.data[name] = seal_again(authenticator.data[name])
        authenticator.save(update_fields=["data"])


@transaction.atomic
def close_account(*, person: User, by: User | None) -> User:
    """Leave every team and close the account. A last mail says so; the account's address is then erased.

    The name stays, so that the history of what was decided can still be read. By the site (`by` is None), of
    somebody who is no longer there, what they ran alone passes to whoever is left of its team.
    """
    if by is not None and by.pk != person.pk:
        raise PermissionDenied
    # Organisations first, then the person, whom others may go on naming meanwhile (`by=`): docs/adr/0014.
    teams = Membership.objects.filter(user=person).values("organisation")
    hold(teams.union(person.claims.waiting().values("organisation")))
    if by is None:
        for membership in Membership.objects.filter(user=person).order_by("organisation"):
            hand_over(membership=membership)
    person = get_object_or_404(User.objects.select_for_update(no_key=True), pk=person.pk)
    if person.is_staff:
        raise DomainError(
            "Un compte de l’équipe se ferme depuis l’administration. Demandez-le à votre responsable."
        )
    for membership in (
        Membership.objects.filter(user=person).select_related("organisation").order_by("organisation")
    ):
        leave(organisation=membership.organisation, by=person)
    drop_claims(person.claims.waiting())
    agenda.close(person, outcome=Outcome.CANCELLED)
    EmailAddress.objects.filter(user=person).delete()
    Authenticator.objects.filter(user=person).delete()
    Invitation.objects.filter(accepted_by=person).update(email="")
    write_farewell(person, was_asked=by is not None)
    former, person.is_active = person.email, False
    person.email = f"{person.pk}@{CLOSED_DOMAIN}"
    person.set_unusable_password()
    person.save(update_fields=["is_active", "email", "password"])
    forget_addresses_of(user=person, address=former)
    # A backup brings it back: the log says which to close again.
    transaction.on_commit(lambda: logger.info("Account %s closed", person.pk))
    return person
