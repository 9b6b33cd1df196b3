"""Who is in an organisation's team. Every change takes the organisation's lock: its last manager stays."""

from datetime import timedelta

from django.core.exceptions import PermissionDenied
from django.db import transaction

from accounts import followups, notifications, policies
from accounts.enums import Role
from accounts.models import Invitation, Membership, Organisation, User, addresses_to_mend
from accounts.operations.claims import drop_claims_of_members
from accounts.operations.organisations import end_sign_up, locked, withdraw_organisation
from accounts.operations.presence import follow_addresses_of, follow_members
from mecenova.agenda import operations as agenda
from mecenova.agenda.enums import Outcome
from mecenova.calendar import clock
from mecenova.mail.enums import TroubleKind
from mecenova.mail.models import MESSAGE, AddressTrouble, OutgoingMail
from mecenova.mail.operations import mend_address, queue
from mecenova.workflow import journal
from mecenova.workflow.errors import DomainError
from mecenova.workflow.models import TransitionRecord

INVITATION_LIFE = timedelta(days=14)
# An organisation nobody has checked must not become a way to write to the whole world.
WAITING_INVITATIONS = {True: 50, False: 5}
# Taking invitations back makes room for others; the mails have left all the same. Of organisations that
# nobody has checked they are counted by person too, who could register as many as they like.
INVITATIONS_A_DAY = {True: 50, False: 10}
# Sent again and again, or by many organisations, to somebody who asked for nothing.
INVITATIONS_TO_ONE_ADDRESS = 3

LAST_MANAGER = (
    "Il faut au moins une personne responsable. Donnez d’abord ce rôle à quelqu’un d’autre de l’équipe "
    "(s’il n’y a personne, invitez quelqu’un), ou retirez l’organisme de Mecenova."
)


@transaction.atomic
def invite_member(*, organisation: Organisation, email: str, role: str, by: User) -> tuple[Invitation, bool]:
    """Invite an address: the invitation, and whether a mail leaves.

    The same invitation while it is good sends nothing again; otherwise it is renewed. It is no longer good
    once expired, or once whoever sent it can no longer invite.
    """
    organisation = locked(organisation)
    if not policies.can_manage_members(by, organisation):
        raise PermissionDenied
    if role != Role.MANAGER and not organisation.memberships.managers().exists():
        raise DomainError(
            "Personne ne tient encore cette fiche\u00a0: invitez d’abord une personne responsable."
        )
    email = email.strip().lower()
    if organisation.memberships.filter(user__email=email).exists():
        raise DomainError("Cette personne fait déjà partie de l’équipe.")
    waiting = organisation.invitations.waiting()
    invitation = waiting.filter(email=email).first()
    if invitation is not None and invitation.role == role and _is_good(invitation, organisation):
        return invitation, False
    others = waiting.filter(expires_at__gt=clock.now()).exclude(email=email)
    if others.count() >= WAITING_INVITATIONS[organisation.is_checked]:
        raise DomainError(
            "Trop d’invitations attendent une réponse. Annulez-en une, ou attendez une réponse."
        )
    _refuse_too_many_today(organisation, by)
    _refuse_too_many_to(email)
    invitation = invitation or Invitation(organisation=organisation, email=email)
    invitation.role = Role(role)
    invitation.invited_by = by
    invitation.expires_at = clock.now() + INVITATION_LIFE
    invitation.save()
    agenda.close(invitation, outcome=Outcome.CANCELLED)
    agenda.start(followups.ExpiredInvitation, invitation, since=invitation.expires_at)
    journal.record(organisation, "invite", organisation.status, organisation.status, by)
    _try_again(email, by)
    notifications.write_invitation(invitation)
    return invitation, True


@transaction.atomic
def withdraw_invitation(*, invitation: Invitation, by: User) -> None:
    """Take back an invitation that was not used; its link stops working."""
    organisation = locked(invitation.organisation)
    if not policies.can_manage_members(by, organisation):
        raise PermissionDenied
    if Invitation.objects.waiting().filter(pk=invitation.pk).delete()[0]:
        agenda.close(invitation, outcome=Outcome.CANCELLED)


@transaction.atomic
def accept_invitation(*, invitation: Invitation, by: User) -> Membership:
    """Join with the invited address, once. The same person accepting again changes nothing."""
    organisation = locked(invitation.organisation)
    found = Invitation.objects.select_for_update(no_key=True).filter(pk=invitation.pk).first()
    if found is None:
        raise DomainError(
            "Cette invitation a été annulée. Demandez-en une nouvelle à la personne qui vous a invité."
        )
    invitation = found
    if not policies.can_accept_invitation(by, invitation):
        raise PermissionDenied
    member = Membership.objects.filter(organisation=organisation, user=by).first()
    if not invitation.is_waiting:
        if member is not None and invitation.accepted_by_id == by.pk:
            return member
        raise DomainError("Cette invitation a déjà servi. Demandez-en une nouvelle si vous en avez besoin.")
    _refuse_stale(invitation, organisation)
    invitation.accepted_at = clock.now()
    invitation.accepted_by = by
    invitation.save(update_fields=["accepted_at", "accepted_by"])
    agenda.close(invitation)
    if member is None:
        member = Membership.objects.create(organisation=organisation, user=by, role=invitation.role)
        follow_members(organisation)
        end_sign_up(by)
        drop_claims_of_members(organisation)
        follow_addresses_of(by)
    elif invitation.role == Role.MANAGER and not member.is_manager:
        member.role = Role.MANAGER
        member.save(update_fields=["role"])
    journal.record(organisation, "join", organisation.status, organisation.status, by, member.role)
    queue(notifications.InvitationAccepted, invitation)
    return member


