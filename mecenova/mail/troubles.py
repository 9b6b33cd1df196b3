"""Addresses that no longer receive: marking them, and setting them right."""

import logging
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from django.contrib.auth import get_user_model
from django.db import transaction
from django.db.models import Q

from mecenova.calendar import clock
from mecenova.calendar.quiet_hours import next_sending_time
from mecenova.logs import ADDRESS
from mecenova.mail.enums import MailStatus, TroubleKind, Unsent
from mecenova.mail.models import AddressTrouble, OutgoingMail
from mecenova.mail.signals import address_mended, address_troubled
from mecenova.mail.wake import wake_on_commit

if TYPE_CHECKING:
    from accounts.models import User

logger = logging.getLogger(__name__)

LONGEST_DETAIL = 300
# Older than this, what was held back is news no more; it stays in the person's mailbox on the site.
WORTH_SENDING_FOR = timedelta(days=30)


def without_addresses(text: str) -> str:
    """A server's words, without the person they are about."""
    return " ".join(ADDRESS.sub("(adresse)", text).split())[:LONGEST_DETAIL]


@transaction.atomic
def mark_address(
    *, address: str, kind: TroubleKind, detail: str = "", at: datetime | None = None
) -> AddressTrouble | None:
    """Write to this address no longer. Marked already, or mended since `at`: nothing changes (None)."""
    at = at or clock.now()
    about = AddressTrouble.objects.all().about(address)
    if about.open().exists() or about.filter(mended_at__gte=at).exists():
        return None
    users = get_user_model()._default_manager.filter(email__iexact=address, is_active=True)
    trouble = AddressTrouble(
        user=users.first(), address=address, kind=kind, detail=without_addresses(detail), at=at
    )
    AddressTrouble.objects.bulk_create([trouble], ignore_conflicts=True)
    if not AddressTrouble.objects.filter(pk=trouble.pk).exists():
        return None
    logger.warning("Address trouble %s: %s", trouble.pk, kind)
    address_troubled.send(sender=AddressTrouble, trouble=trouble)
    return trouble


@transaction.atomic
def mend_address(*, trouble: AddressTrouble, by: "User | None") -> bool:
    """The address serves again, or was changed: what was held back meanwhile is asked again, and leaves."""
    trouble = AddressTrouble.objects.select_for_update().get(pk=trouble.pk)
    if not trouble.is_open:
        return False
    trouble.mended_at, trouble.mended_by = clock.now(), by
    trouble.save(update_fields=["mended_at", "mended_by"])
    address_mended.send(sender=AddressTrouble, trouble=trouble)
    _put_back(trouble)
    return True


def _put_back(trouble: AddressTrouble) -> None:
    """Of whoever it troubled: the person it was written for, and whoever has that address since."""
    held = OutgoingMail.objects.filter(
        Q(recipient=trouble.user) | Q(recipient__email__iexact=trouble.address),
        recipient__is_active=True,
        status=MailStatus.CANCELLED,
        last_error=Unsent.IN_TROUBLE,
        address__iexact=trouble.address,
        created_at__gte=clock.now() - WORTH_SENDING_FOR,
    )
    retry_at = next_sending_time(clock.now())
    if held.update(
        status=MailStatus.PENDING,
        retry_at=retry_at,
        attempts=0,
        uncertain=0,
        last_error="",
    ):
        wake_on_commit()


def mend_addresses_of(*, user: "User", by: "User | None") -> int:
    """Whatever troubles this person's addresses: the former ones, and one marked before the account was."""
    troubles = AddressTrouble.objects.open().filter(Q(user=user) | Q(address__iexact=user.email))
    return sum(mend_address(trouble=trouble, by=by) for trouble in troubles)
