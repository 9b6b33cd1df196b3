"""The mails of this room. Whoever has left a team, or closed the account, receives none of them."""

from collections.abc import Iterable
from typing import Any

from django.urls import reverse

from accounts.enums import ClaimStatus, OrganisationEvent, OrganisationStatus, Role
from accounts.models import Claim, Invitation, Membership, Organisation, User, team_of
from accounts.policies import is_manager, is_member
from accounts.retention import closes_at, is_dormant, last_act_of
from mecenova.agenda.operations import next_step
from mecenova.mail.addresses import absolute_url
from mecenova.mail.models import AddressTrouble
from mecenova.mail.notifications import Notification, register_notification
from mecenova.mail.operations import queue_message
from mecenova.mail.rendering import render
from mecenova.team import is_staff
from mecenova.workflow.journal import history

# The beginning of the keys of invitations in the outbox.
INVITATION = "accounts.invitation"
# A mail that names more is a list that nobody reads: the page has them all.
NAMED = 20


def managers_of(organisation: Organisation) -> Iterable[User]:
    if (team := organisation.known_team) is not None:
        people = (one.user for one in team if one.role == Role.MANAGER and one.user.is_active)
        return sorted(people, key=lambda person: (person.date_joined, person.pk))
    return User.objects.filter(
        memberships__organisation=organisation, memberships__role=Role.MANAGER, is_active=True
    ).order_by("date_joined", "pk")


def _who_withdrew(organisation: Organisation) -> User | None:
    last = history(organisation).filter(verb=OrganisationEvent.LEAVE).last()
    return last.by if last is not None else None


def members_url(organisation: Organisation) -> str:
    return absolute_url(reverse("accounts:members", args=[organisation.pk]))


def write_to_address(
    template: str, values: dict[str, Any], *, key: str, address: str, person: User | None
) -> None:
    """A personal code or link, to an address that may have no account: it leaves at once."""
    written = render(template, values, confidential=True)
    queue_message(
        key=key,
        subject=written.subject,
        text=written.text,
        html=written.html,
        recipient=person,
        address=address,
    )


def write_invitation(invitation: Invitation) -> None:
    """Renewed invitations have another date, so another mail."""
    values = {
        "invitation": invitation,
        "organisation": invitation.organisation,
        "invited_by": invitation.invited_by,
        "invitation_url": absolute_url(invitation.get_absolute_url()),
    }
    key = f"{INVITATION}:{invitation.pk}:{invitation.expires_at.isoformat()}"
    write_to_address("mail/accounts/invitation.md", values, key=key, address=invitation.email, person=None)


def write_farewell(person: User, *, was_asked: bool) -> None:
    """The account is about to close: the last mail that its address receives, from nobody's account."""
    values = {
        "was_asked": was_asked,
        "name": person.get_full_name(),
        "sign_up_url": absolute_url(reverse("accounts:sign_up")),
    }
    key = f"accounts.farewell:{person.pk}"
    write_to_address("mail/accounts/farewell.md", values, key=key, address=person.email, person=None)


class ToManagers(Notification):
    """About an organisation, for those who run it."""

    reads_many = (team_of(),)

    def recipients(self, subject: Organisation) -> Iterable[User]:
        return managers_of(subject)

    def context(self, subject: Organisation, recipient: User) -> dict[str, Any]:
        return {"dashboard_url": absolute_url(subject.dashboard_path)}

    def still_wanted(self, subject: Organisation, recipient: User) -> bool:
        return is_manager(recipient, subject)


@register_notification
class OrganisationChecked(ToManagers):
    name = "accounts.organisation_checked"
    template = "mail/accounts/organisation_checked.md"

    def context(self, subject: Organisation, recipient: User) -> dict[str, Any]:
        """The rooms above have just opened its next step: they alone know what it has already said."""
        return {**super().context(subject, recipient), "step": next_step(subject)}

    def still_wanted(self, subject: Organisation, recipient: User) -> bool:
        return subject.is_checked and is_manager(recipient, subject)


@register_notification
class ChangesAsked(ToManagers):
    name = "accounts.changes_asked"
    template = "mail/accounts/changes_asked.md"

    def context(self, subject: Organisation, recipient: User) -> dict[str, Any]:
        step = next_step(subject)
        return {
            **super().context(subject, recipient),
            "message": subject.what_is_asked(),
            "expected_by": step.deadline if step else None,
            "put_off": step.put_off if step else "",
        }

    def still_wanted(self, subject: Organisation, recipient: User) -> bool:
        return subject.status == OrganisationStatus.CHANGES_ASKED and is_manager(recipient, subject)


@register_notification
class ChangesReminder(ChangesAsked):
    """The same words again, some days later."""

    name = "accounts.changes_reminder"
    template = "mail/accounts/changes_reminder.md"


