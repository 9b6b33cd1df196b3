"""An adviser away one day: others have their steps meanwhile, and they take them back when they return."""

from datetime import date, timedelta

import pytest
from django.core.exceptions import PermissionDenied

from mecenova.agenda.models import Absence, FollowUp
from mecenova.agenda.operations import (
    assign,
    close,
    escalate_overdue_steps,
    next_step,
    run_due,
    share_staff_steps,
    start,
    take_back,
)
from mecenova.agenda.rules import Rule, register_rule
from mecenova.workflow.journal import history
from tests.accounts.factories import StaffFactory, UserFactory
from tests.agenda.rules_for_tests import Check
from tests.mail.factories import PersonFactory

pytestmark = pytest.mark.django_db


@register_rule
class Returning(Rule):
    """A call that comes back each day."""

    name = "tests.returning"
    owner = Check.owner
    days = (1,)
    every = 1

    def what(self, subject):
        return "Appeler"

    def act(self, subject, follow_up):
        """Nothing: the step comes back."""


@pytest.fixture
def team(frozen):
    return StaffFactory.create_batch(3)


@pytest.fixture
def ill(team):
    """Had three steps, and is away today."""
    for subject in PersonFactory.create_batch(3):
        start(Check, subject)
    FollowUp.objects.update(assigned_to=team[0])
    Absence.objects.create(user=team[0], first_day=date(2026, 11, 23), last_day=date(2026, 11, 23))
    assert share_staff_steps() == 3
    return team[0]


def held_by(person):
    return FollowUp.objects.all().owed_by_staff().filter(assigned_to=person)


def test_back_all_that_is_not_done_is_theirs_again_in_one_act(ill, team, frozen):
    close(held_by(team[1]).first().subject)
    frozen.advance(timedelta(days=1))
    assert (take_back(by=ill), take_back(by=ill)) == (2, 0)
    assert held_by(ill).count() == 2
    for step in held_by(ill):
        assert [(line.by, line.note) for line in history(step)] == [(ill, f"Reprise par {ill}, de retour.")]


def test_it_comes_back_later_and_is_still_lent(ill, team, frozen, day):
    subject = PersonFactory()
    start(Returning, subject)
    FollowUp.objects.filter(rule=Returning.name).update(assigned_to=ill)
    share_staff_steps()
    frozen.move_to(day(26))
    run_due()
    assert next_step(subject).occurrence > 1
    assert take_back(by=ill) == 4
    assert next_step(subject).assigned_to == ill


def test_lent_by_who_had_it_first_though_whoever_was_given_it_goes_away_too(ill, team, frozen):
    Absence.objects.create(user=team[1], first_day=date(2026, 11, 23), last_day=date(2026, 11, 27))
    share_staff_steps()
    assert take_back(by=team[1]) == 0
    assert take_back(by=ill) == 3


def test_what_somebody_has_taken_on_meanwhile_is_theirs(ill, team, frozen):
    step = held_by(team[1]).first()
    assign(follow_up=step, to=team[2], by=team[2])
    assert take_back(by=ill) == 2
    step.refresh_from_db()
    assert step.assigned_to == team[2]


def test_what_went_to_a_lead_is_the_lead_s(ill, team, frozen, day):
    type(team[2]).objects.filter(pk=team[2].pk).update(is_superuser=True)
    frozen.move_to(day(9, 12))
    raised = escalate_overdue_steps()
    assert raised
    assert take_back(by=ill) == 3 - raised


def test_what_somebody_who_has_left_had_is_lent_by_nobody(team, subject, frozen):
    start(Check, subject)
    FollowUp.objects.update(assigned_to=team[0])
    type(team[0]).objects.filter(pk=team[0].pk).update(is_staff=False)
    share_staff_steps()
    assert FollowUp.objects.get().lent_by is None


def test_nobody_but_the_team(ill):
    with pytest.raises(PermissionDenied):
        take_back(by=UserFactory())
