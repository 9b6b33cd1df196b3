"""Follow-ups of one rule that fall due together: read once, and each treated as if it were alone."""

from collections import Counter

import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext

from mecenova.agenda import runner
from mecenova.agenda.enums import Outcome
from mecenova.agenda.handful import Handful
from mecenova.agenda.models import FollowUp
from mecenova.agenda.operations import close, next_step, run_due, start
from mecenova.agenda.runner import Ran
from mecenova.mail.models import DigestLine
from tests.agenda.rules_for_tests import Answer, AtOnce, Check, Tell
from tests.mail.factories import PersonFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def together(frozen, day, acted):
    """`together(5)`: so many people whose answer falls due at this moment."""

    def begin(number, rule=Answer):
        people = PersonFactory.create_batch(number)
        for person in people:
            start(rule, person)
        frozen.move_to(day(25))
        return people

    return begin


def acts_as(monkeypatch, act, rule=Answer):
    recorded = rule.act

    def both(self, subject, follow_up):
        recorded(self, subject, follow_up)
        act(subject, follow_up)

    monkeypatch.setattr(rule, "act", both)


def in_order():
    """As the runner will take them."""
    return list(FollowUp.objects.open().order_by("due_at", "rule", "subject_type", "id"))


def test_ten_cost_the_queries_of_one_and_each_is_read_again_before_its_turn(together, frozen, day):
    together(1)
    with CaptureQueriesContext(
        connection,
    ) as alone:
        assert run_due() == Counter({Ran.DONE: 1})
    FollowUp.objects.all().delete()
    frozen.move_to(day(23))
    together(10)
    with CaptureQueriesContext(connection) as many:
        assert run_due() == Counter({Ran.DONE: 10})
    assert len(many) == len(alone) + 9


def test_who_is_only_written_to_is_read_once(together, frozen, day, query_count):
    together(1, Tell)
    alone = query_count(run_due)
    FollowUp.objects.all().delete()
    frozen.move_to(day(23))
    together(10, Tell)
    assert query_count(run_due) == alone
    assert DigestLine.objects.count() == 11
    assert FollowUp.objects.open().filter(occurrence=5).count() == 10


def test_who_is_written_to_after_another_s_act_is_read_again(together, frozen, day, acted, monkeypatch):
    """On its last day the rule acts, and what it does answers for the one that follows."""
    first, second = together(2, Tell)
    FollowUp.objects.filter(subject_id=first.pk).update(occurrence=15)
    acts_as(monkeypatch, lambda subject, follow_up: close(second), rule=Tell)
    ours = in_order()
    ours.sort(key=lambda row: row.subject_id == second.pk)
    with transaction.atomic():
        assert Handful(ours).run() == Counter({Ran.DONE: 1, Ran.LEFT: 1})
    assert acted == [("tests.tell", 15)]
    assert not DigestLine.objects.exists()


def test_what_only_writes_mails_is_held_to_it(together, monkeypatch):
    """By this suite, wherever a rule's letters are asked: the server refuses them anything else."""
    together(1, Tell)
    letters = Tell.letters

    def moving(self, subject, follow_up):
        type(subject).objects.filter(pk=subject.pk).update(last_name="Répondu")
        return letters(self, subject, follow_up)

    monkeypatch.setattr(Tell, "letters", moving)
    assert run_due() == Counter({Ran.IN_ERROR: 1})
    assert "read-only" in FollowUp.objects.get().last_error


def test_what_a_function_of_the_database_writes_is_seen(together, acted, monkeypatch):
    """Nothing in the text of `SELECT` says that it writes."""
    people = together(2)
    _, second = (row.subject for row in in_order())
    with connection.cursor() as cursor:
        cursor.execute(
            "CREATE FUNCTION pg_temp.end_of(uuid) RETURNS bigint LANGUAGE sql AS $$ WITH gone AS ("
            "UPDATE agenda_followup SET outcome = 'done', closed_at = now()"
            " WHERE subject_id = $1 AND outcome = 'open' RETURNING 1) SELECT count(*) FROM gone $$"
        )

    def act(subject, follow_up):
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_temp.end_of(%s)", [second.pk])

    acts_as(monkeypatch, act)
    assert run_due() == Counter({Ran.DONE: 1, Ran.LEFT: 1})
    assert len(acted) == 1 < len(people)


