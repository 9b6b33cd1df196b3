"""What becomes of a suggestion: interest, a no with its reason, or the end of the need."""

from collections.abc import Collection, Iterable
from datetime import datetime
from uuid import UUID

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.db.models import Q
from django.shortcuts import get_object_or_404

from accounts.models import Organisation, User
from associations.models import Association
from companies.models import Company, Need
from companies.operations import note_activity
from matching import policies
from matching.enums import SuggestionStatus
from matching.models import Suggestion, SuggestionQuerySet
from matching.notifications import SuggestionDeclined
from matching.workflow import SUGGESTION
from mecenova.calendar import clock
from mecenova.mail import operations as mail
from mecenova.workflow.errors import DomainError
from mecenova.workflow.journal import advance
from partnerships.enums import IntroductionStatus, Side, reasons_for
from partnerships.models import Introduction
from partnerships.operations import (
    Approach,
    introduce,
    of_held_sides,
    refuse_request,
    request_queued,
    return_places,
)

# A need and an association.
Pair = tuple[UUID, UUID]


@transaction.atomic
def take_interest(*, suggestion: Suggestion, note: str, by: User) -> Introduction:
    """The company asks the association to talk: the association now owes the answer.

    When it has itself asked about this need, this is the answer: yes.
    """
    suggestion = _lock_for_answer(suggestion, by)
    if suggestion.status == SuggestionStatus.INTERESTED and suggestion.introduction:
        # The same button pressed twice, or by a colleague: the request has already left.
        return suggestion.introduction
    SUGGESTION.target("take_interest", suggestion.status)
    introduction = introduce(
        association=suggestion.association,
        company=suggestion.company,
        kind=suggestion.need.kind,
        asked_by_side=Side.COMPANY,
        note=note,
        by=by,
        need=suggestion.need,
        project=suggestion.project,
    )
    suggestion.refresh_from_db(fields=["status"])
    if suggestion.is_open:  # Else the yes to what the association had asked was the answer here too.
        advance(
            suggestion, SUGGESTION, "take_interest", by=by, answered_at=clock.now(), introduction=introduction
        )
    note_activity(company=suggestion.company)
    return introduction


@transaction.atomic
def decline_suggestion(*, suggestion: Suggestion, reason: str, by: User, note: str = "") -> Suggestion:
    """Not for us, because: the reason serves the association, which is told what to do, and the rounds.

    When it has itself asked about this need, this is the answer, and the only one that it is told.
    The note is for the team: it stays here.
    """
    suggestion = _lock_for_answer(suggestion, by)
    if reason not in reasons_for(suggestion.need.kind, Side.COMPANY):
        raise DomainError("Choisissez une raison dans la liste\u00a0: elle aide l’association à avancer.")
    if suggestion.status == SuggestionStatus.DECLINED and suggestion.refusal_reason == reason:
        return suggestion
    asked = suggestion.asked
    _decline(suggestion, reason, by=by, note=note, request=asked)
    if asked:
        refuse_request(introduction=asked, reason=reason, by=by)
    else:
        mail.queue(SuggestionDeclined, suggestion)
    note_activity(company=suggestion.company)
    return suggestion


@transaction.atomic
def follow_answer(*, introduction: Introduction, by: User) -> None:
    """The company has answered what the association asked: what was proposed about the same need is answered
    too, and nobody is told twice. The caller holds both organisations."""
    if introduction.asked_by_side != Side.ASSOCIATION:
        return
    waiting = Suggestion.objects.open().filter(
        need=introduction.need_id, association=introduction.association_id
    )
    suggestion = waiting.select_for_update(no_key=True).first()
    if suggestion is None:
        return
    if introduction.status == IntroductionStatus.YES:
        advance(
            suggestion, SUGGESTION, "take_interest", by=by, answered_at=clock.now(), introduction=introduction
        )
    elif introduction.status == IntroductionStatus.NO:
        _decline(suggestion, introduction.refusal_reason, by=by, request=introduction)


@transaction.atomic
def expire_suggestions(*, need: Need, by: User | None = None) -> None:
    """The need is closed: what nobody answered ends here."""
    _end(Suggestion.objects.open().filter(need=need), by)


@transaction.atomic
def expire_moot(*, association: Association | None = None) -> None:
    """It has paused, itself or a project, or refuses what it accepted: no company is asked about it any more.

    Without a name, everybody: a round may present an association at the very moment it pauses or leaves.
    """
    moot = Suggestion.objects.moot()
    _end(moot if association is None else moot.filter(association=association), None)


