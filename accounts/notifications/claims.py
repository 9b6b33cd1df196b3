"""Somebody says that a record is theirs: they are answered, and its team learns whom ours let in."""

from collections.abc import Iterable
from typing import Any

from django.urls import reverse

from accounts.models import Claim, User
from accounts.notifications.teams import managers_of, members_url
from accounts.policies import can_edit, is_manager, is_member
from mecenova.agenda.operations import next_step
from mecenova.mail.addresses import absolute_url
from mecenova.mail.notifications import Notification, register_notification


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
        return subject.is_waiting


@register_notification
class ClaimDelayed(ToClaimant):
    """Queued with `new_date` as context."""

    name = "accounts.claim_delayed"
    template = "mail/accounts/claim_delayed.md"

    def still_wanted(self, subject: Claim, recipient: User) -> bool:
        return subject.is_waiting


@register_notification
class ClaimAccepted(ToClaimant):
    name = "accounts.claim_accepted"
    template = "mail/accounts/claim_accepted.md"

    def context(self, subject: Claim, recipient: User) -> dict[str, Any]:
        return {
            **super().context(subject, recipient),
            "manages": is_manager(recipient, subject.organisation),
            "step": next_step(subject.organisation),
        }

    def still_wanted(self, subject: Claim, recipient: User) -> bool:
        return can_edit(recipient, subject.organisation)


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
        organisation = subject.organisation
        return is_manager(recipient, organisation) and is_member(subject.user, organisation)


@register_notification
class OrganisationBack(Notification):
    """One that had left comes back: its team is told, but for whoever asked. Context: `is_newcomer`, when
    that person was not of it."""

    name = "accounts.organisation_back"
    template = "mail/accounts/organisation_back.md"

    def recipients(self, subject: Claim) -> Iterable[User]:
        return [person for person in subject.organisation.active_members() if person.pk != subject.user_id]

    def context(self, subject: Claim, recipient: User) -> dict[str, Any]:
        return {
            "organisation": subject.organisation,
            "author": subject.user,
            "dashboard_url": absolute_url(subject.organisation.dashboard_path),
        }
