import threading
from collections import Counter
from datetime import UTC, datetime, timedelta

import pytest
from django.core.exceptions import PermissionDenied
from django.db import connection, transaction

from accounts.models import User
from mecenova.agenda.enums import Outcome
from mecenova.agenda.models import FollowUp
from mecenova.agenda.operations import next_step, retry_now, run_due, start
from mecenova.agenda.runner import Ran
from mecenova.calendar import clock
from tests.accounts.factories import UserFactory
from tests.agenda.rules_for_tests import Answer, AtOnce, Broken, Check, Ends, News, Releases
from tests.mail.factories import PersonFactory
from tests.threads import failures_at_once, while_uncommitted

pytestmark = pytest.mark.django_db


def run_until(frozen, end):
    """A sweep every six hours."""
    while frozen() < end:
        run_due()
        frozen.advance(timedelta(hours=6))


class TestChain:
    def test_each_day_plans_the_next_until_the_last(self, subject, frozen, acted, day):
        start(Answer, subject)
        assert run_due() == Counter()
        seen = []
        for due in (day(25), day(30), day(4, 12), day(14, 12)):
            frozen.move_to(due - timedelta(seconds=1))
            assert run_due() == Counter()
            frozen.move_to(due)
            assert run_due() == Counter({Ran.DONE: 1})
            assert run_due() == Counter()
            seen.append(acted[-1][1])
        assert seen == [2, 5, 9, 15]
        assert next_step(subject) is None
        assert set(FollowUp.objects.values_list("outcome", flat=True)) == {Outcome.DONE}

    def test_there_is_a_step_at_every_moment_of_it(self, subject, frozen, day):
        start(Answer, subject)
        for due in (day(25), day(30), day(4, 12)):
            frozen.move_to(due)
            run_due()
            step = next_step(subject)
            assert step is not None
            assert step.deadline == day(14, 12)

    def test_repeats_when_told_to(self, subject, frozen, acted, day):
        start(News, subject)
        run_until(frozen, day(30, 3, 2027))
        assert [occurrence for _, occurrence in acted] == [9, 39, 69, 99]

    def test_a_stopped_runner_catches_up_without_two_acts_in_one_day(self, subject, frozen, acted, day):
        start(Answer, subject)
        frozen.move_to(day(10, 12))
        assert run_due() == Counter({Ran.DONE: 1})
        assert run_due() == Counter()
        run_until(frozen, day(20, 12))
        assert [occurrence for _, occurrence in acted] == [2, 5, 9, 15]
        days = [moment.date() for moment in FollowUp.objects.values_list("closed_at", flat=True)]
        assert len(set(days)) == 4

    def test_nothing_runs_in_august(self, subject, frozen, acted, day):
        frozen.move_to(day(30, 7, 2027))
        start(Answer, subject)
        run_until(frozen, day(1, 9, 2027))
        assert acted == []
        run_until(frozen, day(3, 9, 2027))
        assert acted == [("tests.answer", 2)]

    @pytest.mark.parametrize(
        "start_day", [datetime(2026, 10, 23, 7, tzinfo=UTC), datetime(2027, 3, 26, 8, tzinfo=UTC)]
    )
    def test_nine_o_clock_is_nine_o_clock_across_clock_changes(self, subject, frozen, start_day):
        frozen.move_to(start_day)
        step = start(Answer, subject)
        assert clock.paris(step.due_at).hour == 9


class TestDecidedAgain:
    def test_who_has_answered_gets_nothing(self, subject, frozen, acted, day):
        start(Answer, subject)
        subject.last_name = "Répondu"
        subject.save()
        frozen.move_to(day(25))
        assert run_due() == Counter({Ran.CANCELLED: 1})
        assert acted == []
        assert FollowUp.objects.get().outcome == Outcome.CANCELLED

    def test_what_no_longer_exists_is_closed(self, subject, frozen, acted, day):
        start(Answer, subject)
        subject.delete()
        frozen.move_to(day(25))
        assert run_due() == Counter({Ran.CANCELLED: 1})
        assert acted == []

    def test_an_act_may_move_the_subject_to_another_step(self, subject, frozen, acted, day):
        start(Releases, subject)
        frozen.move_to(day(24))
        assert run_due() == Counter({Ran.DONE: 1})
        assert next_step(subject).rule == Check.name
        assert FollowUp.objects.get(rule=Releases.name).outcome == Outcome.DONE

    def test_an_act_may_end_everything(self, subject, frozen, acted, day):
        start(Ends, subject)
        frozen.move_to(day(24))
        run_due()
        assert not FollowUp.objects.open().exists()