@transaction.atomic
def withdraw_suggestions(*, organisation: Organisation, by: User | None = None) -> list[Approach]:
    """It has left: no company is asked about this association any more, nor this company about anybody.

    The approaches on which nobody looked: whoever hears of it gives their places back, with others.
    """
    return _expire(Suggestion.objects.open().involving(organisation), by)


def hold_former(pairs: Collection[Pair]) -> tuple[list[Suggestion], set[Pair]]:
    """What nobody answered when these needs and associations were brought together before, held.

    And the pairs of those that somebody else holds: a round, which has companies' months, waits for none of
    them. They are being answered, seen or ended, and a later round sees what became of them.
    """
    if not pairs:
        return [], set()
    needs, associations = zip(*pairs, strict=True)
    former = Suggestion.objects.open().filter(need__in=needs, association__in=associations)
    rows = former.order_by().values_list("pk", "need_id", "association_id")
    known = {key: (need, association) for key, need, association in rows if (need, association) in pairs}
    held = former.filter(pk__in=known).select_for_update(skip_locked=True, no_key=True).order_by("pk")
    free = {suggestion.pk: suggestion for suggestion in held}
    return list(free.values()), {pair for key, pair in known.items() if key not in free}


def replace_suggestions(former: Iterable[Suggestion]) -> None:
    """Brought together again: the first time ends. The place that it took is that of another month: it stays
    spent. The caller holds them."""
    for suggestion in former:
        advance(suggestion, SUGGESTION, "expire", by=None)


@transaction.atomic
def mark_seen(*, suggestion: Suggestion, by: User) -> bool:
    """Somebody of the company opened it: the association can be told so. False when it changes nothing.

    One that has ended stays as it was: its place was given back, and the pair may come back sooner.
    """
    if not policies.can_answer_suggestion(by, suggestion):
        return False
    unseen = Suggestion.objects.open().filter(pk=suggestion.pk, seen_at__isnull=True)
    return bool(unseen.update(seen_at=clock.now()))


def still_shown(*, company: Company, association: Association) -> list[datetime]:
    """When the company was shown this association, for what it has still to answer or has looked at.

    A suggestion that became an introduction counts no more by itself: the introduction does.
    """
    shown = Suggestion.objects.filter(company=company, association=association).order_by()
    unseen = Q(status=SuggestionStatus.EXPIRED, seen_at__isnull=True)
    return list(
        shown.exclude(unseen)
        .exclude(status=SuggestionStatus.INTERESTED)
        .values_list("presented_at", flat=True)
    )


def _decline(
    suggestion: Suggestion, reason: str, *, by: User, request: Introduction | None, note: str = ""
) -> None:
    """`request` is what the association had itself asked about this need: its no is this one."""
    advance(
        suggestion,
        SUGGESTION,
        "decline",
        by=by,
        note=note,
        answered_at=clock.now(),
        refusal_reason=reason,
        introduction=request,
    )


def _end(waiting: SuggestionQuerySet, by: User | None) -> None:
    """A place on which nobody looked is given back, and goes at once to the oldest request that waits for
    one, unless the company itself is leaving."""
    unseen = _expire(waiting, by)
    for company in return_places(unseen) if unseen else ():
        if not company.organisation.has_left:
            request_queued(company=company)


def _expire(waiting: SuggestionQuerySet, by: User | None) -> list[Approach]:
    """The approaches on which nobody looked: their places are given back once all have ended."""
    ended = list(waiting.with_parties().select_for_update(of=("self",), no_key=True).order_by("pk"))
    for suggestion in ended:
        advance(suggestion, SUGGESTION, "expire", by=by)
    return [
        Approach(suggestion.company, suggestion.association, suggestion.presented_at)
        for suggestion in ended
        if suggestion.seen_at is None
    ]


def _lock_for_answer(suggestion: Suggestion, by: User) -> Suggestion:
    # The organisations first, as everything that changes them does (docs/adr/0014).
    found = of_held_sides(Suggestion.objects.filter(pk=suggestion.pk))
    # The policy says which step of the company its answer begins again.
    read = found.with_parties().select_related("company__policy")
    suggestion = get_object_or_404(read.select_for_update(of=("self",), no_key=True))
    if not policies.can_answer_suggestion(by, suggestion):
        raise PermissionDenied
    return suggestion