@register_notification
class LastChangesReminder(ChangesAsked):
    """Queued with `called_from` as context: the day from which a person of the team calls."""

    name = "accounts.last_changes_reminder"
    template = "mail/accounts/last_changes_reminder.md"


@register_notification
class CheckDelayed(ToManagers):
    """Queued with `new_date` as context: a promise not kept is said, with another one."""

    name = "accounts.check_delayed"
    template = "mail/accounts/check_delayed.md"

    def still_wanted(self, subject: Organisation, recipient: User) -> bool:
        return subject.status == OrganisationStatus.TO_CHECK and is_manager(recipient, subject)


class ToStaff(Notification):
    """What waits for the team, in one mail a day and person whatever the number of files."""

    def recipients(self, subject: User) -> Iterable[User]:
        return [subject]

    def context(self, subject: User, recipient: User) -> dict[str, Any]:
        to_check, claims = Organisation.objects.to_check(), Claim.objects.waiting()
        return {
            "organisations": list(to_check.order_by("created_at", "pk")[:NAMED]),
            "other_organisations": max(0, to_check.count() - NAMED),
            "claims": list(claims.select_related("organisation").order_by("created_at", "pk")[:NAMED]),
            "other_claims": max(0, claims.count() - NAMED),
            "control_tower_url": absolute_url(reverse("pages:control_tower")),
            "claims_url": absolute_url(reverse("pages:basket", args=["revendications"])),
        }

    def still_wanted(self, subject: User, recipient: User) -> bool:
        some = Organisation.objects.to_check().exists() or Claim.objects.waiting().exists()
        return is_staff(recipient) and some


@register_notification
class StaffReminder(ToStaff):
    name = "accounts.staff_reminder"
    template = "mail/accounts/staff_reminder.md"


@register_notification
class LeadAlert(ToStaff):
    name = "accounts.lead_alert"
    template = "mail/accounts/lead_alert.md"

    def context(self, subject: User, recipient: User) -> dict[str, Any]:
        mine = f"{reverse('pages:control_tower')}?pour=moi#a-faire"
        return {**super().context(subject, recipient), "mine_url": absolute_url(mine)}


@register_notification
class AddressReminder(ToStaff):
    """Addresses that still receive nothing: somebody calls. One mail a day and person, as for files."""

    name = "accounts.address_reminder"
    template = "mail/accounts/address_reminder.md"

    def context(self, subject: User, recipient: User) -> dict[str, Any]:
        troubles = AddressTrouble.objects.open().select_related("user").order_by("at", "pk")
        return {
            "number": troubles.count(),
            "troubles": troubles[:NAMED],
            "addresses_url": absolute_url(reverse("mail:failed")),
        }

    def still_wanted(self, subject: User, recipient: User) -> bool:
        return is_staff(recipient) and AddressTrouble.objects.open().exists()


class ToClaimant(Notification):
    def recipients(self, subject: Claim) -> Iterable[User]:
        return [subject.user]

    def context(self, subject: Claim, recipient: User) -> dict[str, Any]:
        return {
            "organisation": subject.organisation,
            "dashboard_url": absolute_url(subject.organisation.dashboard_path),
            "claim_url": absolute_url(reverse("accounts:claim", args=[subject.organisation_id])),
        }


@register_notification
class ClaimReceived(ToClaimant):
    name = "accounts.claim_received"
    template = "mail/accounts/claim_received.md"
    urgent = True

    def context(self, subject: Claim, recipient: User) -> dict[str, Any]:
        step = next_step(subject)
        return {
            **super().context(subject, recipient),
            "answer_by": step.deadline if step else None,
            "put_off": step.put_off if step else "",
        }

    def still_wanted(self, subject: Claim, recipient: User) -> bool:
        return subject.status == ClaimStatus.WAITING


@register_notification
class ClaimDelayed(ToClaimant):
    """Queued with `new_date` as context."""

    name = "accounts.claim_delayed"
    template = "mail/accounts/claim_delayed.md"

    def still_wanted(self, subject: Claim, recipient: User) -> bool:
        return subject.status == ClaimStatus.WAITING


@register_notification
class ClaimAccepted(ToClaimant):
    name = "accounts.claim_accepted"
    template = "mail/accounts/claim_accepted.md"

    def context(self, subject: Claim, recipient: User) -> dict[str, Any]:
        return {**super().context(subject, recipient), "manages": is_manager(recipient, subject.organisation)}

    def still_wanted(self, subject: Claim, recipient: User) -> bool:
        return is_member(recipient, subject.organisation)


@register_notification
class ClaimRefused(ToClaimant):
    name = "accounts.claim_refused"
    template = "mail/accounts/claim_refused.md"


