"""When the server refuses us, and not somebody: nothing is failed for it, nobody's address is marked.

It is known by what it says before any recipient is named (our password, our address), or by several
addresses that it refuses for good, one after the other, and none that it takes. The log of presentations
holds all of it: the drain then presents one mail at a time, ever later, until one is taken.
"""

import logging
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import Q

from mecenova.calendar import clock
from mecenova.mail.enums import Attempt, MailStatus, TroubleKind
from mecenova.mail.models import AddressTrouble, DeliveryAttempt, DeliveryAttemptQuerySet, OutgoingMail
from mecenova.mail.outcomes import FIRST_WAIT, Outcome, Verdict
from mecenova.mail.troubles import mend_address, put_back, without_addresses

logger = logging.getLogger(__name__)

# So many addresses refused for good within this time, and none accepted: it is us.
REFUSED_FROM = 3
REFUSED_WITHIN = timedelta(hours=6)
# Between two probes at most: somebody may wait for a code when it is over.
LONGEST_PAUSE = timedelta(minutes=5)


def next_probe() -> datetime | None:
    """While the server refuses us, when one mail may be presented; None while it works.

    To be asked in the transaction that claims it: senders ask one after the other.
    """
    refusals = DeliveryAttempt.objects.refusing_all()
    last = refusals.order_by("-at").select_for_update(of=("self",), no_key=True).first()
    if last is None:
        return None
    pause = min(FIRST_WAIT * 2 ** min(refusals.count() - 1, 16), LONGEST_PAUSE)
    return last.at + pause


def told_apart(mail: OutgoingMail, verdict: Verdict) -> Verdict:
    """The same verdict, unless what was refused for good is us: then what it had failed so is due again."""
    if verdict.for_good and _is_said_to_all(mail.address, verdict.error):
        verdict = Verdict(Outcome.ALL, verdict.error)
    if verdict.outcome == Outcome.ALL and not DeliveryAttempt.objects.refusing_all().exists():
        logger.error("The mail server refuses everything: %s", without_addresses(verdict.error))
    return verdict


def is_put_off_with_all(mail: OutgoingMail) -> bool:
    """Whether the server has taken nothing since it first put this mail off: not for this mail, then."""
    presented = mail.log.order_by("at").first()
    return (
        presented is not None
        and not DeliveryAttempt.objects.filter(outcome=Attempt.SENT, at__gt=presented.at).exists()
    )


@transaction.atomic
def _is_said_to_all(address: str, said: str) -> bool:
    """Whether it refuses several addresses in a row, and accepts none meanwhile.

    One that it had refused before it accepted others is refused for itself.
    """
    words, began = without_addresses(said), clock.now() - REFUSED_WITHIN
    recent = DeliveryAttempt.objects.filter(at__gt=began)
    in_a_row = recent.since_accepted()
    theirs = _addresses(recent.filter(outcome=Attempt.REFUSED).exclude(pk__in=in_a_row.values("pk")))
    others = _addresses(_refusals(in_a_row, words)) - {address} - theirs
    is_known = DeliveryAttempt.objects.refusing_all().exists()
    if address in theirs or not (is_known or len(others) + 1 >= REFUSED_FROM):
        return False
    _reopen(others, theirs, words, began)
    return True


def _refusals(attempts: DeliveryAttemptQuerySet, words: str) -> DeliveryAttemptQuerySet:
    """For good. One that gives no number is tried again all the same: it is known by its words."""
    for_good = Q(outcome__in=[Attempt.REFUSED, Attempt.ALL])
    return attempts.filter(for_good | Q(outcome=Attempt.LATER, detail=words))


def _addresses(attempts: DeliveryAttemptQuerySet) -> set[str]:
    return set(attempts.values_list("mail__address", flat=True).distinct())


def _reopen(addresses: set[str], wrong: set[str], words: str, began: datetime) -> None:
    """They are written to again, and what was refused to them in that row is due: it had not ended."""
    refused = DeliveryAttempt.objects.filter(at__gt=began, outcome=Attempt.REFUSED).since_accepted()
    failed = OutgoingMail.objects.remembered().filter(
        status=MailStatus.FAILED, address__in=addresses, pk__in=refused.values("mail")
    )
    keys = list(failed.values_list("pk", flat=True))
    condemned = AddressTrouble.objects.open().filter(kind=TroubleKind.REJECTED, at__gt=began)
    for trouble in condemned.filter(Q(detail=words) | Q(address__in=addresses)).exclude(address__in=wrong):
        mend_address(trouble=trouble, by=None)
    put_back(list(failed.select_for_update(no_key=True).values_list("pk", flat=True)))
    OutgoingMail.objects.filter(pk__in=keys, status=MailStatus.PENDING).update(settled_at=None)
