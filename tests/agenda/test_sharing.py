"""The team's steps: shared by number, given again when somebody goes, raised to a lead when late."""

from datetime import date, timedelta

import pytest
from celery.exceptions import SoftTimeLimitExceeded
from django.contrib.auth.models import Group
from django.core.exceptions import PermissionDenied
from django.urls import reverse

from mecenova.agenda.followups import Escalation
from mecenova.agenda.models import Absence, FollowUp
from mecenova.agenda.operations import (
    add_absence,
    assign,
    close,
    escalate_overdue_steps,
    next_step,
    run_due,
    set_delay,
    share_staff_steps,
    sharing,
    start,
    who_leads,
)
from mecenova.agenda.rules import Rule, register_rule
from mecenova.agenda.tasks import share_the_teams_steps
from mecenova.calendar import clock
from mecenova.mail.models import OutgoingMail
from mecenova.team import LEADS
from mecenova.workflow.errors import DomainError
from mecenova.workflow.models import TransitionRecord
from tests.accounts.factories import ClaimFactory, StaffFactory, UserFactory
from tests.agenda.rules_for_tests import Answer, Check
from tests.mail.factories import PersonFactory
from tests.partnerships.factories import IntroductionFactory

pytestmark = pytest.mark.django_db


@register_rule
class Repeated(Rule):
    """A call that comes back with a later date each time, as the associations' do."""

    name = "tests.repeated"
    owner = Check.owner
    days = (10,)
    every = 30

    def what(self, subject):
        return "Appeler"

    def act(self, subject, follow_up):
        """Nothing: the step comes back."""


@pytest.fixture
def team():
    return StaffFactory.create_batch(3)


@pytest.fixture
def lead():
    person = StaffFactory()
    person.groups.add(Group.objects.get(name=LEADS))
    return person


def away(person, first=date(2026, 11, 23), last=date(2026, 11, 27)):
    return Absence.objects.create(user=person, first_day=first, last_day=last)


def numbers(people):
    return sorted(
        FollowUp.objects.all().owed_by_staff().filter(assigned_to=person).count() for person in people
    )


class TestSharing:
    def test_each_gets_as_many(self, team, frozen):
        for subject in PersonFactory.create_batch(7):
            start(Check, subject)
        assert share_staff_steps() == 7
        assert numbers(team) == [2, 2, 3]

    def test_who_has_fewest_is_given_next(self, team, frozen):
        steps = [start(Check, subject) for subject in PersonFactory.create_batch(4)]
        for step in steps[:3]:
            assign(follow_up=step, to=team[0], by=None)
        assign(follow_up=steps[3], to=team[1], by=None)
        last = start(Check, PersonFactory())
        share_staff_steps()
        last.refresh_from_db()
        assert last.assigned_to == team[2]

    def test_twice_is_once(self, team, frozen):
        step = start(Check, PersonFactory())
        share_the_teams_steps.run()
        before = list(FollowUp.objects.values())
        step.refresh_from_db()
        assert step.assigned_to in team
        share_the_teams_steps.run()
        assert list(FollowUp.objects.values()) == before

    def test_of_others_nothing_is_shared(self, team, subject, frozen):
        start(Answer, subject)
        assert share_staff_steps() == 0
        assert next_step(subject).assigned_to is None

    def test_who_is_away_is_given_nothing(self, team, frozen):
        away(team[0])
        for subject in PersonFactory.create_batch(4):
            start(Check, subject)
        share_staff_steps()
        assert numbers(team) == [0, 2, 2]

    @pytest.mark.parametrize(("first", "last"), [(23, 25), (20, 23)])
    def test_who_is_away_is_so_from_the_first_day_to_the_last(self, team, frozen, first, last):
        away(team[0], date(2026, 11, first), date(2026, 11, last))
        for subject in PersonFactory.create_batch(4):
            start(Check, subject)
        share_staff_steps()
        assert numbers(team) == [0, 2, 2]

    def test_who_is_ill_today_hands_over_at_once(
        self, team, subject, frozen, django_capture_on_commit_callbacks
    ):
        """The page says that somebody else has it: the next hour is late for whoever waits."""
        step = start(Check, subject)
        share_staff_steps()
        step.refresh_from_db()
        ill, today = step.assigned_to, clock.today()
        tomorrow = today + timedelta(days=1)
        with django_capture_on_commit_callbacks(execute=True):
            add_absence(user=ill, first_day=tomorrow, last_day=tomorrow, by=ill)
        step.refresh_from_db()
        assert step.assigned_to == ill
        with django_capture_on_commit_callbacks(execute=True):
            add_absence(user=ill, first_day=today, last_day=today, by=ill)
        step.refresh_from_db()
        assert step.assigned_to in {*team} - {ill}

    def test_who_goes_away_hands_over_and_the_date_stays(self, team, subject, frozen):
        step = start(Check, subject)
        share_staff_steps()
        step.refresh_from_db()
        holder, promised = step.assigned_to, step.deadline
        away(holder)
        assert share_staff_steps() == 1
        step.refresh_from_db()
        assert step.assigned_to != holder
        assert step.deadline == promised

    @pytest.mark.parametrize("change", [{"is_active": False}, {"is_staff": False}])
    def test_who_leaves_hands_over(self, team, subject, frozen, change):
        start(Check, subject)
        share_staff_steps()
        holder = next_step(subject).assigned_to
        type(holder).objects.filter(pk=holder.pk).update(**change)
        share_staff_steps()
        assert next_step(subject).assigned_to not in (holder, None)

    def test_what_was_given_or_closed_once_it_was_read_is_left(self, team, frozen):
        given, closed = PersonFactory.create_batch(2)
        read = [start(Check, subject) for subject in (given, closed)]
        assign(follow_up=next_step(given), to=team[0], by=None)
        close(closed)
        assert [sharing._give(step, team[1]) for step in read] == [0, 0]
        assert next_step(given).assigned_to == team[0]

    def test_nobody_present_changes_nothing(self, team, subject, frozen):
        start(Check, subject)
        share_staff_steps()
        holder = next_step(subject).assigned_to
        for person in team:
            away(person)
        assert share_staff_steps() == 0
        assert next_step(subject).assigned_to == holder

    def test_the_next_day_of_the_rule_stays_with_who_held_it(self, team, subject, frozen, day):
        start(Check, subject)
        share_staff_steps()
        holder = next_step(subject).assigned_to
        frozen.move_to(day(26))
        run_due()
        assert next_step(subject).occurrence == 5
        assert next_step(subject).assigned_to == holder

    def test_costs_a_query_for_each_step_given_and_none_for_the_others(self, team, frozen, query_count):
        for subject in PersonFactory.create_batch(20):
            start(Check, subject)
        share_staff_steps()
        assert query_count(share_staff_steps) <= 8


