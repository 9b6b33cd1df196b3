"""Gone on with, ended, and what came of it."""

from datetime import date, timedelta
from typing import TYPE_CHECKING

from dateutil.relativedelta import relativedelta
from django.core.exceptions import PermissionDenied
from django.db import transaction

from accounts.models import Organisation
from mecenova.agenda import operations as agenda
from mecenova.calendar import clock
from mecenova.calendar.working_days import morning_of
from mecenova.mail import operations as mail
from mecenova.ui.figures import short_date
from mecenova.workflow.errors import DomainError
from mecenova.workflow.journal import advance, record
from partnerships import policies
from partnerships.enums import ReflectionMoment
from partnerships.followups import (
    AskRenewal,
    EvaluateTogether,
    LiveToTheEnd,
    ReachTerm,
    ReviewYearly,
    TellLastingEffect,
)
from partnerships.models import Partnership, Reflection
from partnerships.notifications import (
    PartnershipEnded,
    PartnershipRenewed,
    ReflectionGivenUp,
    ReflectionWritten,
)
from partnerships.operations.partnerships import lock_partnership
from partnerships.workflow import PARTNERSHIP

if TYPE_CHECKING:
    from accounts.models import User
    from mecenova.agenda.models import FollowUp

LONGEST_YEARS = 10
RENEWAL_BEFORE = timedelta(days=90)
# Who has just signed for a few weeks is not asked at once whether it goes on.
RENEWAL_NOT_SOONER = timedelta(days=30)
# With less time than this to answer before the end, they are not asked; their page takes the answer.
RENEWAL_TO_ANSWER = timedelta(days=45)


@transaction.atomic
def renew_partnership(
    *, partnership: Partnership, goes_on: bool, by: "User", ends_on: date | None = None
) -> Partnership:
    """Does it go on, with a new date of end or without, or does it stop on the day foreseen?"""
    partnership = lock_to_manage(partnership, by=by)
    if not goes_on and partnership.ends_on is None:
        raise DomainError("Sans date de fin prévue, dites plutôt que le partenariat est terminé.")
    if goes_on:
        check_end(ends_on, partnership.signed_on)
    if why := policies.why_not_again(partnership, "renew", by):
        raise DomainError(why)
    new_end = ends_on if goes_on else partnership.ends_on
    note = f"Continue, {until(new_end)}" if goes_on else f"S’arrête comme prévu, le {short_date(new_end)}"
    line = advance(partnership, PARTNERSHIP, "renew", by=by, note=note, ends_on=new_end)
    await_term(partnership, asked=goes_on)
    mail.queue(PartnershipRenewed, partnership, occurrence=str(line.pk), context={"goes_on": goes_on})
    return partnership


@transaction.atomic
def end_partnership(*, partnership: Partnership, by: "User | None" = None, note: str = "") -> Partnership:
    """It is over, by somebody's word or because its last day has passed. Both are asked what it gave."""
    if by is not None:
        partnership = lock_to_manage(partnership, by=by)
    else:
        partnership = lock_partnership(partnership)
        if partnership.ends_on is None or partnership.ends_on >= clock.today():
            return partnership
    _end(partnership, by=by, note=note)
    return partnership


def end_by_leaving(partnership: Partnership, leaver: Organisation, note: str) -> None:
    """A party has left: those who stay are told, and give their own account of it. The caller holds it."""
    if partnership.is_agreed:
        _end(partnership, by=None, note=note)
    elif reflection_is_open(partnership, agenda.next_step(partnership)) and not partnership.words_of(leaver):
        asked = f"{partnership.reflection_moment}:{leaver.pk}"
        mail.queue(ReflectionGivenUp, partnership, occurrence=asked)
    if not partnership.present_organisations():
        _complete(partnership)
    elif moment := partnership.reflection_moment:
        _after_words(partnership, moment)


def reflection_is_open(partnership: Partnership, step: "FollowUp | None") -> bool:
    """Lines can be written now: of what remains, only once its `step` has begun to ask for them."""
    if partnership.reflection_moment != ReflectionMoment.LASTING_EFFECT or step is None:
        return partnership.reflection_moment is not None
    return step.occurrence > TellLastingEffect.days[0] or step.due_at <= clock.now()


