"""What the platform does with a request: it waits for a place, leaves, is released, comes back, ends."""

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any, TypeVar

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.db.models import QuerySet
from django.shortcuts import get_object_or_404

from accounts.operations import hold
from associations.models import Association
from companies.models import Company, Need
from mecenova.agenda import operations as agenda
from mecenova.calendar import clock
from mecenova.calendar.working_days import morning_of
from mecenova.mail import operations as mail
from mecenova.workflow.errors import DomainError
from mecenova.workflow.journal import advance
from partnerships import policies
from partnerships.enums import AttentionSource, IntroductionStatus, Side
from partnerships.followups import AnswerIntroduction, ReplyLater, SendQueuedIntroduction, TellTrueStatus
from partnerships.models import Introduction
from partnerships.models.introduction import IntroductionQuerySet
from partnerships.notifications import (
    IntroductionEnded,
    IntroductionNeedOver,
    IntroductionNotification,
    IntroductionOverMeanwhile,
    IntroductionReleased,
    IntroductionRequested,
    IntroductionWithdrawn,
)
from partnerships.operations.attention import give_place_back, next_month, places_left, spend_attention
from partnerships.signals import introduction_ended, introduction_released, introduction_requested
from partnerships.workflow import INTRODUCTION

if TYPE_CHECKING:
    from accounts.models import User


Rows = TypeVar("Rows", bound=QuerySet[Any, Any])


@transaction.atomic
def request_queued(*, company: Company, by: "User | None" = None) -> int:
    """Send the requests that were waiting for a place, oldest first; returns how many left.

    Those about a need that is over end instead, and take no place. Those that could not be asked today (their
    association is paused, or has been told no) stay where they are, and their page says why.
    """
    sent = 0
    queued = Introduction.objects.queued().filter(company=company)
    _end_over(_free(queued))
    if not places_left(company):
        return sent
    for introduction in _that_can_leave(queued):
        entry = spend_attention(
            company=company, association=introduction.association, source=AttentionSource.INTRODUCTION
        )
        if entry is None:
            break
        advance(introduction, INTRODUCTION, "request", by=by, requested_at=clock.now())
        await_answer(introduction, by=by)
        sent += 1
        if not places_left(company):
            break
    return sent


@transaction.atomic
def retry_queued(*, association: Association) -> None:
    """Its pause has begun or ended: what can leave now leaves, what it keeps has its new date."""
    queued = Introduction.objects.queued().filter(association=association)
    companies = list(Company.objects.filter(introductions__in=queued).distinct().order_by("pk"))
    if not companies:
        return
    for company in companies:
        request_queued(company=company)
    for introduction in _free(queued):
        await_place(introduction)


@transaction.atomic
def end_requests_about(*, need: Need) -> None:
    """The need has closed: the requests that still waited for a place end at once."""
    if not need.company.organisation.has_left:  # Else follow_leaving says why.
        _end_over(_free(Introduction.objects.queued().filter(need=need)))


@transaction.atomic
def wait_for_next_month(*, introduction: Introduction) -> None:
    """A new month has begun and its places went to older requests: say the next date."""
    introduction = lock(introduction)
    if introduction.status == IntroductionStatus.QUEUED:
        await_place(introduction)


@transaction.atomic
def release_introduction(*, introduction: Introduction, by: "User | None" = None) -> Introduction:
    """Nobody answered in time: the asking side is told, and the company's place goes to somebody else."""
    introduction = lock(introduction)
    advance(introduction, INTRODUCTION, "release", by=by, released_at=clock.now())
    agenda.close(introduction)
    give_place_back(introduction)
    if not _is_explained(introduction_released.send(Introduction, introduction=introduction, by=by)):
        tell_ending(introduction=introduction)
    request_queued(company=introduction.company)
    return introduction


@transaction.atomic
def withdraw_introduction(*, introduction: Introduction, by: "User", note: str = "") -> Introduction:
    """Who asked changes its mind: its place goes to somebody else, and whoever was told of it is told so.

    Withdrawn twice, it is withdrawn once. Raises DomainError when it has been answered meanwhile.
    """
    introduction = lock(introduction)
    if not policies.asked_introduction(by, introduction):
        raise PermissionDenied
    if introduction.status == IntroductionStatus.WITHDRAWN:
        return introduction
    if not introduction.is_open:
        raise DomainError("Cette demande n’attend plus\u00a0: il n’y a rien à retirer.")
    advance(introduction, INTRODUCTION, "withdraw", by=by, note=note, withdrawn_at=clock.now())
    agenda.close(introduction)
    mail.queue(IntroductionWithdrawn, introduction)
    if give_place_back(introduction):
        request_queued(company=introduction.company)
    return introduction


