"""The answers of the side that was asked: yes, later, no. And that it has seen the question."""

from datetime import date, timedelta
from typing import TYPE_CHECKING

from django.core.exceptions import PermissionDenied
from django.db import transaction

from companies.operations import note_activity
from mecenova.agenda import operations as agenda
from mecenova.calendar import clock
from mecenova.mail import operations as mail
from mecenova.ui.figures import short_date
from mecenova.workflow.errors import DomainError
from mecenova.workflow.journal import advance
from partnerships import policies
from partnerships.enums import IntroductionStatus, Side, reasons_for
from partnerships.models import Introduction, Partnership
from partnerships.notifications import (
    IntroductionAccepted,
    IntroductionAgreed,
    IntroductionDeclined,
    IntroductionPostponed,
)
from partnerships.operations.introductions import await_later, lock
from partnerships.operations.partnerships import open_partnership
from partnerships.refusals import step_for
from partnerships.signals import introduction_answered
from partnerships.workflow import INTRODUCTION

if TYPE_CHECKING:
    from accounts.models import User


@transaction.atomic
def accept_introduction(*, introduction: Introduction, by: "User", note: str = "") -> Partnership:
    """Yes: the two sides talk. Opens a Partnership of the introduction's kind in its first state."""
    introduction = _lock_for_answer(introduction, by)
    advance(introduction, INTRODUCTION, "accept", by=by, answered_at=clock.now(), answer_note=note)
    partnership = open_partnership(introduction=introduction, by=by)
    _settle(introduction, by)
    mail.queue(IntroductionAccepted, introduction)
    mail.queue(IntroductionAgreed, introduction)
    return partnership


@transaction.atomic
def postpone_introduction(
    *, introduction: Introduction, later_on: date, by: "User", note: str = ""
) -> Introduction:
    """Yes, but later: the question comes back by itself on that date. Said again, it is the last date that
    counts, within a year of the request. The journal keeps the words, which those of the next answer replace.
    """
    if later_on <= clock.today():
        raise DomainError("Choisissez une date à venir\u00a0: ce jour-là, la question vous sera reposée.")
    introduction = _lock_for_answer(introduction, by)
    if later_on > introduction.latest_later_on:
        last = short_date(introduction.latest_later_on)
        raise DomainError(
            f"Choisissez une date d’ici le {last}, un an après la demande, ou répondez non avec une raison."
        )
    if introduction.is_postponed and (later_on, note) == (introduction.later_on, introduction.answer_note):
        return introduction
    if introduction.is_postponed and (why := policies.why_not_again(introduction, "postpone", by)):
        raise DomainError(why)
    line = advance(
        introduction,
        INTRODUCTION,
        "postpone",
        by=by,
        note=note,
        answered_at=clock.now(),
        later_on=later_on,
        answer_note=note,
    )
    _settle(introduction, by)
    await_later(introduction)
    mail.queue(IntroductionPostponed, introduction, occurrence=str(line.pk))
    return introduction


@transaction.atomic
def decline_introduction(
    *, introduction: Introduction, reason: str, by: "User", note: str = ""
) -> Introduction:
    """No, because: the reason is told to the side that asked, with what it can do next, and from when."""
    introduction = _lock_for_answer(introduction, by)
    if reason not in reasons_for(introduction.kind, introduction.answering_side):
        raise DomainError("Choisissez une raison dans la liste\u00a0: elle aide l’autre côté à avancer.")
    step = step_for(reason, introduction.kind, introduction.asked_by_side)
    advance(
        introduction,
        INTRODUCTION,
        "decline",
        by=by,
        answered_at=clock.now(),
        refusal_reason=reason,
        retry_on=clock.today() + timedelta(days=step.retry_after_days),
        answer_note=note,
    )
    _settle(introduction, by)
    mail.queue(IntroductionDeclined, introduction)
    return introduction


@transaction.atomic
def mark_seen(*, introduction: Introduction, by: "User") -> bool:
    """The asked side opened the page: the other can be told so. False when it changes nothing."""
    if not policies.can_answer_introduction(by, introduction):
        return False
    return bool(
        Introduction.objects.filter(
            pk=introduction.pk, seen_at__isnull=True, status=IntroductionStatus.REQUESTED
        ).update(seen_at=clock.now())
    )


def _lock_for_answer(introduction: Introduction, by: "User") -> Introduction:
    introduction = lock(introduction)
    if not policies.can_answer_introduction(by, introduction):
        raise PermissionDenied
    return introduction


def _settle(introduction: Introduction, by: "User") -> None:
    agenda.close(introduction)
    if introduction.answering_side == Side.COMPANY:
        note_activity(company=introduction.company)
    introduction_answered.send(Introduction, introduction=introduction, by=by)
