"""What the team does about a request that nobody answers."""

from datetime import date
from typing import TYPE_CHECKING

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.db.models import Subquery

from companies.operations import record_call
from mecenova.agenda.models import FollowUp
from mecenova.calendar import clock
from mecenova.calendar.working_days import next_working_morning
from mecenova.team import is_staff
from mecenova.workflow.journal import just_said, record
from partnerships.enums import Side
from partnerships.followups import RELEASE_DAY, AnswerIntroduction
from partnerships.models import Introduction
from partnerships.models.introduction import IntroductionQuerySet
from partnerships.operations.introductions import lock

if TYPE_CHECKING:
    from accounts.models import User


def introductions_at_risk() -> IntroductionQuerySet:
    """Asked, reminded each time, still without an answer: what comes next is the release (`release_on`)."""
    last = FollowUp.objects.all().steps().filter(rule=AnswerIntroduction.name, occurrence=RELEASE_DAY)
    release = last.about_each(Introduction).values("due_at")
    waiting = Introduction.objects.waiting().annotate(release_on=Subquery(release))
    return waiting.filter(release_on__isnull=False)


def released_on(introduction: Introduction) -> date | None:
    """The working day on which a request is released if nobody has answered by the day before; None while it
    does not wait for an answer."""
    if not introduction.is_waiting:
        return None
    steps = FollowUp.objects.all().about([introduction]).steps().filter(rule=AnswerIntroduction.name)
    step = steps.first()
    return next_working_morning(clock.paris(step.deadline).date()).date() if step else None


@transaction.atomic
def note_contact(*, introduction: Introduction, note: str, by: "User") -> None:
    """The team has talked with the side that is asked: both sides can read that somebody did.

    A company called is a company heard from. The same words twice are one contact. Answered or released
    while they talked, what was said is kept all the same.
    """
    if not is_staff(by):
        raise PermissionDenied
    introduction = lock(introduction)
    if just_said(introduction, "contact", by=by, note=note):
        return
    record(introduction, "contact", introduction.status, introduction.status, by, note)
    if introduction.answering_side == Side.COMPANY:
        record_call(company=introduction.company, note=note, by=by)