@register_notification
class NewcomerByClaim(Notification):
    """Those who run an organisation learn that the team has let somebody in."""

    name = "accounts.newcomer_by_claim"
    template = "mail/accounts/newcomer_by_claim.md"

    def recipients(self, subject: Claim) -> Iterable[User]:
        return [person for person in managers_of(subject.organisation) if person.pk != subject.user_id]

    def context(self, subject: Claim, recipient: User) -> dict[str, Any]:
        return {
            "organisation": subject.organisation,
            "newcomer": subject.user,
            "members_url": members_url(subject.organisation),
        }

    def still_wanted(self, subject: Claim, recipient: User) -> bool:
        return is_manager(recipient, subject.organisation)


@register_notification
class InvitationAccepted(Notification):
    name = "accounts.invitation_accepted"
    weekly = True
    template = "mail/accounts/invitation_accepted.md"

    def recipients(self, subject: Invitation) -> Iterable[User]:
        return [subject.invited_by]

    def context(self, subject: Invitation, recipient: User) -> dict[str, Any]:
        return {
            "organisation": subject.organisation,
            "newcomer": subject.accepted_by,
            "members_url": members_url(subject.organisation),
        }

    def still_wanted(self, subject: Invitation, recipient: User) -> bool:
        return is_manager(recipient, subject.organisation)


@register_notification
class RemovedFromTeam(Notification):
    """For the person who no longer belongs to it. Context: `organisation_name`, and `by_team` when nobody of
    it was left to decide."""

    name = "accounts.removed_from_team"
    template = "mail/accounts/removed_from_team.md"

    def recipients(self, subject: User) -> Iterable[User]:
        return [subject]


@register_notification
class ColleagueLeft(Notification):
    """Somebody has left a team by themselves: those who run it. Context: `person`, their name."""

    name = "accounts.colleague_left"
    template = "mail/accounts/colleague_left.md"

    def recipients(self, subject: Organisation) -> Iterable[User]:
        return managers_of(subject)

    def context(self, subject: Organisation, recipient: User) -> dict[str, Any]:
        return {
            "is_alone": subject.active_members() == [recipient],
            "members_url": members_url(subject),
        }

    def still_wanted(self, subject: Organisation, recipient: User) -> bool:
        return is_manager(recipient, subject) and subject.status != OrganisationStatus.LEFT


@register_notification
class AccountDormant(Notification):
    """Of somebody who has done nothing for long: when the account closes, and how to keep it."""

    name = "accounts.account_dormant"
    template = "mail/accounts/account_dormant.md"

    def recipients(self, subject: User) -> Iterable[User]:
        return [subject]

    def context(self, subject: User, recipient: User) -> dict[str, Any]:
        last_act = last_act_of(subject)
        alone = Membership.objects.alone_in_charge(subject).select_related("organisation")
        return {
            "last_act": last_act,
            "closes_on": closes_at(last_act),
            "alone": [membership.organisation for membership in alone.order_by("organisation")],
            "login_url": absolute_url(reverse("account_login")),
        }

    def still_wanted(self, subject: User, recipient: User) -> bool:
        return is_dormant(subject)


@register_notification
class OrganisationWithdrawn(Notification):
    """Their organisation is off the site: the whole team is told, except whoever took it off."""

    name = "accounts.organisation_withdrawn"
    template = "mail/accounts/organisation_withdrawn.md"

    def recipients(self, subject: Organisation) -> Iterable[User]:
        author = _who_withdrew(subject)
        return [person for person in subject.active_members() if person != author]

    def context(self, subject: Organisation, recipient: User) -> dict[str, Any]:
        author = _who_withdrew(subject)
        return {
            # Of the team of IMS nobody is named: it answers as one.
            "author": author if author is not None and is_member(author, subject) else None,
            "claim_url": absolute_url(reverse("accounts:claim", args=[subject.pk])),
        }

    def still_wanted(self, subject: Organisation, recipient: User) -> bool:
        return subject.status == OrganisationStatus.LEFT and is_member(recipient, subject)


@register_notification
class OrganisationsMerged(Notification):
    """Their two records are one: the whole team is told which name stays. Context: `gone_name`."""

    name = "accounts.organisations_merged"
    template = "mail/accounts/organisations_merged.md"

    def recipients(self, subject: Organisation) -> Iterable[User]:
        return subject.active_members()

    def context(self, subject: Organisation, recipient: User) -> dict[str, Any]:
        return {
            "dashboard_url": absolute_url(subject.dashboard_path),
            "members_url": members_url(subject),
        }

    def still_wanted(self, subject: Organisation, recipient: User) -> bool:
        return is_member(recipient, subject)
