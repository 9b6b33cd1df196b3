"""The mails of this room: whoever suggested a document is told what became of it.

These mails repeat nothing that was typed in the form, which anybody may fill with the address of somebody
else.
"""

from collections.abc import Iterable
from typing import Any, ClassVar

from django.urls import reverse

from accounts.models import User
from infotheque.enums import TipStatus
from infotheque.models import Tip
from mecenova.agenda.operations import next_step
from mecenova.mail.addresses import absolute_url
from mecenova.mail.enums import Category
from mecenova.mail.groups import register_group
from mecenova.mail.notifications import Notification, register_notification

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

    def context(self, subject: Tip, recipient: User) -> dict[str, Any]:
        step = next_step(subject.document) if subject.document else None
        return {
            **super().context(subject, recipient),
            "published_by": step.deadline if step else None,
            "put_off": step.put_off if step else "",
        }

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
