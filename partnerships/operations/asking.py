"""One side asks the other to talk. Two sides that ask each other have both said yes."""

from typing import TYPE_CHECKING

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.db.models import prefetch_related_objects
from django.shortcuts import get_object_or_404

from accounts.models import team_of
from accounts.operations import hold
from associations.models import Association, Project
from companies.models import Company, Need
from mecenova.calendar import clock
from mecenova.mail import operations as mail
from mecenova.workflow.errors import DomainError
from mecenova.workflow.journal import advance, record
from mecenova.workflow.machine import NEW
from partnerships import policies
from partnerships.enums import AttentionSource, IntroductionStatus, Side
from partnerships.models import Introduction
from partnerships.notifications import IntroductionQueued
from partnerships.operations.answers import accept_introduction, decline_introduction
from partnerships.operations.attention import spend_attention
from partnerships.operations.introductions import await_answer, await_place, lock
from partnerships.workflow import INTRODUCTION

if TYPE_CHECKING:
    from accounts.models import User


@transaction.atomic
def introduce(
    *,
    association: Association,
    company: Company,
    kind: str,
    asked_by_side: str,
    note: str,
    by: "User",
    need: Need | None = None,
    project: Project | None = None,
) -> Introduction:
    """One side asks the other to talk.

    An association's request spends one of the company's places this month, or queues until one is free.
    A company's request spends nothing: a suggestion did, or the company has looked by itself. Asking twice
    returns the open introduction; asking who has already asked accepts theirs, and the note is the answer.
    Raises PermissionDenied when `by` is not of the asking side, DomainError with the reason otherwise.
    """
    # Two requests for the same pair come one after the other, and nobody leaves the site meanwhile.
    held = hold([association.organisation_id, company.organisation_id])
    associations = Association.objects.select_related("organisation").filter(organisation__in=held)
    association = get_object_or_404(associations, pk=association.pk)
    companies = Company.objects.select_related("organisation", "policy").filter(organisation__in=held)
    company = get_object_or_404(companies, pk=company.pk)
    # Who may speak for one, and who will read at the other's.
    prefetch_related_objects([association.organisation, company.organisation], team_of())
    if not policies.can_ask_introduction(by, association, company, asked_by_side):
        raise PermissionDenied
    _refuse_what_is_of_others(association, company, need, project)
    existing = Introduction.objects.open().filter(association=association, company=company, need=need).first()
    if existing is not None:
        return existing if existing.asked_by_side == asked_by_side else _say_yes(existing, note, by)
    reason = policies.why_not_ask(association, company, need, asked_by_side)
    if reason:
        raise DomainError(reason)
    has_place = asked_by_side == Side.COMPANY or spend_attention(
        company=company, association=association, source=AttentionSource.INTRODUCTION
    )
    introduction = Introduction.objects.create(
        association=association,
        company=company,
        need=need,
        project=project,
        kind=kind,
        asked_by_side=asked_by_side,
        asked_by=by,
        note=note,
        status=IntroductionStatus.REQUESTED if has_place else IntroductionStatus.QUEUED,
        requested_at=clock.now() if has_place else None,
    )
    record(introduction, "introduce", NEW, introduction.status, by, note)
    if has_place:
        await_answer(introduction, by=by)
    else:
        await_place(introduction)
        mail.queue(IntroductionQueued, introduction)
    return introduction


@transaction.atomic
def refuse_request(*, introduction: Introduction, reason: str, by: "User") -> Introduction:
    """Who was to be asked says no by itself, even while the request waits for a place."""
    introduction = lock(introduction)
    _reach(introduction, by)
    return decline_introduction(introduction=introduction, reason=reason, by=by)


def _refuse_what_is_of_others(
    association: Association, company: Company, need: Need | None, project: Project | None
) -> None:
    if need is not None and need.company_id != company.pk:
        raise DomainError("Ce besoin n’est pas celui de cette entreprise.")
    if project is not None and project.association_id != association.pk:
        raise DomainError("Ce projet n’est pas celui de cette association.")


def _say_yes(asked: Introduction, note: str, by: "User") -> Introduction:
    """The request that the other side has made, accepted. The caller holds both organisations."""
    _reach(asked, by)
    accept_introduction(introduction=asked, by=by, note=note)
    asked.refresh_from_db()
    return asked


def _reach(asked: Introduction, by: "User") -> None:
    """Whoever it was to be sent to has come by itself: it needs no place any more."""
    if asked.status == IntroductionStatus.QUEUED:
        advance(asked, INTRODUCTION, "request", by=by, requested_at=clock.now())
