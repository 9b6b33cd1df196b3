"""What came of the documents that were prescribed: opened from there, then a request answered yes.

A reading and a later yes are two facts side by side, not a cause and its effect: those who read may be those
who work most on their project. The page says so.
"""

from dataclasses import dataclass
from datetime import datetime

from django.db.models import Count, Exists, Max, OuterRef, Q

from infotheque.models import PrescribedReading
from infotheque.places import places
from partnerships.enums import IntroductionStatus
from partnerships.models import Introduction


@dataclass(frozen=True)
class Effect:
    """One document at one place: organisations that opened it from there, and those told yes afterwards."""

    place: str
    group: str
    title: str
    readers: int
    told_yes: int
    last_read_at: datetime


def effects() -> list[Effect]:
    """Every document that was opened from where it is prescribed, the most read first, in one query."""
    theirs = Introduction.objects.involving(OuterRef("organisation"))
    yes_after = theirs.filter(status=IntroductionStatus.YES, answered_at__gt=OuterRef("read_at"))
    rows = (
        PrescribedReading.objects.annotate(told_yes=Exists(yes_after))
        .values("place", "document__title")
        .annotate(
            readers=Count("organisation", distinct=True),
            yes=Count("organisation", distinct=True, filter=Q(told_yes=True)),
            last=Max("read_at"),
        )
        .order_by("-readers", "place", "document__title")
    )
    known = places()
    return [
        Effect(
            place=known[row["place"]].label if row["place"] in known else row["place"],
            group=known[row["place"]].group if row["place"] in known else "",
            title=row["document__title"],
            readers=row["readers"],
            told_yes=row["yes"],
            last_read_at=row["last"],
        )
        for row in rows
    ]
