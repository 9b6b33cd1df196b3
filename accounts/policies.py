"""Who may do what. Staff check and decide, managers run the team, contributors write, others see 404."""

from allauth.account.models import EmailAddress
from django.contrib.auth.models import AnonymousUser
from django.urls import reverse

from accounts.enums import OrganisationEvent, OrganisationKind, OrganisationStatus, Role
from accounts.models import Claim, Invitation, Membership, Organisation, User
from mecenova.agenda.models import Absence
from mecenova.team import is_staff

Person = User | AnonymousUser
REGISTER_PAGES = {
    OrganisationKind.ASSOCIATION.value: "associations:register",
    OrganisationKind.COMPANY.value: "companies:register",
}


def role_in(user: Person, organisation: Organisation) -> Role | None:
    """The person's role in this organisation, or None for a stranger."""
    if not isinstance(user, User) or not user.is_active:
        return None
    if (team := organisation.known_team) is not None:
        return next((Role(one.role) for one in team if one.user_id == user.pk), None)
    found = (
        Membership.objects.filter(user=user, organisation=organisation).values_list("role", flat=True).first()
    )
    return Role(found) if found else None


def is_member(user: Person, organisation: Organisation) -> bool:
    return role_in(user, organisation) is not None


def is_manager(user: Person, organisation: Organisation) -> bool:
    return role_in(user, organisation) == Role.MANAGER


def asked_of(user: Person, organisation: Organisation) -> str:
    """What the team has asked its people to correct, for them to read beside what they write."""
    return organisation.what_is_asked() if is_member(user, organisation) else ""


def can_edit(user: Person, organisation: Organisation) -> bool:
    """Write the profile: any member, as long as the organisation has not left."""
    return not organisation.has_left and is_member(user, organisation)


def can_resubmit(user: Person, organisation: Organisation) -> bool:
    return can_edit(user, organisation)


def corrects(user: Person, organisation: Organisation) -> bool:
    """Whether what this person writes is the correction that the team had asked for, and waits for."""
    return organisation.status == OrganisationStatus.CHANGES_ASKED and can_resubmit(user, organisation)


def can_check(user: Person, organisation: Organisation) -> bool:
    """Check, ask for changes, read another name: a person of the staff who is not judging their own."""
    return is_staff(user) and not is_member(user, organisation)


def can_merge(user: Person, organisation: Organisation) -> bool:
    """Make one of two records: a person of the staff who belongs to neither."""
    return is_staff(user) and not is_member(user, organisation)


def can_see_members(user: Person, organisation: Organisation) -> bool:
    return is_staff(user) or is_member(user, organisation)


def can_manage_members(user: Person, organisation: Organisation) -> bool:
    """Invite, change roles, remove: managers, and staff who step in when nobody is left to do it.

    Elsewhere staff could invite themselves, then answer in the organisation's place.
    """
    if organisation.has_left:
        return False
    if is_manager(user, organisation):
        return True
    return is_staff(user) and not organisation.memberships.managers().exists()


def can_leave(user: Person, organisation: Organisation) -> bool:
    return is_member(user, organisation)


def can_withdraw(user: Person, organisation: Organisation) -> bool:
    """Take the whole organisation off the site."""
    if organisation.has_left:
        return False
    return is_staff(user) or is_manager(user, organisation)


def can_erase(user: Person, organisation: Organisation) -> bool:
    """Erase a record that has left: the team, when somebody asks it."""
    return is_staff(user)


def can_claim(user: Person, organisation: Organisation) -> bool:
    """Ask to be recognised as one of it; and for one that has left, its own members ask that it come back.

    Of one that was erased nothing is left by which anybody could be recognised.
    """
    if not isinstance(user, User) or not user.is_active or organisation.is_erased:
        return False
    return organisation.has_left or not is_member(user, organisation)


def can_decide_claim(user: Person, claim: Claim) -> bool:
    """A person of the staff never decides their own claim."""
    return is_staff(user) and isinstance(user, User) and claim.user_id != user.pk


def can_accept_invitation(user: Person, invitation: Invitation) -> bool:
    """Only the person whose verified address was invited."""
    if not isinstance(user, User) or not user.is_active:
        return False
    verified = EmailAddress.objects.filter(user=user, verified=True)
    return verified.filter(email=invitation.email.lower()).exists()


def can_say_person_away(user: Person, person: User) -> bool:
    """Oneself, or the team for anybody."""
    return is_staff(user) or (isinstance(user, User) and user.is_active and user.pk == person.pk)


def can_say_organisation_away(user: Person, organisation: Organisation) -> bool:
    """Its managers, or the team."""
    if organisation.has_left:
        return False
    return is_staff(user) or is_manager(user, organisation)


def can_forget_absence(user: Person, absence: Absence) -> bool:
    """Whoever may say it may take it back."""
    if absence.user is not None:
        return can_say_person_away(user, absence.user)
    if absence.organisation_id is None or absence.of_members:
        return False
    organisation = Organisation.objects.filter(pk=absence.organisation_id).first()
    return organisation is not None and can_say_organisation_away(user, organisation)


def unquoted_to(reader: Person) -> frozenset[str]:
    """The lines of the journal of which this person reads the day alone.

    What the team notes of a call is written for the team: the organisation was on the phone, and does not
    read what was made of it.
    """
    return frozenset() if is_staff(reader) else frozenset({OrganisationEvent.CALL.value})


def unfinished_registration(user: Person) -> str | None:
    """Where a person who works for no organisation goes on; None when the dashboard is theirs.

    Whoever belongs to one that left the site goes on where they can ask that it come back.
    """
    if not isinstance(user, User) or user.is_staff or Organisation.objects.of(user).exists():
        return None
    claim = Claim.objects.of(user).waiting().first()
    if claim is not None:
        return reverse("accounts:claim", args=[claim.organisation_id])
    left = Organisation.objects.left_by(user).first()
    if left is not None:
        return reverse("accounts:claim", args=[left.pk])
    return reverse(REGISTER_PAGES.get(user.wanted_kind, "accounts:choose_kind"))
