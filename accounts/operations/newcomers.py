"""Who has just come in by their own act: those whom the rooms above welcome and accompany."""

from datetime import datetime

from django.contrib.contenttypes.models import ContentType
from django.db.models import Exists, OuterRef, Q, QuerySet

from accounts.enums import ClaimStatus, OrganisationStatus, Origin
from accounts.models import Claim, Membership, Organisation
from mecenova.workflow.models import TransitionRecord


def newcomers(since: datetime) -> "QuerySet[Organisation]":
    """Organisations that a person has signed up since then, or was the first to answer for, by a claim.

    Somebody still answers for them. What an import brought, even with its people, is no newcomer.
    """
    people = Membership.objects.filter(organisation=OuterRef("pk"), user__is_active=True)
    here = Organisation.objects.exclude(status__in=(OrganisationStatus.LEFT, OrganisationStatus.UNCLAIMED))
    signed_up = Q(_entered_by_somebody(), origin=Origin.SIGN_UP, created_at__gte=since)
    taken_over = Q(pk__in=_first_claims(since).values("organisation"))
    return here.filter(Exists(people)).filter(signed_up | taken_over)


def _entered_by_somebody() -> Exists:
    return Exists(
        TransitionRecord.objects.filter(
            subject_type=ContentType.objects.get_for_model(Organisation),
            subject_id=OuterRef("pk"),
            verb="create",
            by__isnull=False,
        )
    )


def _first_claims(since: datetime) -> "QuerySet[Claim]":
    """Accepted since then, of records that nobody answered for before."""
    earlier = Membership.objects.filter(
        organisation=OuterRef("organisation"), joined_at__lt=OuterRef("decided_at")
    )
    accepted = Claim.objects.filter(status=ClaimStatus.ACCEPTED, decided_at__gte=since)
    return accepted.filter(~Exists(earlier))
