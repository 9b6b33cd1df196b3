"""Somebody comes, joins a team, leaves one, or has done nothing for long."""

from collections.abc import Iterable
from typing import Any

from django.urls import reverse

from accounts.models import Invitation, Membership, Organisation, User
from accounts.notifications.teams import ToManagers, managers_of, members_url
from accounts.policies import REGISTER_PAGES, can_manage_members, is_member
from accounts.retention import closes_at, is_dormant, last_act_of
from mecenova.mail.addresses import absolute_url
from mecenova.mail.notifications import Notification, register_notification


@register_notification
class SignUpUnfinished(Notification):
    """Of an account without an organisation: where to go on. Context: `is_last`, when it is said no more."""

    name = "accounts.sign_up_unfinished"
    template = "mail/accounts/sign_up_unfinished.md"

    def recipients(self, subject: User) -> Iterable[User]:
        return [subject]

    def context(self, subject: User, recipient: User) -> dict[str, Any]:
        return {
            "kind": subject.get_wanted_kind_display().lower(),
            "register_url": absolute_url(reverse(REGISTER_PAGES[subject.wanted_kind])),
            "close_url": absolute_url(reverse("accounts:close_account")),
        }

    def still_wanted(self, subject: User, recipient: User) -> bool:
        return User.objects.still_signing_up().filter(pk=subject.pk).exists()


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
        organisation, newcomer = subject.organisation, subject.accepted_by
        has_stayed = newcomer is not None and is_member(newcomer, organisation)
        return has_stayed and recipient in managers_of(organisation)


class InvitationUnused(Notification):
    """Nobody has come by it: whoever sent it, or who runs the team since, so that they may send another."""

    def recipients(self, subject: Invitation) -> Iterable[User]:
        if can_manage_members(subject.invited_by, subject.organisation):
            return [subject.invited_by]
        return managers_of(subject.organisation)

    def context(self, subject: Invitation, recipient: User) -> dict[str, Any]:
        return {"organisation": subject.organisation, "members_url": members_url(subject.organisation)}

    def still_wanted(self, subject: Invitation, recipient: User) -> bool:
        return subject.is_waiting


@register_notification
class InvitationUndelivered(InvitationUnused):
    """The address refused it."""

    name = "accounts.invitation_undelivered"
    template = "mail/accounts/invitation_undelivered.md"


@register_notification
class InvitationExpired(InvitationUnused):
    name = "accounts.invitation_expired"
    weekly = True
    template = "mail/accounts/invitation_expired.md"

    def still_wanted(self, subject: Invitation, recipient: User) -> bool:
        return subject.is_waiting and subject.has_expired


@register_notification
class RemovedFromTeam(Notification):
    """For the person who no longer belongs to it. Its occurrence begins with the organisation's key. Context:
    `organisation_name`, and `by_team` when nobody of it was left to decide."""

    name = "accounts.removed_from_team"
    template = "mail/accounts/removed_from_team.md"

    def recipients(self, subject: User) -> Iterable[User]:
        return [subject]

    def still_wanted(self, subject: User, recipient: User) -> bool:
        left, _, _ = self.occurrence.partition(":")
        return all(str(one.organisation_id) != left for one in subject.memberships.all())


@register_notification
class ColleagueLeft(ToManagers):
    """Somebody has left a team by themselves: those who run it. Its occurrence begins with the key of that
    person. Context: `person`, their name."""

    name = "accounts.colleague_left"
    template = "mail/accounts/colleague_left.md"

    def context(self, subject: Organisation, recipient: User) -> dict[str, Any]:
        return {
            "is_alone": subject.active_members() == [recipient],
            "members_url": members_url(subject),
        }

    def still_wanted(self, subject: Organisation, recipient: User) -> bool:
        gone, _, _ = self.occurrence.partition(":")
        is_back = any(str(one.user_id) == gone for one in subject.memberships.all())
        return not is_back and super().still_wanted(subject, recipient)


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
