"""Sharing among whoever of the team is there: an organisation's absence is nobody's of the team."""

from datetime import date, timedelta

import pytest

from mecenova.agenda.models import Absence, FollowUp
from mecenova.agenda.operations import escalate_overdue_steps, next_step, share_staff_steps, start, who_leads
from mecenova.agenda.operations.sharing import somebody_else
from mecenova.agenda.rules import register_rule
from tests.accounts.factories import OrganisationFactory, StaffFactory
from tests.agenda.rules_for_tests import Check
from tests.mail.factories import PersonFactory

pytestmark = pytest.mark.django_db


@register_rule
class OneOwn(Check):
    """What one person of the team has begun, and ends."""

    name = "tests.one_own"
    personal = True


@pytest.fixture
def team(frozen):
    return StaffFactory.create_batch(3)


def away(*, first=date(2026, 11, 23), last=date(2026, 11, 27), **whose):
    return Absence.objects.create(first_day=first, last_day=last, **whose)


def load(person, number):
    for subject in PersonFactory.create_batch(number):
        start(Check, subject)
    FollowUp.objects.filter(assigned_to=None).update(assigned_to=person)


def test_the_absence_of_an_organisation_leaves_the_team_at_work(team, subject, frozen, day):
    away(organisation_id=OrganisationFactory().pk)
    step = start(Check, subject)
    assert share_staff_steps() == 1
    frozen.move_to(step.deadline + timedelta(days=3))
    assert set(who_leads()) == set(team)
    assert escalate_overdue_steps() == 0, "without a lead above them, it stays with its holder"


def test_whoever_was_promised_the_soonest_is_given_to_whoever_holds_the_fewest(team, frozen):
    load(team[0], 1)
    load(team[1], 2)
    load(team[2], 3)
    later, sooner = PersonFactory.create_batch(2)
    start(Check, later, since=frozen() + timedelta(days=7))
    start(Check, sooner)
    # Put off since: its place in the queue is the one it was promised.
    FollowUp.objects.filter(subject_id=sooner.pk).update(due_at=frozen() + timedelta(days=30))
    share_staff_steps()
    assert next_step(sooner).assigned_to == team[0]
    # Of two who hold as many, the first who came.
    start(Check, subject := PersonFactory())
    share_staff_steps()
    assert {next_step(one).assigned_to for one in (later, subject)} == {team[0], team[1]}


def test_one_s_own_step_waits_for_its_holder_and_goes_on_with_another_once_they_have_left(team, subject):
    step = start(OneOwn, subject)
    FollowUp.objects.filter(pk=step.pk).update(assigned_to=team[0])
    away(user=team[0])
    assert share_staff_steps() == 0
    team[0].is_active = False
    team[0].save()
    assert share_staff_steps() == 1
    assert next_step(subject).assigned_to in team[1:]


def test_somebody_else_is_there_is_another_and_holds_the_fewest(team):
    load(team[0], 2)
    load(team[1], 1)
    away(user=team[2])
    assert somebody_else(team[1].pk) == team[0]
    assert somebody_else(team[0].pk) == somebody_else(None) == team[1]
    away(user=team[0])
    assert somebody_else(team[1].pk) is None
