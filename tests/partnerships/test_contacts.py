"""What the team does about requests that nobody answers."""

from datetime import timedelta

import pytest
from django.core.exceptions import PermissionDenied

from mecenova.agenda.models import FollowUp
from mecenova.agenda.operations import run_due, start
from mecenova.calendar import clock
from mecenova.workflow.journal import history
from partnerships.enums import IntroductionStatus
from partnerships.followups import AnswerIntroduction
from partnerships.operations import introductions_at_risk, note_contact
from tests.accounts.factories import StaffFactory, UserFactory
from tests.partnerships.factories import IntroductionFactory

pytestmark = pytest.mark.django_db


def verbs(subject):
    return [line.verb for line in history(subject)]


def test_at_risk_are_those_whose_last_reminder_has_gone():
    waiting = IntroductionFactory()
    IntroductionFactory(status=IntroductionStatus.QUEUED, requested_at=None)
    start(AnswerIntroduction, waiting)
    with clock.frozen(clock.now()) as time:
        for _ in range(3):
            assert not introductions_at_risk().exists()
            time.move_to(FollowUp.objects.about([waiting]).steps().get().due_at)
            run_due()
        release = FollowUp.objects.about([waiting]).steps().get().due_at
        assert [one.release_on for one in introductions_at_risk()] == [release]


def test_a_contact_is_written_once_and_the_company_was_heard_from():
    introduction, staff = IntroductionFactory(), StaffFactory()
    for _ in range(2):
        note_contact(introduction=introduction, note="Rappelle jeudi.", by=staff)
    assert verbs(introduction) == ["contact"]
    assert verbs(introduction.company.organisation) == ["call"]
    later = clock.now() + timedelta(hours=2)
    with clock.frozen(later):
        note_contact(introduction=introduction, note="Rappelle jeudi.", by=staff)
    assert verbs(introduction) == ["contact", "contact"]


def test_only_the_team():
    introduction = IntroductionFactory()
    with pytest.raises(PermissionDenied):
        note_contact(introduction=introduction, note="Bonjour.", by=UserFactory())
    assert verbs(introduction) == []


def test_what_was_said_is_kept_when_the_request_ended_meanwhile():
    released = IntroductionFactory(status=IntroductionStatus.RELEASED, released_at=clock.now())
    note_contact(introduction=released, note="Bonjour.", by=StaffFactory())
    assert verbs(released) == ["contact"]
    assert released.status == IntroductionStatus.RELEASED
