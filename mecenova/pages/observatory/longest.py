"""For the team: who has been waiting the longest behind each figure, by name."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime

from django.contrib.contenttypes.models import ContentType
from django.db.models import Exists, F, Max, OuterRef
from django.db.models.functions import Coalesce
from django.urls import reverse

from accounts.enums import OrganisationKind, OrganisationStatus, Origin
from accounts.models import Organisation
from associations.models import Association
from mecenova.calendar import clock
from mecenova.mail.models import OutgoingMail
from mecenova.pages.observatory.figures import ATTENTION
from mecenova.pages.subjects import name_of
from partnerships.models import Introduction

SHOWN = 10
WELCOMES = ("matching.welcome", "matching.company_welcome")


@dataclass(frozen=True, slots=True)
class Waiting:
    name: str
    url: str
    since: datetime

    @property
    def days(self) -> int:
        return (clock.today() - clock.paris(self.since).date()).days


def _organisation(organisation: Organisation) -> Waiting:
    url = reverse("pages:organisation", args=[organisation.pk])
    return Waiting(organisation.name, url, organisation.created_at)


def _unwelcomed() -> list[Waiting]:
    """Signed up by themselves, still here, and the welcome has not left."""
    welcomed = OutgoingMail.objects.sent().filter(
        notification__in=WELCOMES,
        subject_type=ContentType.objects.get_for_model(Organisation),
        subject_id=OuterRef("pk"),
    )
    found = Organisation.objects.filter(
        origin=Origin.SIGN_UP,
        kind__in=(OrganisationKind.ASSOCIATION, OrganisationKind.COMPANY),
        memberships__isnull=False,
    ).exclude(status=OrganisationStatus.LEFT)
    found = found.filter(~Exists(welcomed)).distinct().order_by("created_at", "pk")
    return [_organisation(each) for each in found[:SHOWN]]


def _unchecked() -> list[Waiting]:
    return [
        _organisation(each) for each in Organisation.objects.to_check().order_by("created_at", "pk")[:SHOWN]
    ]


def _unanswered() -> list[Waiting]:
    found = Introduction.objects.waiting().with_parties().order_by("requested_at", "pk")[:SHOWN]
    return [
        Waiting(
            name_of(each),
            each.get_absolute_url(),
            each.requested_at or each.created_at,
        )
        for each in found
    ]


def _unpresented() -> list[Waiting]:
    """By the last presentation, or the check of those that never had one."""
    since = clock.now() - ATTENTION
    found = (
        Association.objects.open_to_companies()
        .complete()
        .annotate(last=Coalesce(Max("suggestions__presented_at"), F("organisation__checked_at")))
        .filter(organisation__checked_at__lte=since, last__lte=since)
        .select_related("organisation")
        .order_by("last", "pk")
    )
    return [Waiting(each.organisation.name, each.get_absolute_url(), each.last) for each in found[:SHOWN]]


LONGEST: Mapping[str, Callable[[], list[Waiting]]] = {
    "answer": _unwelcomed,
    "check": _unchecked,
    "introduction": _unanswered,
    "attention": _unpresented,
}


def longest() -> dict[str, list[Waiting]]:
    """Four queries."""
    return {figure: found() for figure, found in LONGEST.items()}