class TestEscalation:
    def test_two_working_days_late_goes_to_a_lead(self, team, lead, subject, frozen, day):
        step = start(Check, subject)
        assign(follow_up=step, to=team[0], by=None)
        # Promised on Thursday 26: Monday 30 is the second working day after it.
        frozen.move_to(day(27))
        assert escalate_overdue_steps() == 0
        frozen.move_to(day(30))
        assert escalate_overdue_steps() == 1
        assert next_step(subject).assigned_to == lead
        line = TransitionRecord.objects.get(verb="escalate", subject_id=step.pk)
        assert line.by is None
        mail = OutgoingMail.objects.get(notification="agenda.steps_escalated")
        assert mail.recipient == lead
        assert mail.subject == "Une étape en retard vous est confiée"
        assert f"{subject}\u00a0: {step.what}" in mail.text
        assert f"(Promis pour le jeudi 26\u00a0novembre 2026, confié jusqu’ici à {team[0]}.)" in mail.text

    def test_the_mail_names_each_subject_and_links_to_where_it_is_done(self, team, lead, frozen, day):
        """Never by its keys: nobody reads them."""
        claim, introduction = ClaimFactory(), IntroductionFactory()
        for subject in (claim, introduction):
            assign(follow_up=start(Check, subject), to=team[0], by=None)
        frozen.move_to(day(30))
        assert escalate_overdue_steps() == 2
        mail = OutgoingMail.objects.get(notification="agenda.steps_escalated")
        assert mail.subject == "2 étapes en retard vous sont confiées"
        for name, url in (
            (claim.organisation.name, reverse("pages:claim", args=[claim.pk])),
            (introduction.company.organisation.name, introduction.get_absolute_url()),
        ):
            assert f"- {name}" in mail.text or f"→ {name} (" in mail.text
            assert f"http://testserver{url}" in mail.text

    def test_after_the_days_that_the_team_has_set(self, team, lead, subject, frozen, day):
        set_delay(rule=Escalation, occurrence=2, days=4, by=lead)
        step = start(Check, subject)
        assign(follow_up=step, to=team[0], by=None)
        frozen.move_to(day(1, 12))
        assert escalate_overdue_steps() == 0
        frozen.move_to(day(2, 12))
        assert escalate_overdue_steps() == 1
        line = TransitionRecord.objects.get(verb="escalate", subject_id=step.pk)
        assert line.note == f"Confiée à {lead}, 4 jours ouvrés après la date promise."
        mail = OutgoingMail.objects.get(notification="agenda.steps_escalated")
        assert "au moins 4 jours ouvrés de retard" in mail.text

    def test_twice_is_once(self, team, lead, subject, frozen, day):
        assign(follow_up=start(Check, subject), to=team[0], by=None)
        frozen.move_to(day(30))
        escalate_overdue_steps()
        assert escalate_overdue_steps() == 0
        assert share_staff_steps() == 0
        assert TransitionRecord.objects.filter(verb="escalate").count() == 1
        assert OutgoingMail.objects.filter(notification="agenda.steps_escalated").count() == 1

    def test_a_step_that_comes_back_is_late_since_the_first_date(self, team, lead, subject, frozen, day):
        start(Repeated, subject)
        share_staff_steps()
        frozen.move_to(day(8, 12))
        run_due()
        assert next_step(subject).occurrence == 40
        frozen.move_to(day(10, 12))
        FollowUp.objects.all().steps().update(assigned_to=team[0])
        assert escalate_overdue_steps() == 1
        assert next_step(subject).assigned_to == lead

    @pytest.mark.parametrize("by", ["oneself", "a lead"])
    def test_taken_or_given_by_hand_it_is_left_as_many_days_then_raised_again(
        self, team, lead, subject, frozen, day, by
    ):
        start(Check, subject)
        share_staff_steps()
        frozen.move_to(day(30))
        FollowUp.objects.all().steps().update(assigned_to=team[0])
        assert escalate_overdue_steps() == 1
        frozen.advance(timedelta(hours=1))
        assign(follow_up=next_step(subject), to=team[1], by=team[1] if by == "oneself" else lead)
        for _ in range(2):
            assert escalate_overdue_steps() == 0
        # It comes back with a later date meanwhile: the days are the same.
        step = next_step(subject)
        FollowUp.objects.filter(pk=step.pk).update(outcome="done", closed_at=clock.now())
        step.pk, step.occurrence = None, step.occurrence + 5
        step.save(force_insert=True)
        frozen.move_to(day(2, 12) - timedelta(minutes=1))
        assert escalate_overdue_steps() == 0
        assert next_step(subject).assigned_to == team[1]
        frozen.move_to(day(2, 12))
        assert escalate_overdue_steps() == 1
        assert next_step(subject).assigned_to == lead
        assert escalate_overdue_steps() == 0

    def test_without_a_group_the_superusers_are_the_leads(self, team, subject, frozen, day):
        above = StaffFactory(is_superuser=True)
        assign(follow_up=start(Check, subject), to=team[0], by=None)
        frozen.move_to(day(30))
        escalate_overdue_steps()
        assert next_step(subject).assigned_to == above

    def test_a_lead_who_is_away_is_spared(self, team, lead, subject, frozen, day):
        assign(follow_up=start(Check, subject), to=team[0], by=None)
        away(lead, date(2026, 11, 30), date(2026, 12, 4))
        frozen.move_to(day(30))
        assert escalate_overdue_steps() == 0
        assert next_step(subject).assigned_to == team[0]

    def test_when_the_only_lead_is_away_a_superuser_takes_over(self, team, lead, subject, frozen, day):
        above = StaffFactory(is_superuser=True)
        assign(follow_up=start(Check, subject), to=team[0], by=None)
        away(lead, date(2026, 11, 30), date(2026, 12, 4))
        frozen.move_to(day(30))
        assert escalate_overdue_steps() == 1
        assert next_step(subject).assigned_to == above

    def test_each_batch_of_a_day_is_written_about(self, team, lead, frozen, day):
        first, second = PersonFactory.create_batch(2)
        for person in (first, second):
            start(Check, person)
        assign(follow_up=next_step(first), to=team[0], by=None)
        assign(follow_up=next_step(second), to=lead, by=None)
        frozen.move_to(day(30))
        assert escalate_overdue_steps() == 1
        # Late still, and with somebody else.
        FollowUp.objects.filter(pk=next_step(second).pk).update(assigned_to=team[0])
        assert escalate_overdue_steps() == 1
        # The same step again.
        FollowUp.objects.filter(pk=next_step(first).pk).update(assigned_to=team[0])
        assert escalate_overdue_steps() == 1
        mails = OutgoingMail.objects.filter(notification="agenda.steps_escalated").order_by(
            "created_at", "id"
        )
        assert sorted(str(first) in mail.text for mail in mails) == [False, True, True]
        assert {mail.recipient for mail in mails} == {lead}

    def test_a_step_that_raises_keeps_no_other_from_a_lead(
        self, team, lead, frozen, day, monkeypatch, caplog
    ):
        first, *others = PersonFactory.create_batch(3)
        for person in (first, *others):
            assign(follow_up=start(Check, person), to=team[0], by=None)
        told = sharing._told

        def told_but_the_first(line, former):
            if line.row.subject_id == first.pk:
                raise RuntimeError(str(first))
            return told(line, former)

        monkeypatch.setattr(sharing, "_told", told_but_the_first)
        frozen.move_to(day(30))
        assert escalate_overdue_steps() == 2
        assert [next_step(one).assigned_to for one in (first, *others)] == [team[0], lead, lead]
        assert TransitionRecord.objects.filter(verb="escalate").count() == 2
        assert OutgoingMail.objects.filter(notification="agenda.steps_escalated").count() == 2
        assert f"follow-up {next_step(first).pk} raised" in caplog.text

    def test_two_leads_take_as_many(self, team, lead, frozen, day):
        team[1].groups.add(Group.objects.get(name=LEADS))
        for person in PersonFactory.create_batch(2):
            assign(follow_up=start(Check, person), to=team[0], by=None)
        frozen.move_to(day(30))
        assert escalate_overdue_steps() == 2
        assert numbers([lead, team[1]]) == [1, 1]

    def test_a_worker_about_to_be_stopped_begins_nothing_else(self, team, lead, frozen, day, monkeypatch):
        for person in PersonFactory.create_batch(2):
            assign(follow_up=start(Check, person), to=team[0], by=None)
        told = []

        def stopped(line, former):
            told.append(line)
            raise SoftTimeLimitExceeded

        monkeypatch.setattr(sharing, "_told", stopped)
        frozen.move_to(day(30))
        with pytest.raises(SoftTimeLimitExceeded):
            escalate_overdue_steps()
        assert len(told) == 1

    def test_sharing_that_raises_does_not_stop_escalation(
        self, team, lead, subject, frozen, day, monkeypatch, caplog
    ):
        assign(follow_up=start(Check, subject), to=team[0], by=None)

        def share_staff_steps():
            raise RuntimeError("nobody is there")

        monkeypatch.setattr("mecenova.agenda.tasks.share_staff_steps", share_staff_steps)
        frozen.move_to(day(30))
        share_the_teams_steps.run()
        assert next_step(subject).assigned_to == lead
        assert "work share_staff_steps raised" in caplog.text

    def test_what_is_not_the_teams_is_not_raised(self, lead, subject, frozen, day):
        start(Answer, subject)
        frozen.move_to(day(22, 12))
        assert escalate_overdue_steps() == 0


