"""What the team owes, by date, and who carries how much of it."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from typing import TYPE_CHECKING

from django.db.models import Count, Max, Q

from accounts.models import User
from mecenova.agenda.enums import Outcome, Owner
from mecenova.agenda.models import Absence, FollowUp, FollowUpQuerySet
from mecenova.calendar import clock
from mecenova.pages.subjects import name_of, page_of, with_subjects
from mecenova.team import team

if TYPE_CHECKING:
    from uuid import UUID


@dataclass(frozen=True)
class Duty:
    """One open step that the team must take, with the page where to act and who has taken it on."""

    pk: "UUID"
    title: str
    what: str
    promised_at: datetime
    url: str
    assigned_to: User | None

    @property
    def is_late(self) -> bool:
        return self.promised_at < clock.now()


def owed_by_team(*, of: User | None = None) -> FollowUpQuerySet:
    """Whoever has waited longest first: what everybody owes, or one person."""
    owed = FollowUp.objects.all().owed_by_staff().by_promise().select_related("assigned_to")
    return with_subjects(owed if of is None else owed.filter(assigned_to=of))


def duties(steps: Iterable[FollowUp]) -> list[Duty]:
    """These steps as the team reads them."""
    return [
        Duty(
            step.pk,
            name_of(step.subject),
            step.what,
            step.promised_at,
            page_of(step.subject),
            step.assigned_to,
        )
        for step in steps
        if step.subject is not None
    ]


@dataclass(frozen=True)
class Load:
    """What one person of the team carries; `away_until` while they are absent."""

    person: User
    owed: int
    late: int
    away_until: date | None


def loads() -> list[Load]:
    """Of each person of the team, most loaded first."""
    today, owed = clock.today(), Q(follow_ups__outcome=Outcome.OPEN, follow_ups__owner=Owner.STAFF)
    late = FollowUp.objects.all().owed_by_staff().promised_before(clock.now()).order_by().values("pk")
    away = Absence.objects.filter(first_day__lte=today, last_day__gte=today)
    until = dict(away.filter(user__isnull=False).values_list("user").annotate(last=Max("last_day")))
    return [
        Load(person, person.owed, person.late, until.get(person.pk))
        for person in team()
        .annotate(
            owed=Count("follow_ups", filter=owed),
            late=Count("follow_ups", filter=Q(follow_ups__in=late)),
        )
        .order_by("-owed", "email")
    ]