@transaction.atomic
def change_role(*, membership: Membership, role: str, by: User) -> Membership:
    organisation, membership = _locked_member(membership)
    if not policies.can_manage_members(by, organisation):
        raise PermissionDenied
    role = Role(role)
    if role == membership.role:
        return membership
    if role != Role.MANAGER:
        _keep_a_manager(membership)
    membership.role = role
    membership.save(update_fields=["role"])
    journal.record(organisation, "change_role", organisation.status, organisation.status, by, role)
    return membership


@transaction.atomic
def remove_member(*, membership: Membership, by: User) -> None:
    """Take somebody out of the team; they are told. Already gone: nothing to do."""
    organisation = locked(membership.organisation)
    if not policies.can_manage_members(by, organisation):
        raise PermissionDenied
    found = Membership.objects.select_for_update().filter(pk=membership.pk).first()
    if found is None:
        return
    _keep_a_manager(found)
    found.delete()
    follow_members(organisation)
    journal.record(organisation, "remove_member", organisation.status, organisation.status, by)
    if found.user_id != by.pk:
        queue(
            notifications.RemovedFromTeam,
            found.user,
            occurrence=f"{organisation.pk}:{membership.pk}",
            context={
                "organisation_name": organisation.name,
                "by_team": not policies.is_manager(by, organisation),
            },
        )


@transaction.atomic
def leave(*, organisation: Organisation, by: User) -> None:
    """Leave a team by oneself; the last manager cannot. Those who run it are told."""
    organisation = locked(organisation)
    membership = Membership.objects.select_for_update().filter(organisation=organisation, user=by).first()
    if membership is None:
        return
    _keep_a_manager(membership)
    told_once = f"{by.pk}:{membership.pk}"
    membership.delete()
    follow_members(organisation)
    journal.record(organisation, "leave_team", organisation.status, organisation.status, by)
    named = {"person": by.get_full_name() or "Une personne"}
    queue(notifications.ColleagueLeft, organisation, occurrence=told_once, context=named)


@transaction.atomic
def hand_over(*, membership: Membership) -> None:
    """Somebody who ran an organisation is no longer there: whoever came first of its team runs it.

    Where nobody is left of it, it leaves the site. Where others run it already, nothing changes.
    """
    organisation = locked(membership.organisation)
    alone = Membership.objects.alone_in_charge(membership.user).filter(pk=membership.pk)
    if not alone.exists():
        return
    others = organisation.memberships.filter(user__is_active=True).exclude(pk=membership.pk)
    heir = others.select_for_update(no_key=True).order_by("joined_at", "pk").first()
    if heir is None:
        withdraw_organisation(organisation=organisation, by=None)
        return
    heir.role = Role.MANAGER
    heir.save(update_fields=["role"])
    journal.record(organisation, "change_role", organisation.status, organisation.status, None, Role.MANAGER)


def _locked_member(membership: Membership) -> tuple[Organisation, Membership]:
    organisation = locked(membership.organisation)
    found = Membership.objects.select_for_update(no_key=True).filter(pk=membership.pk).first()
    if found is None:
        raise DomainError("Cette personne ne fait plus partie de l’équipe.")
    return organisation, found


def _keep_a_manager(leaving: Membership) -> None:
    """Refuse when nobody else would run the organisation. Under its lock, two managers cannot both pass."""
    if leaving.organisation.has_left or not leaving.is_manager:
        return
    others = Membership.objects.filter(organisation=leaving.organisation_id).managers().exclude(pk=leaving.pk)
    if not others.exists():
        raise DomainError(LAST_MANAGER)


def _refuse_too_many_today(organisation: Organisation, by: User) -> None:
    today = TransitionRecord.objects.filter(verb="invite", at__gt=clock.now() - timedelta(days=1))
    sent = today.filter(pk__in=journal.history(organisation)).count()
    if not organisation.is_checked:
        sent = max(sent, today.filter(by=by).count())
    if sent >= INVITATIONS_A_DAY[organisation.is_checked]:
        raise DomainError("Trop d’invitations sont parties aujourd’hui. Envoyez les suivantes demain.")


def _refuse_too_many_to(email: str) -> None:
    beginning = f"{MESSAGE}:{notifications.INVITATION}:"
    written = OutgoingMail.objects.filter(address=email, key__startswith=beginning)
    if written.filter(created_at__gt=clock.now() - timedelta(days=1)).count() >= INVITATIONS_TO_ONE_ADDRESS:
        raise DomainError(
            "Cette adresse a déjà reçu trois invitations en un jour. Prévenez cette personne autrement, ou "
            "invitez-la demain."
        )


def _try_again(email: str, by: User) -> None:
    """An address that refused a mail is taken to serve again: should it refuse this one, whoever invites is
    told. Not one that is somebody's, which they or the team mend, nor one whose holder complained.
    """
    refused = AddressTrouble.objects.open().about(email).exclude(kind=TroubleKind.COMPLAINED)
    for trouble in refused.exclude(pk__in=addresses_to_mend().values("pk")):
        mend_address(trouble=trouble, by=by)


def _is_good(invitation: Invitation, organisation: Organisation) -> bool:
    """Whoever invited may have been removed since: what they promised no longer binds the team."""
    may_invite = policies.can_manage_members(invitation.invited_by, organisation)
    return may_invite and not invitation.has_expired


def _refuse_stale(invitation: Invitation, organisation: Organisation) -> None:
    if _is_good(invitation, organisation):
        return
    if invitation.has_expired:
        raise DomainError(
            "Cette invitation n’est plus valable. Demandez-en une nouvelle à la personne qui vous a invité."
        )
    raise DomainError(
        "La personne qui vous a invité ne peut plus le faire. Adressez-vous à un responsable de l’équipe."
    )
