"""Did you talk? Asked of both, compared, settled by the team when the answers differ."""

from datetime import datetime
from typing import TYPE_CHECKING

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.db.models import prefetch_related_objects

from accounts.models import Organisation
from associations.operations import follow_check
from companies.operations import note_activity
from mecenova.agenda import operations as agenda
from mecenova.calendar import clock
from mecenova.mail import operations as mail
from mecenova.workflow.errors import DomainError
from mecenova.workflow.journal import advance, record
from partnerships import policies
from partnerships.followups import DecideTogether, DidYouTalk, SettleDisagreement
from partnerships.models import Partnership, TalkReport
from partnerships.notifications import PartnershipReturned, TalkAsked, TalkDisagreement, TalkSettled
from partnerships.operations.attention import give_place_back
from partnerships.operations.introductions import request_queued
from partnerships.operations.partnerships import lock_partnership
from partnerships.talks import TURNS, Phase, Said, Verdict, compare, phase_of
from partnerships.workflow import PARTNERSHIP

if TYPE_CHECKING:
    from accounts.models import User


@transaction.atomic
def report_talk(*, partnership: Partnership, talked: bool, by: "User") -> Verdict:
    """One side says whether they talked. Said again, it is the last word that counts."""
    partnership = lock_partnership(partnership)
    organisation = policies.party_of(by, partnership)
    if organisation is None:
        raise PermissionDenied
    if not partnership.may_still_talk:
        raise DomainError("Cette question n’est plus posée. La page dit où vous en êtes.")
    if not talked and not partnership.may_say_not_yet:
        raise DomainError("Rien ne presse\u00a0: nous vous poserons la question dans quelques jours.")
    said = TalkReport(
        partnership=partnership,
        organisation=organisation,
        turn=partnership.talk_turn or TURNS[0],
        talked=talked,
        at=clock.now(),
        by=by,
    )
    TalkReport.objects.bulk_create(
        [said],
        update_conflicts=True,
        unique_fields=["partnership", "organisation", "turn"],
        update_fields=["talked", "at", "by"],
    )
    note = f"{organisation.name}\u00a0: {'oui' if talked else 'pas encore'}"
    record(partnership, "report_talk", partnership.status, partnership.status, by, note)
    _note_activity(partnership, organisation)
    settling = partnership.disagreement_at is not None and partnership.talk_turn
    phase = Phase.OVER if settling else phase_of(partnership.talk_turn)
    return _follow(partnership, phase, by)


@transaction.atomic
def ask_whether_they_talked(
    *, partnership: Partnership, turn: int, key: str, again_on: datetime | None
) -> None:
    """A day of the table has come: those who have not said yes are asked, once more or for the first time."""
    partnership = lock_partnership(partnership)
    if partnership.is_asked_whether_they_talked:
        partnership.talk_turn = turn
        partnership.save(update_fields=["talk_turn"])
        mail.queue(TalkAsked, partnership, occurrence=key, context={"again_on": again_on})


@transaction.atomic
def conclude_talk(*, partnership: Partnership) -> None:
    """The last question has waited long enough: silence is an answer too."""
    partnership = lock_partnership(partnership)
    if partnership.is_asked_whether_they_talked:
        _follow(partnership, Phase.OVER, None)


@transaction.atomic
def settle_talk(*, partnership: Partnership, talked: bool, by: "User", note: str) -> Partnership:
    """A person of the team has asked both sides, and writes what is true; who settled, and why, is kept."""
    partnership = lock_partnership(partnership)
    if not policies.can_settle_partnership(by, partnership):
        raise PermissionDenied
    if partnership.disagreement_at is None:
        raise DomainError("Il n’y a plus de désaccord à trancher.")
    record(partnership, "settle", partnership.status, partnership.status, by, note)
    if talked:
        _go_on(partnership)
    else:
        return_to_matching(partnership=partnership, by=by)
    return partnership


@transaction.atomic
def return_to_matching(*, partnership: Partnership, by: "User | None" = None) -> Partnership:
    """They did not talk: both are free, told so, and the place that they took is given back."""
    partnership = lock_partnership(partnership)
    advance(
        partnership,
        PARTNERSHIP,
        "return_to_matching",
        by=by,
        returned_at=clock.now(),
        disagreement_at=None,
    )
    agenda.close(partnership)
    mail.queue(PartnershipReturned, partnership)
    introduction = partnership.introduction
    if introduction is not None:
        follow_check(organisation=introduction.association.organisation)
        if give_place_back(introduction):
            request_queued(company=introduction.company)
    return partnership


def ask_again(partnership: Partnership, *, since: datetime) -> None:
    """Both are asked on the days of the table, counted anew. Each yes stays; each « not yet » answered a
    question that is over, and is left to the journal. The caller holds the partnership."""
    partnership.talk_reports.filter(talked=False).delete()
    partnership.talk_turn, partnership.disagreement_at = 0, None
    partnership.save(update_fields=["talk_turn", "disagreement_at"])
    agenda.close(partnership)
    agenda.start(DidYouTalk, partnership, since=since)


def _follow(partnership: Partnership, phase: Phase, by: "User | None") -> Verdict:
    """What both answers mean together, done."""
    # Read once: the same words say what comes next, and whom it waits for.
    prefetch_related_objects([partnership], "talk_reports")
    verdict = compare(*_said(partnership), phase)
    if verdict == Verdict.TALKED:
        _go_on(partnership)
    elif verdict == Verdict.RETURN:
        return_to_matching(partnership=partnership)
    elif verdict == Verdict.DISAGREE and partnership.disagreement_at is None:
        partnership.disagreement_at = clock.now()
        partnership.save(update_fields=["disagreement_at"])
        agenda.start(SettleDisagreement, partnership)
        mail.queue(TalkDisagreement, partnership, occurrence=partnership.disagreement_at.isoformat())
    elif partnership.disagreement_at is not None and verdict == Verdict.WAIT:
        # Both say « not yet » before the first question: it is asked on its days.
        ask_again(partnership, since=partnership.opened_at)
    elif verdict == Verdict.WAIT:
        agenda.hand_over_step(partnership, DidYouTalk)
    return verdict


def _said(partnership: Partnership) -> tuple[Said, Said]:
    """What each side said last: a yes stays; a no holds for its turn, then the question is asked again."""
    last = partnership.last_words()
    one, other = (last.get(organisation.pk) for organisation in partnership.organisations()[:2])
    return _meaning(one, partnership.talk_turn), _meaning(other, partnership.talk_turn)


def _meaning(report: TalkReport | None, turn: int) -> Said:
    if report is None:
        return Said.NOTHING
    if report.talked:
        return Said.YES
    return Said.NO if report.turn == (turn or TURNS[0]) else Said.NOTHING


def _go_on(partnership: Partnership) -> None:
    """They did talk: the next step is to decide together."""
    settled = partnership.disagreement_at is not None
    partnership.talked_at, partnership.disagreement_at = clock.now(), None
    partnership.save(update_fields=["talked_at", "disagreement_at"])
    agenda.close(partnership)
    agenda.start(DecideTogether, partnership)
    if settled:
        mail.queue(TalkSettled, partnership)


def _note_activity(partnership: Partnership, organisation: Organisation) -> None:
    introduction = partnership.introduction
    if introduction is not None and introduction.company.organisation_id == organisation.pk:
        note_activity(company=introduction.company)
