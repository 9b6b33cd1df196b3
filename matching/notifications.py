"""The mails of matching: one digest a day of new suggestions."""

from collections.abc import Iterable
from typing import Any, ClassVar

from django.urls import reverse

from accounts.models import User
from matching.models import Suggestion
from mecenova.mail.notifications import Notification, register_notification
from mecenova.mail.operations import absolute_url


@register_notification
class SuggestionsDigest(Notification):
    """Its subject is the person: one mail for all their companies."""

    name: ClassVar[str] = "matching.suggestions_digest"
    template: ClassVar[str] = "mail/matching/suggestions_digest.md"

    def recipients(self, subject: User) -> Iterable[User]:
        return [subject]

    def context(self, subject: User, recipient: User) -> dict[str, Any]:
        waiting = Suggestion.objects.undigested().for_companies_of(recipient).with_parties()
        return {
            "suggestions": list(waiting.order_by("company__organisation__name_key", "-score", "pk")),
            "list_url": absolute_url(reverse("matching:suggestions")),
        }

    def still_wanted(self, subject: User, recipient: User) -> bool:
        """Nothing left to answer, or no longer of the company: nothing to read."""
        return Suggestion.objects.open().for_companies_of(recipient).filter(digested_at__isnull=False).exists()
