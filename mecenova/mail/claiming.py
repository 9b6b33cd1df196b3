"""Taking mails out of the queue: a few under one lease, each marked when it is handed to the server.

The lease is committed before anybody is spoken to. A sender that dies leaves leased mails; when the lease is
over they are taken again, and only the one that was in the server's hands may leave twice.
"""

import logging
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.db.models import F

from mecenova.calendar import clock
from mecenova.mail.enums import Attempt, MailStatus, Unsent
from mecenova.mail.models import NEXT_TRY, DeliveryAttempt, OutgoingMail
from mecenova.mail.refusals import next_probe
from mecenova.mail.subjects import read_subjects

logger = logging.getLogger(__name__)

LEASE = timedelta(minutes=3)
AT_ONCE = 20


# What somebody waits for comes first, whatever a Monday morning or an outage has piled up; then the oldest.
IN_ORDER: tuple[Any, ...] = ("-urgent", NEXT_TRY, "created_at", "id")
# To know whether the server still refuses us: first what was never put off, the newest of it, as somebody may
# have just asked for it; then each in turn, so that an address which is wrong itself keeps nobody waiting.
PROBES_FIRST = (F("retry_at").asc(nulls_first=True), "-urgent", "-due_at", "id")


@transaction.atomic(durable=True)
def claim(moment: datetime, limit: int = AT_ONCE) -> list[OutgoingMail]:
    """Lease claimable mails that nobody else is taking, read with all that is asked of them.

    While the server refuses us: one, at its time, once the former's fate is written.
    """
    order, limit = IN_ORDER, min(limit, AT_ONCE)
    if probe := next_probe():
        if probe > moment or OutgoingMail.objects.in_hand(moment).exists():
            return []
        order, limit = PROBES_FIRST, 1
    rows = OutgoingMail.objects.all().claimable(moment).for_delivery().select_related("recipient")
    first = rows.order_by(*order)[:limit]
    mails = list(first.select_for_update(skip_locked=True, of=("self",), no_key=True))
    if not mails:
        return mails
    _count_uncertain([mail for mail in mails if mail.status == MailStatus.SENDING and mail.handed_over])
    taken: dict[str, Any] = {
        "status": MailStatus.SENDING,
        "lease_until": moment + LEASE,
        "handed_over": False,
    }
    OutgoingMail.objects.filter(pk__in=[mail.pk for mail in mails]).update(**taken)
    for mail in mails:
        vars(mail).update(taken)
    _follow_people(mails)
    read_subjects(mails)
    return mails


def _follow_people(mails: Sequence[OutgoingMail]) -> None:
    """Whoever changed their address since it was written receives it at the new one, which is kept."""
    moved = [mail for mail in mails if mail.address != mail.goes_to]
    for mail in moved:
        mail.address = mail.goes_to
    if moved:
        OutgoingMail.objects.bulk_update(moved, ["address"])


def hand_over(mail: OutgoingMail, **changes: Any) -> bool:
    """Say that the server is about to get this mail; no when the lease has passed to somebody else."""
    mail.attempts += 1
    return write_if_ours(mail, handed_over=True, attempts=mail.attempts, **changes)


def give_back(mails: Sequence[OutgoingMail]) -> None:
    """Leased and not handed over: whoever comes next may take them at once."""
    if mails:
        ours = OutgoingMail.objects.filter(pk__in=[mail.pk for mail in mails], status=MailStatus.SENDING)
        ours.filter(lease_until=mails[0].lease_until).update(status=MailStatus.PENDING, lease_until=None)


def write_if_ours(mail: OutgoingMail, **values: Any) -> bool:
    """Write about a leased mail, unless whoever took over decides otherwise."""
    ours = OutgoingMail.objects.filter(pk=mail.pk, status=MailStatus.SENDING, lease_until=mail.lease_until)
    if not ours.update(**values):
        logger.error("Mail %s: its lease was lost before the result was written", mail.pk)
        return False
    return True


def _count_uncertain(mails: Sequence[OutgoingMail]) -> None:
    """They may have arrived, and nobody lived to write it."""
    for mail in mails:
        mail.uncertain += 1
        _log_what_nobody_wrote(mail)
        logger.warning("Mail %s is presented again: outcome unknown %s times", mail.pk, mail.uncertain)
    if mails:
        OutgoingMail.objects.filter(pk__in=[mail.pk for mail in mails]).update(uncertain=F("uncertain") + 1)


def _log_what_nobody_wrote(mail: OutgoingMail) -> None:
    began = (mail.lease_until or clock.now()) - LEASE
    DeliveryAttempt.objects.create(mail=mail, at=began, outcome=Attempt.UNKNOWN, detail=Unsent.UNKNOWN)
