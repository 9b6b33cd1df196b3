"""A record is checked, to be corrected, made one with another, or gone: its team is told."""

from collections.abc import Iterable
from typing import Any

from django.urls import reverse

from accounts.enums import OrganisationEvent, OrganisationStatus
from accounts.models import Organisation, User
from accounts.notifications.teams import ToManagers, members_url
from accounts.policies import is_manager, is_member
from mecenova.agenda.operations import next_step
from mecenova.mail.addresses import absolute_url
from mecenova.mail.notifications import Notification, register_notification
from mecenova.workflow.journal import history


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
        return subject.is_to_check and is_manager(recipient, subject)


@register_notification
class OrganisationWithdrawn(Notification):
    """Their organisation is off the site: the whole team is told, except whoever took it off."""

    name = "accounts.organisation_withdrawn"
    template = "mail/accounts/organisation_withdrawn.md"

    def recipients(self, subject: Organisation) -> Iterable[User]:
        author = _who_withdrew(subject)
        people = subject.members.filter(is_active=True).order_by("email")
        return [person for person in people if person != author]

    def context(self, subject: Organisation, recipient: User) -> dict[str, Any]:
        author = _who_withdrew(subject)
        return {
            # Of the team of IMS nobody is named: it answers as one.
            "author": author if author is not None and is_member(author, subject) else None,
            "claim_url": absolute_url(reverse("accounts:claim", args=[subject.pk])),
        }

    def still_wanted(self, subject: Organisation, recipient: User) -> bool:
        return subject.has_left and is_member(recipient, subject)


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


def _who_withdrew(organisation: Organisation) -> User | None:
    last = history(organisation).filter(verb=OrganisationEvent.LEAVE).last()
    return last.by if last is not None else None