def test_who_is_told_what_is_late(team, frozen):
    """The group; where nobody of it is present, the superusers; else whoever is there."""
    assert who_leads() == team
    above = StaffFactory(is_superuser=True)
    assert who_leads() == [above]
    team[1].groups.add(Group.objects.get(name=LEADS))
    assert who_leads() == [team[1]]
    away(team[1])
    assert who_leads() == [above]
    away(above)
    assert who_leads() == [team[0], team[2]]
    away(team[0])
    away(team[2])
    assert who_leads() == [team[1]], "nobody is there: the mail waits in the lead's box"


class TestAssigning:
    def test_is_journaled_with_who(self, team, subject, frozen):
        step = assign(follow_up=start(Check, subject), to=team[1], by=team[0])
        assert step.assigned_to == team[1]
        assert TransitionRecord.objects.get(verb="assign").by == team[0]

    def test_twice_is_once(self, team, subject, frozen):
        step = start(Check, subject)
        assign(follow_up=step, to=team[1], by=team[0])
        assign(follow_up=step, to=team[1], by=team[0])
        assert TransitionRecord.objects.filter(verb="assign").count() == 1

    def test_by_and_to_the_team_alone(self, team, subject, frozen):
        step = start(Check, subject)
        with pytest.raises(PermissionDenied):
            assign(follow_up=step, to=team[0], by=UserFactory())
        for wrong in (UserFactory(), StaffFactory(is_active=False)):
            with pytest.raises(DomainError):
                assign(follow_up=step, to=wrong, by=team[0])

    def test_what_is_closed_is_nobody_s(self, team, subject, frozen):
        step = start(Check, subject)
        close(subject)
        with pytest.raises(DomainError):
            assign(follow_up=step, to=team[0], by=team[0])

    def test_only_what_the_team_owes(self, team, subject, frozen):
        with pytest.raises(DomainError):
            assign(follow_up=start(Answer, subject), to=team[0], by=team[0])


def test_a_step_that_comes_back_does_not_go_to_the_end_of_the_queue(team, subject, frozen):
    first = start(Repeated, subject)
    frozen.move_to(first.due_at)
    run_due()
    frozen.advance(timedelta(days=1))
    later = start(Repeated, PersonFactory())
    again = next_step(subject)
    assert again.deadline > later.deadline
    assert list(FollowUp.objects.all().owed_by_staff().by_promise()) == [again, later]


def test_late_is_counted_from_the_promise_and_not_before(team, lead, subject, frozen):
    assign(follow_up=start(Check, subject), to=team[0], by=None)
    frozen.advance(timedelta(days=2))
    assert escalate_overdue_steps() == 0