@transaction.atomic
def rearm_introduction(*, introduction: Introduction, by: "User | None" = None) -> Introduction:
    """The date given with "later" has come: the question is asked again, unless its need is over.

    Then nothing can come of it any more, and both sides are told so.
    """
    introduction = lock(introduction)
    if introduction.is_postponed and introduction.need_is_over:
        end(introduction, IntroductionOverMeanwhile)
        if give_place_back(introduction):
            request_queued(company=introduction.company)
        return introduction
    # It has to be seen again, and its days are counted anew.
    advance(introduction, INTRODUCTION, "rearm", by=by, seen_at=None)
    agenda.close(introduction, TellTrueStatus)
    await_answer(introduction, by=by)
    return introduction


def lock(introduction: Introduction) -> Introduction:
    """The introduction as it is now, held until the end with its two organisations, which are taken first."""
    found = of_held_sides(Introduction.objects.filter(pk=introduction.pk))
    # The policy says which step of the company its answer begins again.
    read = found.with_parties().select_related("company__policy")
    return get_object_or_404(read.select_for_update(of=("self",), no_key=True))


def of_held_sides(rows: Rows) -> Rows:
    """These introductions or suggestions, once both organisations of each are taken, as they now are.

    Not those that a merge gives to another organisation while theirs is waited for (docs/adr/0014).
    """
    own = rows.order_by()
    held = hold(own.values("association__organisation").union(own.values("company__organisation")))
    return rows.filter(association__organisation__in=held, company__organisation__in=held)


def end(introduction: Introduction, told: type[IntroductionNotification]) -> None:
    """Nothing can come of it any more, whoever is at fault: those who stay are told. The caller holds it."""
    advance(introduction, INTRODUCTION, "end", by=None, released_at=clock.now())
    agenda.close(introduction)
    if told is IntroductionOverMeanwhile or not _is_explained(
        introduction_ended.send(Introduction, introduction=introduction)
    ):
        mail.queue(told, introduction)


@transaction.atomic
def tell_ending(*, introduction: Introduction) -> None:
    """That it came to nothing, in plain words, when no room above has more to say."""
    told: type[IntroductionNotification] = IntroductionReleased
    if introduction.gone_organisation is not None:
        told = IntroductionEnded
    elif introduction.was_never_sent:
        told = IntroductionNeedOver
    mail.queue(told, introduction)


def _is_explained(answers: list[tuple[Any, Any]]) -> bool:
    """Whether a room above tells the association itself."""
    return any(answer is True for _, answer in answers)


def await_later(introduction: Introduction) -> None:
    """The answering side said "later": the question comes back by itself on the morning of that day.

    Until then the association that asked is still told where it stands.
    """
    if introduction.later_on is None:
        raise ValueError("A postponed introduction has a date")
    agenda.start(ReplyLater, introduction, since=morning_of(introduction.later_on))
    _tell_who_asked(introduction)


def await_place(introduction: Introduction) -> None:
    """The first working morning of next month at the latest; earlier when a place is given back, or when what
    keeps it from leaving ends before. A date already given stays as long as it is still the true one."""
    days = [next_month(clock.today())]
    if free_again := policies.waits_until(introduction):
        days.append(free_again)
    agenda.keep_or_start(introduction, SendQueuedIntroduction, since=morning_of(min(days)))


def await_answer(introduction: Introduction, *, by: "User | None") -> None:
    cycle = introduction.later_on.isoformat() if introduction.later_on else ""
    agenda.start(AnswerIntroduction, introduction, since=clock.now())
    _tell_who_asked(introduction)
    mail.queue(IntroductionRequested, introduction, occurrence=cycle)
    introduction_requested.send(Introduction, introduction=introduction, by=by)


def _tell_who_asked(introduction: Introduction) -> None:
    """Where its request stands, from time to time, when it is an association."""
    if introduction.asked_by_side == Side.ASSOCIATION:
        agenda.start(TellTrueStatus, introduction, since=clock.now())


def _free(introductions: IntroductionQuerySet) -> IntroductionQuerySet:
    """Held, oldest first, without those that somebody holds: being answered for, or leaving."""
    held = introductions.select_for_update(of=("self",), no_key=True, skip_locked=True)
    return held.with_parties().order_by("created_at", "pk")


def _that_can_leave(queued: IntroductionQuerySet) -> Iterator[Introduction]:
    """Oldest first, each held as its turn comes: those for which no place is left are held by nobody."""
    for waiting in queued.with_parties().order_by("created_at", "pk"):
        if policies.why_it_waits(waiting):
            continue
        held = _free(queued.filter(pk=waiting.pk)).first()
        if held is not None:
            yield held


def _end_over(introductions: IntroductionQuerySet) -> None:
    for introduction in introductions.about_a_need_that_is_over():
        end(introduction, IntroductionNeedOver)
