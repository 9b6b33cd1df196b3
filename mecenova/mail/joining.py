"""Adding to a mail that has not left: what is `rendered_late` says what is true at the moment it leaves."""

from collections.abc import Collection
from typing import TYPE_CHECKING

from django.db.models import Model

from mecenova.mail.enums import MailStatus
from mecenova.mail.models import OutgoingMail
from mecenova.mail.notifications import Notification

if TYPE_CHECKING:
    from accounts.models import User


def key_of(notification: Notification, subject: Model, person: "User") -> str:
    return f"{notification.name}:{subject.pk}:{person.pk}:{notification.occurrence}"


def out_of_reach(
    notification_class: type[Notification], people: "Collection[User]", *, occurrence: str
) -> "set[User]":
    """Of the people whom this notification is about, those whose mail of this occurrence may have left.

    The others' that are written already are held until the transaction ends: no sender takes them before it.
    """
    notification = notification_class(occurrence)
    by_key = {key_of(notification, person, person): person for person in people}
    mails = OutgoingMail.objects.filter(key__in=by_key).order_by("pk")
    # One that may have arrived leaves again as it was: nothing is added to it.
    waiting = mails.filter(status=MailStatus.PENDING, uncertain=0)
    held = set(waiting.select_for_update(skip_locked=True, no_key=True).values_list("key", flat=True))
    return {by_key[key] for key in mails.values_list("key", flat=True) if key not in held}