@transaction.atomic
def reflect(*, partnership: Partnership, text: str, by: "User") -> Partnership:
    """One party writes what came of it, which the others are told. When all have, the next question waits."""
    partnership = lock_partnership(partnership)
    organisation = policies.party_of(by, partnership)
    if organisation is None:
        raise PermissionDenied
    moment = partnership.reflection_moment
    if moment is None or not reflection_is_open(partnership, agenda.next_step(partnership)):
        raise DomainError("Cette question n’est pas posée en ce moment.")
    if not text.strip():
        raise DomainError("Écrivez au moins une phrase\u00a0: elle servira à d’autres.")
    written, _ = Reflection.objects.update_or_create(
        partnership=partnership,
        organisation=organisation,
        moment=moment,
        defaults={"text": text.strip(), "at": clock.now(), "by": by},
    )
    record(partnership, "reflect", partnership.status, partnership.status, by, organisation.name)
    mail.queue(ReflectionWritten, partnership, occurrence=str(written.pk))
    _after_words(partnership, moment)
    return partnership


@transaction.atomic
def let_reflection_rest(*, partnership: Partnership, moment: str) -> None:
    """Asked and asked again in vain: nobody is chased for ever."""
    partnership = lock_partnership(partnership)
    if partnership.reflection_moment == moment:
        _close_reflection(partnership, moment)


def _after_words(partnership: Partnership, moment: ReflectionMoment) -> None:
    """The question goes on for those of them who have not written, and is closed when none is left."""
    if partnership.without_words(moment):
        agenda.hand_over_step(partnership, EvaluateTogether, TellLastingEffect)
    else:
        _close_reflection(partnership, moment)


def _close_reflection(partnership: Partnership, moment: str) -> None:
    if moment == ReflectionMoment.LASTING_EFFECT:
        _complete(partnership)
        return
    partnership.evaluated_at = clock.now()
    partnership.save(update_fields=["evaluated_at"])
    agenda.close(partnership)
    agenda.start(TellLastingEffect, partnership, since=partnership.ended_at)


def _complete(partnership: Partnership) -> None:
    partnership.evaluated_at = partnership.evaluated_at or clock.now()
    partnership.completed_at = clock.now()
    partnership.save(update_fields=["evaluated_at", "completed_at"])
    agenda.close(partnership)


def _end(partnership: Partnership, *, by: "User | None", note: str) -> None:
    today = clock.today()
    ends_on = min(partnership.ends_on or today, today)
    advance(partnership, PARTNERSHIP, "end", by=by, note=note, ended_at=clock.now(), ends_on=ends_on)
    agenda.close(partnership)
    agenda.start(EvaluateTogether, partnership)
    mail.queue(PartnershipEnded, partnership)


def await_term(partnership: Partnership, *, asked: bool = True) -> None:
    """The one step of a signed partnership: the question of going on, or the last months."""
    agenda.close(partnership)
    if partnership.ends_on is None:
        agenda.start(ReviewYearly, partnership)
        return
    morning_after = morning_of(partnership.ends_on + timedelta(days=1))
    asked_on = max(morning_of(partnership.ends_on - RENEWAL_BEFORE), clock.now() + RENEWAL_NOT_SOONER)
    if not asked or asked_on + RENEWAL_TO_ANSWER > morning_after:
        agenda.start(LiveToTheEnd, partnership, since=morning_after)
        return
    agenda.start(AskRenewal, partnership, since=asked_on)
    agenda.start(ReachTerm, partnership, since=morning_after)


def lock_to_manage(partnership: Partnership, *, by: "User") -> Partnership:
    """Held until the end. Raises PermissionDenied when this person runs none of its parties."""
    partnership = lock_partnership(partnership)
    if not policies.can_manage_partnership(by, partnership):
        raise PermissionDenied
    return partnership


def check_end(ends_on: date | None, signed_on: date | None) -> None:
    """Raises DomainError, in French, when the end has passed, comes before the signature or is too far."""
    if ends_on is None or signed_on is None:
        return
    if ends_on < clock.today():
        raise DomainError("La date de fin est déjà passée. Indiquez une date à venir, ou aucune.")
    if ends_on < signed_on:
        raise DomainError("La fin vient après la signature.")
    if ends_on > clock.today() + relativedelta(years=LONGEST_YEARS):
        raise DomainError(f"Indiquez une date dans les {LONGEST_YEARS} ans, ou aucune.")


def until(ends_on: date | None) -> str:
    """For a journal that people read."""
    return f"jusqu’au {short_date(ends_on)}" if ends_on else "sans date de fin"
