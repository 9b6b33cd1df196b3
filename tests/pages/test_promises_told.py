"""A promise to answer is kept when who waited was told of it, by the mail that tells it."""

from datetime import timedelta

import pytest

from accounts.enums import OrganisationKind
from accounts.models import User
from matching.enums import DiagnosisCause
from matching.models import Diagnosis
from mecenova.agenda.models import FollowUp
from mecenova.calendar import clock
from mecenova.mail.enums import Unsent
from mecenova.mail.models import OutgoingMail
from mecenova.workflow.models import TransitionRecord
from partnerships.models import Introduction
from tests.accounts.factories import MembershipFactory, OrganisationFactory
from tests.mail.factories import OutgoingMailFactory
from tests.matching.factories import DiagnosisFactory
from tests.pages.promised import ALL_TIME, HOUR, NOW, asked, counted
from tests.partnerships.factories import IntroductionFactory, member_of

pytestmark = pytest.mark.django_db
ANSWERED = NOW - timedelta(days=3)


@pytest.fixture(autouse=True)
def _now():
    with clock.frozen(NOW):
        yield


@pytest.fixture
def answered():
    return asked(deadline=NOW, answered=ANSWERED)


@pytest.fixture
def released(answered):
    """On the morning after its last day, and told by no mail of its own."""
    TransitionRecord.objects.filter(subject_id=answered.pk).update(verb="release")
    OutgoingMail.objects.all().delete()
    return answered


def explained(introduction, *, at):
    """The mail of the diagnosis in which a request is told to have come to nothing."""
    diagnosis = DiagnosisFactory(cause=DiagnosisCause.RELEASED, introduction=introduction, at=at)
    return OutgoingMailFactory(notification="matching.diagnosis", about=diagnosis, status="sent", sent_at=at)


def test_an_answer_written_to_a_broken_address_told_nobody(answered):
    mail = OutgoingMail.objects.filter(subject_id=answered.pk)
    mail.update(status="cancelled", sent_at=None, last_error=Unsent.IN_TROUBLE)
    assert counted(*ALL_TIME)[3] == (0, 1)
    mail.update(status="sent", sent_at=ANSWERED, last_error="")
    assert counted(*ALL_TIME)[3] == (1, 0)


def test_an_answer_is_told_by_its_own_mail(answered):
    mail = OutgoingMail.objects.filter(subject_id=answered.pk)
    mail.update(notification="partnerships.introduction_reminder")
    assert counted(*ALL_TIME)[3] == (0, 1)
    mail.update(notification="partnerships.introduction_postponed", created_at=ANSWERED - HOUR)
    assert counted(*ALL_TIME)[3] == (0, 1), "it told of a former answer"


def test_a_release_is_told_by_its_diagnosis(released):
    assert counted(*ALL_TIME)[3] == (0, 1)
    explained(IntroductionFactory(), at=ANSWERED)
    assert counted(*ALL_TIME)[3] == (0, 1), "of another request"
    explained(released, at=ANSWERED - HOUR)
    assert counted(*ALL_TIME)[3] == (0, 1), "of a former release"
    Diagnosis.objects.filter(introduction=released).update(at=ANSWERED)
    assert counted(*ALL_TIME)[3] == (1, 0)


@pytest.mark.parametrize(
    ("became", "is_told"),
    [
        ({"status": "pending"}, True),
        ({"status": "cancelled", "last_error": Unsent.UNWANTED}, True),
        ({"status": "cancelled", "last_error": Unsent.IN_TROUBLE}, False),
        ({"status": "failed", "last_error": "550 5.1.1"}, False),
        ({"status": "pending", "notification": "matching.diagnosis_reminder"}, False),
    ],
    ids=["on its way", "read elsewhere", "held back", "refused", "another mail"],
)
def test_a_diagnosis_tells_when_its_own_mail_does(released, became, is_told):
    mail = explained(released, at=ANSWERED)
    OutgoingMail.objects.filter(pk=mail.pk).update(sent_at=None, **became)
    assert counted(*ALL_TIME)[3] == ((1, 0) if is_told else (0, 1))


def test_nobody_waits_where_nobody_has_an_account_any_more(released):
    User.objects.update(is_active=False)
    assert counted(*ALL_TIME)[3] == (1, 0)


def test_those_of_the_side_that_answered_are_not_those_who_wait(released):
    Introduction.objects.filter(pk=released.pk).update(asked_by_side="company")
    assert counted(*ALL_TIME)[3] == (1, 0), "the company that asked has nobody"
    member_of(released.company)
    assert counted(*ALL_TIME)[3] == (0, 1)


@pytest.mark.parametrize(
    ("kind", "notification", "is_kept"),
    [
        (OrganisationKind.ASSOCIATION, "matching.welcome", True),
        (OrganisationKind.COMPANY, "matching.company_welcome", True),
        (OrganisationKind.ASSOCIATION, "accounts.changes_asked", False),
    ],
)
def test_a_sign_up_is_welcomed_by_its_welcome_alone(kind, notification, is_kept):
    organisation = OrganisationFactory(kind=kind, created_at=NOW - 5 * HOUR)
    MembershipFactory(organisation=organisation)
    OutgoingMailFactory(
        notification=notification, about=organisation, status="sent", sent_at=NOW - timedelta(hours=4.5)
    )
    assert counted(*ALL_TIME)[2] == ((1, 0) if is_kept else (0, 1))


def test_the_call_that_takes_over_gives_no_more_time():
    """Ninety days were told: whatever day the team sets for its call, the promise ends with them."""
    organisation = OrganisationFactory(kind=OrganisationKind.ASSOCIATION, origin="import")
    since, last_day = NOW - timedelta(days=99), NOW - timedelta(days=9)
    presentation = {"rule": "associations.presentation", "owner": "platform", "outcome": "done"}
    call = {"rule": "associations.call_after_silence", "owner": "staff", "deadline": NOW}
    for step in ({**presentation, "deadline": last_day, "closed_at": last_day - timedelta(days=7)}, call):
        FollowUp.objects.create(
            subject=organisation, occurrence=90, is_step=True, what="Appeler", since=since, due_at=NOW, **step
        )
    assert counted(*ALL_TIME)[4] == (0, 1)
    line = TransitionRecord.objects.create(subject=organisation, verb="call", at=last_day)
    assert counted(*ALL_TIME)[4] == (1, 0)
    TransitionRecord.objects.filter(pk=line.pk).update(verb="check")
    assert counted(*ALL_TIME)[4] == (0, 1), "it was read, not called"
    TransitionRecord.objects.filter(pk=line.pk).update(verb="call", at=since)
    assert counted(*ALL_TIME)[4] == (0, 1), "the call from which its days are counted"