class TestErrors:
    def test_one_rule_that_raises_stops_nobody_and_is_shown(self, frozen, acted, day):
        broken, fine = PersonFactory(), PersonFactory()
        start(Broken, broken)
        start(AtOnce, fine, since=day(24))
        frozen.move_to(day(24))
        assert run_due() == Counter({Ran.IN_ERROR: 1, Ran.DONE: 1})
        follow_up = FollowUp.objects.all().in_error().get()
        assert (follow_up.rule, follow_up.outcome) == (Broken.name, Outcome.OPEN)
        assert follow_up.last_error == "ZeroDivisionError: broken"
        broken.refresh_from_db()
        assert broken.first_name != "never kept"

    def test_it_is_tried_again_less_and_less_often_and_never_dropped(self, subject, frozen, day):
        start(Broken, subject)
        frozen.move_to(day(24))
        waits = []
        for _ in range(12):
            assert run_due() == Counter({Ran.IN_ERROR: 1})
            assert run_due() == Counter()
            waits.append(FollowUp.objects.get().lease_until - frozen())
            frozen.advance(waits[-1])
        assert waits[:3] == [timedelta(minutes=5), timedelta(minutes=10), timedelta(minutes=20)]
        assert max(waits) == timedelta(hours=6)
        assert FollowUp.objects.get().is_open

    def test_the_team_has_it_tried_again_at_once_as_the_first_time(self, subject, frozen, day, staff):
        row = start(Broken, subject)
        frozen.move_to(day(24))
        for _ in range(2):
            run_due()
            frozen.move_to(FollowUp.objects.get().lease_until)
        run_due()
        with pytest.raises(PermissionDenied):
            retry_now(follow_up=row, by=UserFactory())
        assert run_due() == Counter()
        assert retry_now(follow_up=row, by=staff).last_error == "ZeroDivisionError: broken"
        assert run_due() == Counter({Ran.IN_ERROR: 1})
        assert FollowUp.objects.get().lease_until == frozen() + timedelta(minutes=5)

    def test_once_mended_it_ends_well(self, subject, frozen, day, monkeypatch):
        start(Broken, subject)
        frozen.move_to(day(24))
        run_due()
        monkeypatch.setattr(Broken, "act", lambda self, subject, follow_up: None)
        frozen.advance(timedelta(minutes=5))
        assert run_due() == Counter({Ran.DONE: 1})
        assert FollowUp.objects.get().last_error == ""

    def test_a_runner_stopped_in_the_middle_costs_no_attempt(self, frozen, acted, day, monkeypatch):
        """What it had begun is undone whole, and done once by the next one."""
        for subject in PersonFactory.create_batch(3):
            start(Answer, subject)
        act = Answer.act

        def stopped_at_the_second(rule, subject, follow_up):
            if len(acted) == 1:
                raise SystemExit
            act(rule, subject, follow_up)

        frozen.move_to(day(25))
        monkeypatch.setattr(Answer, "act", stopped_at_the_second)
        with pytest.raises(SystemExit):
            run_due()
        rows = FollowUp.objects.values_list("outcome", "attempts", "last_error", "lease_until")
        assert list(rows) == [(Outcome.OPEN, 0, "", None)] * 3
        monkeypatch.setattr(Answer, "act", act)
        assert run_due() == Counter({Ran.DONE: 3})

    def test_a_rule_of_another_release_waits(self, subject, frozen, day):
        start(Answer, subject)
        FollowUp.objects.update(rule="future.rule")
        frozen.move_to(day(25))
        assert run_due() == Counter({Ran.IN_ERROR: 1})
        assert FollowUp.objects.get().is_open


class TestBounds:
    def test_in_number_and_in_time(self, frozen, acted, day):
        for person in PersonFactory.create_batch(3):
            start(Answer, person)
        frozen.move_to(day(25))
        assert run_due(limit=2).total() == 2
        assert run_due(seconds=0).total() == 0
        assert run_due().total() == 1

    def test_the_oldest_goes_first_whatever_its_rule(self, frozen, acted, day):
        """Check is after Answer by its name, and due on Thursday: the day before."""
        one, other = PersonFactory.create_batch(2)
        start(Check, one)
        start(Answer, other, since=day(25))
        frozen.move_to(day(30))
        run_due(limit=1)
        assert acted == [(Check.name, 3)]

    @pytest.mark.django_db(transaction=True)
    def test_is_refused_inside_a_transaction(self, frozen, day):
        start(AtOnce, PersonFactory())
        with transaction.atomic(), pytest.raises(RuntimeError):
            run_due()


@pytest.mark.django_db(transaction=True)
class TestTogether:
    def test_two_runners_act_once_each(self, frozen, acted, day):
        for person in PersonFactory.create_batch(20):
            start(Answer, person)
        frozen.move_to(day(25))
        assert failures_at_once(run_due, run_due) == []
        run_due()
        assert len(acted) == 20
        assert FollowUp.objects.open().count() == 20

    def test_what_somebody_holds_takes_nobody_s_place(self, frozen, acted, day, monkeypatch):
        """An import on trial holds every record of its file, for as long as it lasts."""
        people = PersonFactory.create_batch(4)
        for person in people:
            start(Answer, person)
        frozen.advance(timedelta(days=1))
        start(Answer, PersonFactory())
        frozen.move_to(day(27))
        theirs = User.objects.filter(pk__in=[person.pk for person in people])
        ran = while_uncommitted(
            monkeypatch, lambda: list(theirs.select_for_update()), lambda: run_due(limit=2)
        )
        assert ran == Counter({Ran.LEFT: 4, Ran.DONE: 1})
        assert run_due(limit=2) == Counter({Ran.DONE: 2})

    def test_a_subject_somebody_is_working_on_is_left_for_the_next_sweep(self, frozen, acted, day):
        person = PersonFactory()
        start(Answer, person)
        frozen.move_to(day(25))
        held, released = threading.Event(), threading.Event()

        def answer():
            with transaction.atomic():
                type(person).objects.select_for_update().get(pk=person.pk)
                held.set()
                released.wait(5)
                type(person).objects.filter(pk=person.pk).update(last_name="Répondu")
            connection.close()

        thread = threading.Thread(target=answer)
        thread.start()
        held.wait(5)
        assert run_due() == Counter({Ran.LEFT: 1})
        released.set()
        thread.join()
        assert run_due() == Counter({Ran.CANCELLED: 1})
        assert acted == []
