from datetime import timedelta
from functools import partial

import pytest

from mecenova.agenda.enums import Outcome, Owner
from mecenova.agenda.models import FollowUp
from mecenova.agenda.operations import close, keep_or_start, next_step, next_steps, restart_step, start
from tests.agenda.rules_for_tests import Answer, AtOnce, Check, News
from tests.mail.factories import PersonFactory
from tests.threads import failures_at_once

pytestmark = pytest.mark.django_db

# Set and released by an operation, and by the writing of its row, inside the transaction of a test.
SAVEPOINTS = 4


class TestStart:
    def test_opens_the_first_day_and_promises_the_last(self, subject, frozen, day):
        step = start(Answer, subject)
        assert (step.rule, step.occurrence, step.cycle) == ("tests.answer", 2, 1)
        assert (step.due_at, step.deadline) == (day(25), day(14, 12))
        assert (step.owner, step.organisation_id) == (Owner.ORGANISATION, subject.pk)
        assert step.what == f"Répondre à {subject.first_name}"
        assert step.subject == subject

    def test_a_rule_can_promise_an_earlier_day(self, subject, frozen, day):
        assert start(Check, subject).deadline == day(26)

    def test_day_zero_is_due_at_once(self, subject, frozen):
        assert start(AtOnce, subject).due_at == frozen()

    def test_twice_changes_nothing(self, subject, frozen):
        step = start(Answer, subject)
        frozen.advance(timedelta(days=1))
        assert start(Answer, subject) == step
        assert FollowUp.objects.get().due_at == step.due_at

    def test_again_once_closed_is_another_cycle(self, subject, frozen):
        start(Answer, subject)
        close(subject)
        assert start(Answer, subject).cycle == 2

    def test_counts_from_the_day_it_is_told(self, subject, frozen, day):
        assert start(Answer, subject, since=day(1, 12)).due_at == day(3, 12)

    def test_takes_the_place_of_the_former_step_only(self, subject, frozen):
        answer, news = start(Answer, subject), start(News, subject)
        check = start(Check, subject)
        answer.refresh_from_db()
        news.refresh_from_db()
        assert (answer.outcome, answer.closed_at) == (Outcome.DONE, frozen())
        assert news.is_open
        assert next_step(subject) == check

    def test_leaves_other_subjects_alone(self, subject, frozen):
        other = start(Answer, PersonFactory())
        start(Check, subject)
        other.refresh_from_db()
        assert other.is_open

    @pytest.mark.django_db(transaction=True)
    def test_two_at_once_keep_one_step(self, frozen):
        subject = PersonFactory()
        for rules in ((Answer, Answer), (Check, Answer), (Answer, Check)):
            assert failures_at_once(*(partial(start, rule, subject) for rule in rules)) == []
            assert FollowUp.objects.steps().count() == 1


class TestRestart:
    def test_counts_its_days_anew_in_another_cycle(self, subject, frozen, day):
        former = start(Answer, subject)
        frozen.move_to(day(24))
        step = restart_step(Answer, subject)
        former.refresh_from_db()
        assert (former.outcome, former.closed_at) == (Outcome.DONE, frozen())
        assert (step.cycle, step.since, next_step(subject)) == (2, frozen(), step)

    def test_closed_or_never_begun_it_begins(self, subject, frozen, day):
        assert restart_step(Answer, subject, since=day(24)).since == day(24)
        close(subject)
        assert restart_step(Answer, subject).cycle == 2

    def test_takes_the_place_of_another_step_and_of_no_more(self, subject, frozen):
        start(Check, subject)
        news = start(News, subject)
        step = restart_step(Answer, subject)
        assert set(FollowUp.objects.open()) == {news, step}

    def test_closes_nothing_where_nothing_is_open(self, subject, frozen, django_assert_num_queries):
        """What is known of it, its delays and absences, its row, which may be there already."""
        assert next_step(subject) is None
        with django_assert_num_queries(3 + SAVEPOINTS):
            restart_step(Answer, subject)


class TestKeepOrStart:
    def test_begins_once(self, subject, frozen):
        assert keep_or_start(subject, Answer)
        step = next_step(subject)
        assert not keep_or_start(subject, Answer)
        assert next_step(subject) == step

    def test_in_place_of_what_is_not_named(self, subject, frozen):
        start(Check, subject)
        assert keep_or_start(subject, Answer)
        assert next_step(subject).rule == Answer.name

    def test_keeps_what_is_named(self, subject, frozen):
        step = start(Check, subject)
        assert not keep_or_start(subject, Answer, Check)
        assert next_step(subject) == step

    def test_from_another_date_it_is_another_cycle(self, subject, frozen, day):
        start(Answer, subject, since=day(24))
        assert not keep_or_start(subject, Answer, since=day(24))
        assert keep_or_start(subject, Answer, since=day(26))
        assert (next_step(subject).cycle, next_step(subject).since) == (2, day(26))

    def test_what_runs_beside_is_not_its_step(self, subject, frozen):
        start(News, subject)
        assert keep_or_start(subject, Answer, News)
        assert FollowUp.objects.open().count() == 2

    def test_says_again_what_is_expected(self, subject, frozen):
        other = start(Answer, PersonFactory(first_name="Ali"))
        start(Answer, subject)
        subject.first_name = "Zoé"
        assert not keep_or_start(subject, Answer)
        assert next_step(subject).what == "Répondre à Zoé"
        other.refresh_from_db()
        assert other.what == "Répondre à Ali"

    def test_reads_what_is_known_once(self, subject, frozen, django_assert_num_queries):
        assert next_step(subject) is None
        with django_assert_num_queries(3 + SAVEPOINTS):
            keep_or_start(subject, Answer)
        with django_assert_num_queries(1 + SAVEPOINTS // 2):
            keep_or_start(subject, Answer)


class TestClose:
    def test_closes_what_is_open_once(self, subject, frozen):
        start(Answer, subject)
        start(News, subject)
        assert close(subject) == 2
        assert close(subject, outcome=Outcome.CANCELLED) == 0
        assert set(FollowUp.objects.values_list("outcome", flat=True)) == {Outcome.DONE}
        assert next_step(subject) is None

    def test_of_one_rule(self, subject, frozen):
        start(Answer, subject)
        start(News, subject)
        assert close(subject, News, outcome=Outcome.CANCELLED) == 1
        assert next_step(subject) is not None

    def test_nothing_is_closed_as_open(self, subject):
        with pytest.raises(ValueError, match="not closed as open"):
            close(subject, outcome=Outcome.OPEN)


class TestReading:
    def test_many_subjects_in_one_query(self, frozen, django_assert_num_queries):
        people = PersonFactory.create_batch(4)
        steps = {person.pk: start(Answer, person) for person in people[:3]}
        start(News, people[3])
        with django_assert_num_queries(1):
            assert next_steps(people) == steps
        with django_assert_num_queries(0):
            assert next_steps([]) == {}

    def test_baskets_of_the_staff(self, subject, frozen, day):
        step = start(Check, subject)
        assert list(FollowUp.objects.all().owed_by_staff()) == [step]
