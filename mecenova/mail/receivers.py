"""What providers tell, turned into addresses in trouble. That a mail was opened is not ours to know."""

import logging
from collections.abc import Iterator
from hashlib import sha256
from typing import Any

from anymail.signals import AnymailTrackingEvent, EventType, RejectReason, tracking
from django.contrib.auth import get_user_model
from django.db import transaction
from django.dispatch import receiver

from mecenova.calendar import clock
from mecenova.mail.enums import TroubleKind
from mecenova.mail.models import OutgoingMail, ProviderNews
from mecenova.mail.troubles import mark_address

logger = logging.getLogger(__name__)

# A provider that will not send to an address any more, because of that address.
FOR_GOOD = {RejectReason.INVALID, RejectReason.BOUNCED, RejectReason.SPAM, RejectReason.BLOCKED}
# How each provider writes « not this time » in an event that anymail calls a bounce.
SOFT = {
    ("event", "soft_bounce"),
    ("Type", "SoftBounce"),
    ("type", "activity.soft_bounced"),
    ("hard_bounce", False),
    ("severity", "temporary"),
    # SparkPost's classes of soft bounces, and of those it cannot tell.
    *(
        ("bounce_class", str(number))
        for number in (1, 20, 21, 22, 23, 24, 40, 50, 51, 52, 53, 54, 60, 70, 100)
    ),
}


@receiver(tracking)
def hear(sender: Any, event: AnymailTrackingEvent, esp_name: str, **kwargs: Any) -> None:
    kind = trouble_told_by(event)
    if kind is None or not event.recipient:
        return
    with transaction.atomic():
        if not _is_new(event, esp_name):
            logger.info("News from %s ignored: told before", esp_name)
            return
        if not _is_ours(event.recipient):
            logger.warning("News from %s ignored: about an address we never wrote to", esp_name)
            return
        said = event.mta_response or event.description or event.reject_reason or ""
        mark_address(address=event.recipient, kind=kind, detail=str(said), at=_when(event))


def trouble_told_by(event: AnymailTrackingEvent) -> TroubleKind | None:
    """What this event means for the address, or None: a bounce « for now » means nothing yet."""
    if event.event_type == EventType.BOUNCED and is_soft(event):
        return None
    if event.event_type == EventType.COMPLAINED or event.reject_reason == RejectReason.SPAM:
        return TroubleKind.COMPLAINED
    if event.event_type == EventType.BOUNCED:
        return TroubleKind.BOUNCED
    if event.event_type == EventType.REJECTED and event.reject_reason in FOR_GOOD:
        return TroubleKind.REJECTED
    return None


def is_soft(event: AnymailTrackingEvent) -> bool:
    return any(said in SOFT for said in _what_is_said(event.esp_event))


def _what_is_said(raw: Any) -> Iterator[tuple[str, str | bool]]:
    """Every name and value of a payload, whatever envelopes they are in."""
    for name, value in raw.items() if hasattr(raw, "items") else ():
        if isinstance(value, str | bool):
            yield name, value
        else:
            yield from _what_is_said(value)


def _is_new(event: AnymailTrackingEvent, esp_name: str) -> bool:
    """The provider's own number for the event; without one, what makes it this event."""
    parts = (event.event_id,) if event.event_id else (event.event_type, event.message_id, event.timestamp)
    told = "|".join(str(part) for part in (esp_name, event.recipient, *parts))
    _, is_new = ProviderNews.objects.get_or_create(key=sha256(told.encode()).hexdigest())
    return is_new


def _is_ours(address: str) -> bool:
    users = get_user_model()._default_manager.filter(email=address)
    return users.exists() or OutgoingMail.objects.filter(address=address).exists()


def _when(event: AnymailTrackingEvent) -> Any:
    """Never later than now: a wrong clock elsewhere must not outlive a mending here."""
    return min(event.timestamp, clock.now()) if event.timestamp else clock.now()
