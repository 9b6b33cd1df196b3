"""A database restored from a backup: what waited in it has left since, and does not leave a second time."""

from datetime import datetime
from typing import NamedTuple

from django.db import transaction
from django.db.models import Q
from django.db.models.functions import Coalesce

from mecenova.calendar import clock
from mecenova.mail.enums import LineStatus, MailStatus, Unsent
from mecenova.mail.models import NEXT_TRY, DigestLine, OutgoingMail


class Restored(NamedTuple):
    """How many mails were cancelled, and how many lines of weekly digests that no mail held yet."""

    mails: int
    lines: int


@transaction.atomic
def cancel_waiting(*, before: datetime, commit: bool = True) -> Restored:
    """Cancel what was to leave by this moment and waits still, and say how much there is.

    What was to leave later has not left: it leaves on its day. When these left is in no row any more, so the
    promises do not count them (mecenova/pages/promises.sql).
    """
    left = Q(status=MailStatus.SENDING) | Q(next_try__lte=before)
    mails = OutgoingMail.objects.waiting().alias(next_try=NEXT_TRY).filter(left, created_at__lt=before)
    lines = DigestLine.objects.all().due(before).filter(created_at__lt=before)
    if not commit:
        return Restored(mails.count(), lines.count())
    ended = {"settled_at": Coalesce("settled_at", clock.now()), "last_error": Unsent.RESTORED}
    DigestLine.objects.filter(status=LineStatus.PENDING, mail__in=mails).update(status=LineStatus.CANCELLED)
    return Restored(
        mails.update(status=MailStatus.CANCELLED, lease_until=None, **ended),
        lines.update(status=LineStatus.CANCELLED, **ended),
    )