def test_more_than_a_handful(together, acted, monkeypatch):
    monkeypatch.setattr(runner, "AT_ONCE", 3)
    together(8)
    assert run_due() == Counter({Ran.DONE: 8})
    assert len(acted) == 8
    assert FollowUp.objects.open().filter(occurrence=5).count() == 8


def test_the_one_that_raises_undoes_nobody_else(together, monkeypatch):
    people = together(5)
    broken = people[2]

    def act(subject, follow_up):
        type(subject).objects.filter(pk=subject.pk).update(first_name=f"{subject.first_name}, relancé")
        if subject.pk == broken.pk:
            raise ZeroDivisionError("broken")

    acts_as(monkeypatch, act)
    before = {person.pk: person.first_name for person in people}
    assert run_due() == Counter({Ran.DONE: 4, Ran.IN_ERROR: 1})
    for person in people:
        person.refresh_from_db()
        once = before[person.pk] if person == broken else f"{before[person.pk]}, relancé"
        assert person.first_name == once
    assert FollowUp.objects.all().in_error().get().subject_id == broken.pk
    assert FollowUp.objects.open().filter(occurrence=5).count() == 4


def test_what_a_former_act_changed_is_read_again(together, acted, monkeypatch):
    together(3)
    keys = [row.subject_id for row in in_order()]

    def act(subject, follow_up):
        if subject.pk == keys[0]:
            type(subject).objects.filter(pk=keys[2]).update(last_name="Répondu")

    acts_as(monkeypatch, act)
    assert run_due() == Counter({Ran.DONE: 2, Ran.CANCELLED: 1})
    assert len(acted) == 2
    assert FollowUp.objects.get(subject_id=keys[2]).outcome == Outcome.CANCELLED


def test_what_a_former_act_closed_is_left_closed(together, acted, monkeypatch):
    together(3)
    people = {row.subject_id: row.subject for row in in_order()}
    keys = list(people)

    def act(subject, follow_up):
        if subject.pk == keys[0]:
            close(people[keys[1]])

    acts_as(monkeypatch, act)
    assert run_due() == Counter({Ran.DONE: 2, Ran.LEFT: 1})
    assert len(acted) == 2
    assert next_step(people[keys[1]]) is None
    assert next_step(people[keys[2]]) is not None


def test_what_was_put_off_after_it_was_chosen_waits_for_its_new_date(together, acted, day):
    together(1)
    chosen = in_order()
    FollowUp.objects.update(due_at=day(27))
    with transaction.atomic():
        assert Handful(chosen).run() == Counter({Ran.LEFT: 1})
    assert acted == []


def test_an_act_that_moves_some_of_them_plans_nothing_for_those(together, monkeypatch):
    people = together(4)
    moved = people[:2]
    acts_as(monkeypatch, lambda subject, follow_up: subject in moved and start(Check, subject))
    assert run_due() == Counter({Ran.DONE: 4})
    assert {next_step(person).rule for person in moved} == {Check.name}
    assert {next_step(person).rule for person in people[2:]} == {Answer.name}


def test_a_next_day_that_is_there_already_is_one_row(together):
    people = together(3)
    there = FollowUp.objects.get(subject_id=people[1].pk)
    there.pk, there.occurrence, there._state.adding = None, 5, True
    there.outcome, there.closed_at = Outcome.DONE, there.created_at
    there.id = FollowUp._meta.pk.get_default()
    there.save()
    assert run_due() == Counter({Ran.DONE: 3})
    assert FollowUp.objects.filter(occurrence=5).count() == 3
    assert [next_step(person) is None for person in people] == [False, True, False]


def test_rules_do_not_mix(frozen, day, acted):
    people = PersonFactory.create_batch(3)
    for person in people:
        start(Answer, person)
        start(AtOnce, person, since=day(25))
    frozen.move_to(day(25))
    assert run_due() == Counter({Ran.DONE: 6})
    assert Counter(acted) == Counter({("tests.answer", 2): 3, ("tests.at_once", 0): 3})
