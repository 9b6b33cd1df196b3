"""Whom the team can call when mails no longer arrive."""

from django.db.models import Exists, OuterRef, Q, QuerySet

from accounts.enums import ClaimStatus
from accounts.models.user import User
from mecenova.mail.models import AddressTrouble


def addresses_to_mend() -> "QuerySet[AddressTrouble]":
    """Addresses that receive no more, of people of an organisation, of whoever asks to join one, of the team.

    Anybody writes any address to sign up, or to ask for a password: whoever gave nothing else, perhaps not
    even theirs, is nobody to call.
    """
    people = User.objects.filter(email=OuterRef("address"), is_active=True)
    called = Q(memberships__isnull=False) | Q(claims__status=ClaimStatus.WAITING) | Q(is_staff=True)
    return AddressTrouble.objects.open().filter(Exists(people.filter(called)))
