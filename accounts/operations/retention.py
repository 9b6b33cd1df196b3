"""What is kept no longer: accounts left by their person or never confirmed, and words that have served."""

from datetime import timedelta
from functools import partial
from itertools import pairwise
from typing import Any
from uuid import UUID

from allauth.account.models import EmailAddress
from django.db import transaction
from django.db.models import Exists, OuterRef, Q, QuerySet

from accounts import notifications
from accounts.enums import ClaimStatus
from accounts.models import Claim, Invitation, User
from accounts.operations.users import close_account
from accounts.retention import (
    INVITATIONS_ARE_KEPT,
    NOTICE,
    PROOFS_ARE_KEPT,
    UNCONFIRMED_ARE_KEPT,
    closings_told,
    dormant_days,
    dormant_since,
    last_act_of,
)
from mecenova.calendar import clock
from mecenova.mail.models import OutgoingMail
from mecenova.mail.operations import queue
from mecenova.one_by_one import one_by_one

# One night's work; what is left is done the next one.
AT_ONCE = 500


def warn_dormant_people() -> int:
    """Tell whoever has done nothing for long that their account will close; each silence is told once."""
    warned_after, _ = dormant_days()
    people = dormant_since(clock.now() - timedelta(days=warned_after)).exclude(_told())
    found = people.order_by("last_act", "pk").values_list("pk", flat=True)[:AT_ONCE]
    return sum(one_by_one(partial(_warn, people), list(found), what="account"))


@transaction.atomic
def _warn(still: QuerySet[Any], pk: UUID) -> int:
    person = still.filter(pk=pk).first()
    if person is None:
        return 0
    return queue(notifications.AccountDormant, person, occurrence=last_act_of(person).isoformat())


def close_dormant_accounts() -> int:
    """Close the accounts whose person was told long enough ago, and has done nothing since.

    Never before the day they were told, whatever the team has decided since.
    """
    _, closed_after = dormant_days()
    people = dormant_since(clock.now() - timedelta(days=closed_after))
    people = people.filter(_told(created_at__lte=clock.now() - NOTICE), _told_of_a_day_that_has_come())
    found = people.order_by("last_act", "pk").values_list("pk", flat=True)[:AT_ONCE]
    return sum(one_by_one(partial(_close, people), list(found), what="account"))


@transaction.atomic
def _close(still: QuerySet[Any], pk: UUID) -> int:
    """Asked again, one by one: the night is long, and somebody may have come back."""
    person = still.filter(pk=pk).first()
    if person is not None:
        close_account(person=person, by=None)
    return 0 if person is None else 1


def _told(**when: Any) -> Exists:
    """That the mail was written since the person's last act."""
    return Exists(
        OutgoingMail.objects.filter(
            notification=notifications.AccountDormant.name,
            recipient=OuterRef("pk"),
            created_at__gt=OuterRef("last_act"),
            **when,
        )
    )


def _told_of_a_day_that_has_come() -> Q:
    now, told = clock.now(), Q()
    for (since, days), (until, _) in pairwise([*closings_told(), (now, 0)]):
        then = _told(created_at__gte=since, created_at__lt=until)
        told |= Q(then, last_act__lt=now - timedelta(days=days))
    return told


def forget_unconfirmed_accounts() -> int:
    """Delete sign-ups whose address nobody has confirmed: nobody ever came in by them."""
    verified = EmailAddress.objects.filter(user=OuterRef("pk"), verified=True)
    asked = EmailAddress.objects.filter(user=OuterRef("pk"), verified=False)
    never = User.objects.filter(
        Exists(asked),
        ~Exists(verified),
        is_active=True,
        is_staff=False,
        last_login=None,
        memberships=None,
        date_joined__lt=clock.now() - UNCONFIRMED_ARE_KEPT,
    )
    found = never.order_by("date_joined", "pk").values_list("pk", flat=True)[:AT_ONCE]
    return sum(one_by_one(partial(_forget, never), list(found), what="account"))


@transaction.atomic
def _forget(still: QuerySet[Any], pk: UUID) -> int:
    """Asked again once it is held: somebody may have confirmed it meanwhile."""
    User.objects.select_for_update().filter(pk=pk).first()
    person = still.filter(pk=pk).first()
    if person is not None:
        person.delete()
    return 0 if person is None else 1


@transaction.atomic
def forget_expired_words() -> int:
    """Delete the invitations that nobody took, and blank the proofs of claims decided long ago."""
    now = clock.now()
    expired = Invitation.objects.waiting().filter(expires_at__lt=now - INVITATIONS_ARE_KEPT)
    forgotten, _ = expired.delete()
    decided = Claim.objects.exclude(status=ClaimStatus.WAITING).exclude(message="")
    return forgotten + decided.filter(decided_at__lt=now - PROOFS_ARE_KEPT).update(message="")
