"""A moment, what the promises count at that moment, and a request that was answered."""

from datetime import UTC, date, datetime, timedelta

from mecenova.agenda.models import FollowUp
from mecenova.pages.promises import kept
from mecenova.workflow.models import TransitionRecord
from tests.mail.factories import OutgoingMailFactory
from tests.partnerships.factories import IntroductionFactory, member_of

NOW = datetime(2026, 11, 23, 9, 30, tzinfo=UTC)
ALL_TIME = (date(2020, 1, 1), date(2026, 11, 30))
HOUR = timedelta(hours=1)


def counted(first, last):
    return {count.number: (count.kept, count.broken) for count in kept(first, last)}


def asked(*, deadline, answered):
    """A request of an association that has somebody to tell, with its step, its answer and its mail."""
    introduction = IntroductionFactory(requested_at=answered - timedelta(days=3))
    person = member_of(introduction.association)
    FollowUp.objects.create(
        rule="partnerships.answer",
        subject=introduction,
        occurrence=15,
        owner="organisation",
        is_step=True,
        what="Répondre",
        since=introduction.requested_at,
        due_at=deadline,
        deadline=deadline,
        outcome="done",
        closed_at=answered,
    )
    TransitionRecord.objects.create(subject=introduction, verb="accept", target="yes", at=answered)
    OutgoingMailFactory(
        notification="partnerships.introduction_accepted",
        about=introduction,
        recipient=person,
        status="sent",
        sent_at=answered,
        created_at=answered,
        due_at=answered,
    )
    return introduction
