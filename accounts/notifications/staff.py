"""What waits for the team of the site, in one mail a day and person."""

from collections.abc import Iterable
from typing import Any

from django.urls import reverse

from accounts.models import Claim, Organisation, User, addresses_to_mend
from mecenova.mail.addresses import absolute_url
from mecenova.mail.notifications import Notification, register_notification
from mecenova.team import is_staff

# A mail that names more is a list that nobody reads: the page has them all.
NAMED = 20


class ToStaff(Notification):
    """What waits for the team, in one mail a day and person whatever the number of files."""

    def recipients(self, subject: User) -> Iterable[User]:
        return [subject]

    def context(self, subject: User, recipient: User) -> dict[str, Any]:
        to_check, claims = Organisation.objects.to_check(), Claim.objects.waiting()
        return {
            "organisations": list(to_check.order_by("created_at", "pk")[:NAMED]),
            "other_organisations": max(0, to_check.count() - NAMED),
            "claims": list(claims.select_related("organisation").order_by("created_at", "pk")[:NAMED]),
            "other_claims": max(0, claims.count() - NAMED),
            "control_tower_url": absolute_url(reverse("pages:control_tower")),
            "claims_url": absolute_url(reverse("pages:basket", args=["revendications"])),
        }

    def still_wanted(self, subject: User, recipient: User) -> bool:
        some = Organisation.objects.to_check().exists() or Claim.objects.waiting().exists()
        return is_staff(recipient) and some


@register_notification
class StaffReminder(ToStaff):
    name = "accounts.staff_reminder"
    template = "mail/accounts/staff_reminder.md"


@register_notification
class LeadAlert(ToStaff):
    name = "accounts.lead_alert"
    template = "mail/accounts/lead_alert.md"

    def context(self, subject: User, recipient: User) -> dict[str, Any]:
        mine = f"{reverse('pages:control_tower')}?pour=moi#a-faire"
        return {**super().context(subject, recipient), "mine_url": absolute_url(mine)}


@register_notification
class AddressReminder(ToStaff):
    """Addresses that still receive nothing: somebody calls. One mail a day and person, as for files."""

    name = "accounts.address_reminder"
    template = "mail/accounts/address_reminder.md"

    def context(self, subject: User, recipient: User) -> dict[str, Any]:
        troubles = addresses_to_mend().select_related("user").order_by("at", "pk")
        return {
            "number": troubles.count(),
            "troubles": troubles[:NAMED],
            "addresses_url": absolute_url(reverse("pages:basket", args=["adresses"])),
        }

    def still_wanted(self, subject: User, recipient: User) -> bool:
        return is_staff(recipient) and addresses_to_mend().exists()
