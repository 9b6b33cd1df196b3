"""What the post and the accounts' own machinery tell, done in the same transaction."""

from typing import Any

from allauth.account.internal.flows.email_verification import verify_email_indirectly
from allauth.account.models import EmailAddress
from allauth.account.signals import email_changed, email_confirmed, password_reset
from allauth.mfa.signals import authenticator_used
from django.conf import settings
from django.dispatch import receiver
from django.http import HttpRequest

from accounts.followups import FinishSignUp, MendAddress
from accounts.models import Invitation, User, addresses_to_mend
from accounts.notifications import InvitationUndelivered
from accounts.operations import seal_second_step_again
from mecenova.agenda import operations as agenda
from mecenova.mail.enums import TroubleKind
from mecenova.mail.models import AddressTrouble
from mecenova.mail.operations import mend_addresses_of, queue
from mecenova.mail.signals import address_mended, address_troubled


@receiver(address_troubled)
def follow_address(sender: Any, trouble: AddressTrouble, **kwargs: Any) -> None:
    """The team calls its owner; whoever invited somebody at a wrong address looks for the right one."""
    if addresses_to_mend().filter(pk=trouble.pk).exists():
        agenda.start(MendAddress, trouble, since=trouble.at)
    if trouble.kind != TroubleKind.COMPLAINED:
        for invitation in Invitation.objects.waiting().filter(email=trouble.address):
            queue(InvitationUndelivered, invitation, occurrence=str(trouble.pk))


@receiver(address_mended)
def close_follow_up(sender: Any, trouble: AddressTrouble, **kwargs: Any) -> None:
    agenda.close(trouble, MendAddress)


@receiver(email_changed)
def mend_changed_address(sender: Any, request: HttpRequest, user: User, **kwargs: Any) -> None:
    """Another address: what troubled the former one troubles nobody."""
    mend_addresses_of(user=user, by=user)


@receiver(email_confirmed)
def mend_confirmed_address(
    sender: Any, request: HttpRequest, email_address: EmailAddress, **kwargs: Any
) -> None:
    """A code has arrived there: it receives. An account alone is not an organisation's sign-up."""
    person = email_address.user
    mend_addresses_of(user=person, by=person)
    if User.objects.still_signing_up().filter(pk=person.pk).exists():
        agenda.start_once(FinishSignUp, person)


@receiver(password_reset)
def confirm_only_address(sender: Any, request: HttpRequest, user: User, **kwargs: Any) -> None:
    """Whoever chose a password read the link sent to the one address of the account: as good as a code."""
    addresses = EmailAddress.objects.filter(user=user).values_list("email", flat=True)
    if list(addresses) == [user.email]:
        verify_email_indirectly(request, user, user.email)


@receiver(authenticator_used)
def seal_with_the_key_of_today(sender: Any, user: User, **kwargs: Any) -> None:
    if settings.SECRET_KEY_FALLBACKS:
        seal_second_step_again(person=user)
