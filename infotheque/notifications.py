"""The mails of this room: whoever suggested a document is told what became of it.

A visitor is told once, at the address left for that, which serves no more: forgotten here as the mail is
written, and in the outbox a month later. These mails repeat nothing that was typed in the form, which anybody
may fill with the address of somebody else.
"""

from collections.abc import Iterable
from typing import Any, ClassVar

from django.urls import reverse

from accounts.models import User
from infotheque.enums import TipStatus
from infotheque.models import Document, Tip
from mecenova.mail.addresses import absolute_url
from mecenova.mail.enums import Category
from mecenova.mail.groups import register_group
from mecenova.mail.notifications import Notification, register_notification
from mecenova.mail.operations import queue_message, take_back
from mecenova.mail.rendering import render

GROUP = register_group(
    "suggestions-de-documents",
    "Vos suggestions de documents",
    "Ce que l’équipe a fait d’un document que vous avez suggéré à l’infothèque.",
)


class AboutTip(Notification):
    """To the member who gave it."""

    category: ClassVar[Category] = Category.INFORMATION
    group: ClassVar[str] = GROUP.slug
    reads = ("given_by", "document")

    def recipients(self, subject: Tip) -> Iterable[User]:
        return [subject.given_by] if subject.given_by else []

    def context(self, subject: Tip, recipient: User) -> dict[str, Any]:
        return {
            "tip": subject,
            "library_url": absolute_url(reverse("infotheque:list")),
            "document_url": absolute_url(subject.document.get_absolute_url()) if subject.document else "",
        }


@register_notification
class TipTaken(AboutTip):
    name = "infotheque.tip_taken"
    template = "mail/infotheque/tip_taken.md"

    def still_wanted(self, subject: Tip, recipient: User) -> bool:
        """Published meanwhile: the other mail says more."""
        return subject.document is not None and not subject.document.is_published


@register_notification
class TipDeclined(AboutTip):
    name = "infotheque.tip_declined"
    template = "mail/infotheque/tip_declined.md"

    def still_wanted(self, subject: Tip, recipient: User) -> bool:
        return subject.status == TipStatus.DECLINED or bool(subject.document and subject.document.archived_at)


@register_notification
class TipPublished(AboutTip):
    name = "infotheque.tip_published"
    template = "mail/infotheque/tip_published.md"

    def still_wanted(self, subject: Tip, recipient: User) -> bool:
        return subject.document is not None and subject.document.is_published


# The beginning of the keys of these mails in the outbox, then what they say.
TO_VISITORS = "infotheque.visitor_tip"
NOW_ON_LINE = "mail/infotheque/visitor_tip_published.md"
NOT_KEPT = "mail/infotheque/visitor_tip_declined.md"
STILL_WAITING = "mail/infotheque/visitor_tip_unanswered.md"


def tell_visitor(tip: Tip, template: str) -> None:
    """To the address that a visitor left, if any; then forget it."""
    if not tip.visitor_address:
        return
    document = tip.document
    written = render(
        template,
        {
            "tip": tip,
            "document": document,
            "library_url": absolute_url(reverse("infotheque:list")),
            "document_url": absolute_url(document.get_absolute_url()) if document else "",
        },
    )
    queue_message(
        key=f"{TO_VISITORS}:{tip.pk}",
        subject=written.subject,
        text=written.text,
        html=written.html,
        address=tip.visitor_address,
        urgent=False,
        confidential=False,
    )
    tip.visitor_address = ""
    tip.save(update_fields=["visitor_address"])


def take_back_from_visitors(document: Document) -> None:
    """It is on line no more: who has not been told yet that it was is told what comes next instead."""
    tips = {f"{TO_VISITORS}:{tip.pk}": tip for tip in Tip.objects.that_gave(document)}
    for key, address in take_back(tips).items():
        tips[key].visitor_address = address
        tips[key].save(update_fields=["visitor_address"])
