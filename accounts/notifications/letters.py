"""What leaves at once for an address that may have no account."""

from typing import Any
from uuid import uuid4

from django.urls import reverse

from accounts.models import Invitation, User
from mecenova.calendar import clock
from mecenova.mail.addresses import absolute_url
from mecenova.mail.operations import queue_message
from mecenova.mail.rendering import render

# The beginning of the keys of invitations in the outbox.
INVITATION = "accounts.invitation"


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


def write_second_step_taken_away(person: User) -> None:
    values = {
        "recipient": person,
        "change": "L’équipe a retiré la connexion en deux étapes de votre compte, comme cela a été demandé.",
        "reset_url": absolute_url(reverse("account_reset_password")),
    }
    key = f"accounts.second_step_taken_away:{uuid4()}"
    template = "mail/accounts/account_changed.md"
    write_to_address(template, values, key=key, address=person.email, person=person)


def write_codes_refused(person: User) -> None:
    """Somebody gives wrong codes after the right password: once a day is enough to choose another one."""
    values = {"recipient": person, "reset_url": absolute_url(reverse("account_reset_password"))}
    key = f"accounts.codes_refused:{person.pk}:{clock.today()}"
    template = "mail/accounts/codes_refused.md"
    write_to_address(template, values, key=key, address=person.email, person=person)


def write_farewell(person: User, *, was_asked: bool) -> None:
    """The account is about to close: the last mail that its address receives, from nobody's account."""
    values = {
        "was_asked": was_asked,
        "name": person.get_full_name(),
        "sign_up_url": absolute_url(reverse("accounts:sign_up")),
    }
    key = f"accounts.farewell:{person.pk}"
    write_to_address("mail/accounts/farewell.md", values, key=key, address=person.email, person=None)
