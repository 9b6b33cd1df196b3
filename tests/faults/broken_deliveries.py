"""Deliveries as they must not be, for the suite to prove that it would see them."""

from datetime import datetime
from typing import Any

from mecenova.calendar import clock
from mecenova.mail import delivery
from mecenova.mail.enums import MailStatus
from mecenova.mail.models import NEXT_TRY, OutgoingMail


def break_promise(kind: str) -> None:
    {"lost": _mark_before_sending, "twice": _claim_without_lease}[kind]()


def _mark_before_sending() -> None:
    """Said to be sent, then sent: what dies in between is lost, and nobody knows."""

    def deliver(mail: OutgoingMail, server: Any) -> delivery.Delivery:
        delivered = delivery._settle(mail, delivery.Delivery.SENT)
        server.present(mail)
        return delivered

    delivery._deliver = deliver


def _claim_without_lease() -> None:
    """Nobody is told that a mail is being sent: two senders send the same."""

    def claim(moment: datetime, limit: int) -> list[OutgoingMail]:
        free = OutgoingMail.objects.all().claimable(moment)
        return list(free.order_by(NEXT_TRY, "created_at", "id")[:limit])

    def deliver(mail: OutgoingMail, server: Any) -> delivery.Delivery:
        server.present(mail)
        OutgoingMail.objects.filter(pk=mail.pk).update(status=MailStatus.SENT, sent_at=clock.now())
        return delivery.Delivery.SENT

    delivery.claim, delivery._deliver = claim, deliver
