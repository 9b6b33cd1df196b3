"""Addresses that no longer receive: marking them, and setting them right."""

import logging
from collections.abc import Collection
from datetime import datetime, timedelta
from operator import attrgetter
from typing import TYPE_CHECKING, Any
from uuid import UUID

from django.contrib.auth import get_user_model
from django.db import transaction
from django.db.models import Case, Q, Value, When
from django.shortcuts import get_object_or_404

from mecenova.calendar import clock
from mecenova.calendar.quiet_hours import next_sending_time
from mecenova.logs import ADDRESS
from mecenova.mail.departure import when_it_leaves
from mecenova.mail.enums import LineStatus, MailStatus, TroubleKind, Unsent
from mecenova.mail.models import AddressTrouble, OutgoingMail
from mecenova.mail.signals import address_mended, address_troubled
from mecenova.mail.wake import wake_on_commit

if TYPE_CHECKING:
    from accounts.models import User

logger = logging.getLogger(__name__)

LONGEST_DETAIL = 300
# The refusal that reveals a trouble is written just before it.
REVEALED_WITHIN = timedelta(minutes=5)
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
    users = get_user_model()._default_manager.filter(email=address, is_active=True)
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
def mend_address(*, trouble: AddressTrouble, by: "User | None") -> int | None:
    """The address serves again, or was changed: what was held back meanwhile is asked again, and leaves.

    Returns how many mails do; None when it was mended already.
    """
    trouble = get_object_or_404(AddressTrouble.objects.select_for_update(no_key=True), pk=trouble.pk)
    if not trouble.is_open:
        return None
    trouble.mended_at, trouble.mended_by = clock.now(), by
    trouble.save(update_fields=["mended_at", "mended_by"])
    address_mended.send(sender=AddressTrouble, trouble=trouble)
    return _put_back(trouble)


def _put_back(trouble: AddressTrouble) -> int:
    """Of whoever it troubled: the person it was written for, and whoever has that address since.

    Of several mails to one person about one subject, the newest: the former say what is no longer so; about
    the person themself, the newest of each kind. A digest takes the lines of those before it.
    """
    theirs = OutgoingMail.objects.remembered().filter(
        Q(recipient=trouble.user) | Q(recipient__email=trouble.address),
        recipient__is_active=True,
        address=trouble.address,
        confidential=False,
        created_at__gte=clock.now() - WORTH_SENDING_FOR,
    )
    held = theirs.filter(status=MailStatus.CANCELLED, last_error=Unsent.IN_TROUBLE)
    revealing = theirs.filter(
        status=MailStatus.FAILED, settled_at__gt=trouble.at - REVEALED_WITHIN, settled_at__lte=trouble.at
    ).order_by("-settled_at", "-pk")[:1]
    newest: dict[tuple[Any, ...], OutgoingMail] = {}
    for mail in sorted([*held, *revealing], key=attrgetter("created_at", "pk")):
        kind = mail.notification if mail.subject_id == mail.recipient_id else ""
        former = newest.get(told := (mail.recipient_id, mail.subject_type_id, mail.subject_id, kind))
        if former is not None:
            former.digest_lines.filter(status=LineStatus.PENDING).update(mail=mail)
        newest[told] = mail
    return put_back([mail.pk for mail in newest.values()])


def put_back(keys: Collection[UUID]) -> int:
    """These mails are tried again: at once what answers an act, the rest when people may be written to."""
    now = clock.now()
    number = OutgoingMail.objects.filter(pk__in=keys).update(
        status=MailStatus.PENDING,
        retry_at=Case(When(urgent=True, then=Value(now)), default=Value(next_sending_time(now))),
        attempts=0,
        uncertain=0,
        last_error="",
    )
    if number:
        wake_on_commit()
    return number


def mend_addresses_of(*, user: "User", by: "User | None") -> int | None:
    """Whatever troubles this person's addresses: the former ones, and one marked before the account was.

    Returns how many mails leave again; None when nothing was to be mended.
    """
    troubles = AddressTrouble.objects.open().filter(Q(user=user) | Q(address=user.email))
    leaving = [mend_address(trouble=trouble, by=by) for trouble in troubles]
    mended = [number for number in leaving if number is not None]
    return sum(mended) if mended else None


def leaving_again(number: int) -> str:
    """What whoever has mended an address reads of the mails that waited for it."""
    if number == 0:
        return "Aucun courriel n’attendait."
    if number == 1:
        return f"Un courriel qui attendait repart {when_it_leaves()}."
    return f"{number} courriels qui attendaient repartent {when_it_leaves()}."


@transaction.atomic
def forget_addresses_of(*, user: "User", address: str) -> None:
    """The account is closed: what troubled the addresses it had is for nobody to mend, and not kept."""
    theirs = AddressTrouble.objects.filter(Q(user=user) | Q(address=address))
    for trouble in theirs.open():
        mend_address(trouble=trouble, by=None)
    theirs.delete()
