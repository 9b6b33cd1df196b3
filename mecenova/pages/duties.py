"""What the team owes, by date, and who carries how much of it."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

from django.contrib.contenttypes.models import ContentType
from django.db.models import BooleanField, Count, ExpressionWrapper, Q, QuerySet

from accounts.models import User
from infotheque.models import Document
from mecenova.agenda.models import Absence, FollowUp, FollowUpQuerySet
from mecenova.agenda.operations import GIVEN, present, steps_held
from mecenova.calendar import clock
from mecenova.pages.subjects import name_of, page_of, with_subjects
from mecenova.team import team
from mecenova.workflow.models import TransitionRecord

if TYPE_CHECKING:
    from uuid import UUID


# The document that a suggestion became: whoever gave it was promised a mail the day it is on line.
AWAITED_DOCUMENT = "infotheque.complete_suggested"


@dataclass(frozen=True)
class Duty:
    """One open step that the team must take, with the page where to act and who has taken it on."""

    pk: "UUID"
    title: str
    what: str
    promised_at: datetime
    url: str
    assigned_to: User | None
    is_reading: bool
    is_late: bool

    @property
    def whose(self) -> str:
        return "Documents à relire" if self.is_reading else "Quelqu’un attend"


def owed_by_team(*, of: User | None = None) -> FollowUpQuerySet:
    """Whoever has waited longest first, documents to read after people: of everybody, or of one person."""
    owed = FollowUp.objects.all().owed_by_staff().by_promise().select_related("assigned_to")
    document = ContentType.objects.get_for_model(Document)
    is_reading = ExpressionWrapper(
        Q(subject_type=document) & ~Q(rule=AWAITED_DOCUMENT), output_field=BooleanField()
    )
    people_first = owed.annotate(is_reading=is_reading).order_by("is_reading", "promised_at", "id")
    return with_subjects(people_first if of is None else people_first.filter(assigned_to=of))


def duties(steps: Iterable[Any]) -> list[Duty]:
    """Of `owed_by_team`, these steps as the team reads them."""
    return [
        Duty(
            step.pk,
            name_of(step.subject),
            step.what,
            step.promised_at,
            page_of(step.subject),
            step.assigned_to,
            step.is_reading,
            step.is_late,
        )
        for step in steps
        if step.subject is not None
    ]


def duty_of(follow_up: FollowUp) -> Duty | None:
    """The one of this step; None once it is done, or owed by others."""
    return next(iter(duties(owed_by_team().filter(pk=follow_up.pk))), None)


def colleagues(*, but: User | None) -> list[tuple[User, int]]:
    """Of those present, but for whoever has it, how many steps each holds: the fewest first."""
    held = steps_held()
    here = [(person, held[person.pk]) for person in present() if person != but]
    return sorted(here, key=lambda one: one[1])


def passed_on(follow_up: FollowUp) -> QuerySet[TransitionRecord]:
    """Who was given this step, by whom or why: of its former dates too, newest first."""
    same = FollowUp.objects.all().of_same_turns(follow_up)
    lines = TransitionRecord.objects.filter(
        subject_type=ContentType.objects.get_for_model(FollowUp), subject_id__in=same.order_by().values("pk")
    )
    return lines.filter(verb__in=GIVEN).select_related("by").order_by("-at", "-id")


def lent_by(person: User) -> int:
    """How many steps of theirs others have since they went away; nothing to say while they still are."""
    if Absence.objects.of(None, person.pk).on(clock.today()).exists():
        return 0
    return FollowUp.objects.all().lent(person).count()


@dataclass(frozen=True)
class Load:
    """What one person of the team carries, and the absence they are in, or else their next one."""

    person: User
    owed: int
    late: int
    absence: Absence | None


def loads() -> list[Load]:
    """Of each person of the team, most loaded first."""
    today, owed = clock.today(), FollowUp.objects.all().owed_by_staff()
    late = owed.promised_before(clock.midnight(today)).order_by()
    ahead = Absence.objects.filter(user__in=team()).from_day(today).order_by("-first_day", "-pk")
    nearest = {absence.user_id: absence for absence in ahead}
    return [
        Load(person, person.owed, person.late, nearest.get(person.pk))
        for person in team()
        .annotate(
            owed=Count("follow_ups", filter=Q(follow_ups__in=owed.order_by().values("pk"))),
            late=Count("follow_ups", filter=Q(follow_ups__in=late.values("pk"))),
        )
        .order_by("-owed", "email")
    ]
