"""The mails of this room. Each is asked again, when it leaves, whether somebody still waits for it."""

from collections.abc import Iterable
from typing import Any

from django.db.models import QuerySet
from django.urls import reverse

from accounts.models import Organisation, User, team_of
from accounts.policies import is_member
from companies.enums import NeedStatus
from companies.models import Company, Need
from companies.readiness import NEED, completeness, missing_from_policy
from mecenova.agenda.operations import next_step, next_steps
from mecenova.mail.addresses import absolute_url
from mecenova.mail.digest import next_digest_time
from mecenova.mail.notifications import Notification, register_notification
from mecenova.readiness import in_words


class ToMembers(Notification):
    """A mail to everybody who answers for the company."""

    def company(self, subject: Any) -> Company:
        raise NotImplementedError

    def recipients(self, subject: Any) -> Iterable[User]:
        return self.company(subject).organisation.active_members()

    def still_wanted(self, subject: Any, recipient: User) -> bool:
        """Whoever left the company, or whose company left, gets nothing more."""
        organisation = self.company(subject).organisation
        return organisation.is_checked and is_member(recipient, organisation)


class AboutCompany(ToMembers):
    """Its subject is the organisation, as that of the steps it belongs to."""

    reads = ("company",)
    reads_many = (team_of(),)

    def company(self, subject: Organisation) -> Company:
        return subject.company


class AboutNeed(ToMembers):
    reads = ("company__organisation",)
    reads_many = (team_of("company__organisation"),)

    def company(self, subject: Need) -> Company:
        return subject.company

    def context(self, subject: Need, recipient: User) -> dict[str, Any]:
        return {
            "need": subject,
            "need_url": absolute_url(reverse("companies:need_detail", args=[subject.pk])),
            "edit_url": absolute_url(reverse("companies:need_edit", args=[subject.pk])),
        }


@register_notification
class CompletePolicy(AboutCompany):
    name = "companies.complete_policy"
    template = "mail/companies/complete_policy.md"

    def context(self, subject: Organisation, recipient: User) -> dict[str, Any]:
        return {
            "organisation": subject,
            "parts": missing_from_policy(subject.company),
            "missing": in_words(missing_from_policy(subject.company)),
            "policy_url": absolute_url(reverse("companies:policy", args=[subject.company.pk])),
        }

    def still_wanted(self, subject: Organisation, recipient: User) -> bool:
        return super().still_wanted(subject, recipient) and bool(missing_from_policy(subject.company))


@register_notification
class PublishNeed(AboutCompany):
    name = "companies.publish_need"
    template = "mail/companies/publish_need.md"

    def context(self, subject: Organisation, recipient: User) -> dict[str, Any]:
        return {"organisation": subject, "create_url": absolute_url(subject.company.new_need_url)}

    def still_wanted(self, subject: Organisation, recipient: User) -> bool:
        return super().still_wanted(subject, recipient) and NEED in completeness(subject.company).missing


@register_notification
class NeedsBrought(AboutCompany):
    """The team's file held needs of a company that somebody runs: one mail a day, however many they are."""

    name = "companies.needs_brought"
    template = "mail/companies/needs_brought.md"
    rendered_late = True

    def context(self, subject: Organisation, recipient: User) -> dict[str, Any]:
        drafts = list(_drafts_of(subject).order_by("created_at", "pk"))
        return {
            "organisation": subject,
            "drafts": [
                (need, absolute_url(reverse("companies:need_detail", args=[need.pk]))) for need in drafts
            ],
            "publish_by": min((step.deadline for step in next_steps(drafts).values()), default=None),
        }

    def still_wanted(self, subject: Organisation, recipient: User) -> bool:
        return super().still_wanted(subject, recipient) and _drafts_of(subject).exists()


@register_notification
class FinishNeed(AboutNeed):
    name = "companies.finish_need"
    template = "mail/companies/finish_need.md"

    def still_wanted(self, subject: Need, recipient: User) -> bool:
        return super().still_wanted(subject, recipient) and subject.is_draft


@register_notification
class ReviewNeed(AboutNeed):
    name = "companies.review_need"
    weekly = True
    template = "mail/companies/review_need.md"

    def context(self, subject: Need, recipient: User) -> dict[str, Any]:
        step = next_step(subject)
        # Given a deadline meanwhile, it is asked about no more.
        again = next_digest_time(step.due_at) if step and step.rule == self.name else None
        return {**super().context(subject, recipient), "asked_again_on": again}

    def still_wanted(self, subject: Need, recipient: User) -> bool:
        return super().still_wanted(subject, recipient) and subject.status == NeedStatus.PUBLISHED


@register_notification
class NeedClosed(AboutNeed):
    """The platform closed a need by itself: its deadline is behind, or its draft was forgotten."""

    name = "companies.need_closed"
    weekly = True
    template = "mail/companies/need_closed.md"

    def context(self, subject: Need, recipient: User) -> dict[str, Any]:
        return {**super().context(subject, recipient), "was_published": subject.published_at is not None}

    def still_wanted(self, subject: Need, recipient: User) -> bool:
        return super().still_wanted(subject, recipient) and subject.status == NeedStatus.CLOSED


def _drafts_of(organisation: Organisation) -> QuerySet[Need]:
    return Need.objects.filter(company=organisation.company, status=NeedStatus.DRAFT)
