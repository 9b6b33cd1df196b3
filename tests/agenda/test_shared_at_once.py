"""The team's steps given by several at once: shared, raised to a lead, handed over by a person."""

import pytest
from django.contrib.auth.models import Group
from django.db import connection

from mecenova.agenda.models import Absence, FollowUp
from mecenova.agenda.operations import (
    add_absence,
    assign,
    escalate_overdue_steps,
    share_staff_steps,
    sharing,
    start,
)
from mecenova.calendar import clock
from mecenova.locks import NUMBER_OF_NAME
from mecenova.mail.models import OutgoingMail
from mecenova.rehearsal import scratch
from mecenova.team import LEADS
from tests.accounts.factories import StaffFactory
from tests.agenda.rules_for_tests import Check
from tests.agenda.test_sharing import Repeated, numbers
from tests.mail.factories import PersonFactory
from tests.threads import at_once, while_uncommitted

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def team():
    return StaffFactory.create_batch(2)


def test_two_sharers_at_once_share_as_one(team):
    for subject in PersonFactory.create_batch(6):
        start(Check, subject)

    def call():
        try:
            return share_staff_steps()
        finally:
            connection.close()

    assert sum(at_once(call, call)) == 6
    assert numbers(team) == [3, 3]


def test_who_shares_second_counts_what_the_first_has_just_given(team, monkeypatch):
    """The step promised sooner comes between: seen from before, it would be the same person's."""
    start(Repeated, PersonFactory())

    def one_more():
        start(Check, PersonFactory())
        return share_staff_steps()

    assert while_uncommitted(monkeypatch, share_staff_steps, one_more) == 1
    assert numbers(team) == [1, 1]


def test_who_raises_second_counts_what_the_first_has_just_raised(team, monkeypatch, frozen, day):
    Group.objects.get(name=LEADS).user_set.set(team)
    holder = StaffFactory()
    later, sooner = PersonFactory.create_batch(2)
    assign(follow_up=start(Repeated, later), to=holder, by=None)
    frozen.move_to(day(22, 12))

    def one_more():
        frozen.move_to(day(23, 11))
        assign(follow_up=start(Check, sooner), to=holder, by=None)
        frozen.move_to(day(22, 12))
        return escalate_overdue_steps()

    assert while_uncommitted(monkeypatch, escalate_overdue_steps, one_more) == 1
    assert numbers(team) == [1, 1]
    assert OutgoingMail.objects.filter(notification="agenda.steps_escalated").count() == 2


@pytest.mark.parametrize("by", ["sharing", "raising"])
def test_what_a_person_is_just_giving_is_taken_from_nobody(team, monkeypatch, frozen, day, by):
    step, chosen = start(Check, PersonFactory()), team[1]
    if by == "raising":
        team[0].groups.add(Group.objects.get(name=LEADS))
        assign(follow_up=step, to=StaffFactory(), by=None)
        frozen.move_to(day(30))
    act = {"sharing": share_staff_steps, "raising": escalate_overdue_steps}[by]
    assert while_uncommitted(monkeypatch, lambda: assign(follow_up=step, to=chosen, by=chosen), act) == 0
    assert FollowUp.objects.get(pk=step.pk).assigned_to == chosen


def test_an_absence_is_noted_though_nobody_can_share_at_that_moment(team, frozen):
    """The hour that follows shares what this moment could not."""
    start(Check, PersonFactory())
    share_staff_steps()
    ill = FollowUp.objects.get().assigned_to
    today = clock.today()
    with scratch.connected() as somebody:
        somebody.execute(f"SELECT pg_advisory_xact_lock({NUMBER_OF_NAME})", [sharing.SHARING])
        with connection.cursor() as cursor:
            cursor.execute("SET lock_timeout = '100ms'")
        try:
            add_absence(user=ill, first_day=today, last_day=today, by=ill)
        finally:
            with connection.cursor() as cursor:
                cursor.execute("RESET lock_timeout")
    assert Absence.objects.get().user == ill
    assert FollowUp.objects.get().assigned_to == ill
    assert share_staff_steps() == 1
