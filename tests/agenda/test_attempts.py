"""A process that dies with follow-ups in hand raises nothing: they are counted, shown and set aside."""

import threading
from collections import Counter
from datetime import timedelta

import pytest
from celery.exceptions import SoftTimeLimitExceeded
from django.db import connection, transaction

from mecenova.agenda.attempts import A_MOMENT, NEVER_ENDED, begin, end
from mecenova.agenda.models import Absence, Attempt, FollowUp
from mecenova.agenda.operations import run_due, start
from mecenova.agenda.runner import Ran
from tests.accounts.factories import OrganisationFactory
from tests.agenda.rules_for_tests import Answer
from tests.mail.factories import PersonFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def due(frozen, day, acted):
    """`due(3)`: so many follow-ups of one rule, due together, in the order of the runner."""

    def begin_them(number):
        for person in PersonFactory.create_batch(number):
            start(Answer, person)
        frozen.move_to(day(25))
        return list(FollowUp.objects.order_by("due_at", "id"))

    return begin_them


@pytest.fixture
def dies(monkeypatch):
    """`dies(row)`: acting on this one kills whoever does, until `dies(None)`."""
    act, fatal = Answer.act, []

    def deadly(rule, subject, follow_up):
        if follow_up.pk in fatal:
            raise SystemExit
        act(rule, subject, follow_up)

    def choose(row):
        fatal[:] = [row.pk] if row else []

    monkeypatch.setattr(Answer, "act", deadly)
    return choose


def sweep(frozen):
    """A minute later, as beat does. Nothing when the process dies of it."""
    frozen.advance(A_MOMENT)
    try:
        return run_due()
    except SystemExit:
        return None


def test_what_never_ends_is_said_at_once_then_set_aside(due, dies, frozen):
    (row,) = due(1)
    dies(row)
    assert sweep(frozen) is None
    row.refresh_from_db()
    assert (row.attempts, row.last_error) == (0, "")
    assert sweep(frozen) is None
    row.refresh_from_db()
    assert (row.attempts, row.last_error, row.lease_until) == (1, NEVER_ENDED, None)
    assert sweep(frozen) == Counter()
    row.refresh_from_db()
    assert (row.attempts, row.lease_until) == (2, frozen() + timedelta(minutes=10))
    assert FollowUp.objects.all().in_error().get() == row
    dies(None)
    frozen.move_to(row.lease_until)
    assert run_due() == Counter({Ran.DONE: 1})
    row.refresh_from_db()
    assert row.last_error == ""
    assert not Attempt.objects.exists()


def test_who_was_in_the_same_hand_is_done_alone_and_not_held_back(due, dies, frozen, acted):
    rows = due(4)
    dies(rows[1])
    assert sweep(frozen) is None
    assert acted == [("tests.answer", 2)], "undone whole with it"
    assert sweep(frozen) is None
    assert sweep(frozen) == Counter({Ran.DONE: 2})
    errors = dict(FollowUp.objects.exclude(last_error="").values_list("pk", "last_error"))
    assert errors == {rows[1].pk: NEVER_ENDED}
    assert FollowUp.objects.open().filter(occurrence=5).count() == 3


def test_what_was_done_meanwhile_counts_nothing(due, frozen):
    """A worker killed by a deploy: the next sweep of another does all of it within the minute."""
    rows = due(3)
    begin(rows)
    assert run_due() == Counter({Ran.DONE: 3})
    assert Attempt.objects.exists()
    sweep(frozen)
    assert set(FollowUp.objects.values_list("attempts", "last_error")) == {(0, "")}
    assert not Attempt.objects.exists()


def test_what_raises_leaves_no_attempt(due, frozen, monkeypatch):
    due(3)
    monkeypatch.setattr(Answer, "act", lambda *given: 1 / 0)
    assert run_due() == Counter({Ran.IN_ERROR: 3})
    assert not Attempt.objects.exists()


def test_a_time_limit_begins_nothing_else_and_each_is_alone_the_next_time(due, frozen, monkeypatch):
    rows, begun = due(3), []
    act = Answer.act

    def slow(rule, subject, follow_up):
        begun.append(follow_up.pk)
        if follow_up.pk == rows[0].pk:
            raise SoftTimeLimitExceeded
        act(rule, subject, follow_up)

    monkeypatch.setattr(Answer, "act", slow)
    with pytest.raises(SoftTimeLimitExceeded):
        run_due()
    assert begun == [rows[0].pk]
    assert sweep(frozen) == Counter({Ran.IN_ERROR: 1, Ran.DONE: 2})
    assert FollowUp.objects.all().in_error().get().last_error.startswith("SoftTimeLimitExceeded")


def test_inside_the_caller_s_transaction_nothing_is_left(due, dies, frozen):
    (row,) = due(1)
    dies(row)
    with pytest.raises(SystemExit):
        run_due(durable=False)
    assert not Attempt.objects.exists()


def test_who_is_away_is_in_error_no_more(frozen, day, acted):
    organisation = OrganisationFactory()
    row = start(Answer, organisation)
    frozen.move_to(day(25))
    begin([row])
    Absence.objects.create(organisation_id=organisation.pk, first_day=day(24).date(), last_day=day(27).date())
    assert sweep(frozen) == Counter({Ran.POSTPONED: 1})
    assert not FollowUp.objects.all().in_error().exists()


@pytest.mark.django_db(transaction=True)
def test_what_a_living_process_holds_is_left_to_it(due, frozen):
    (row,) = due(1)
    attempt = begin([row])
    held, released = threading.Event(), threading.Event()

    def work():
        with transaction.atomic():
            end(attempt)
            list(FollowUp.objects.filter(pk=row.pk).select_for_update())
            held.set()
            released.wait(10)
        connection.close()

    thread = threading.Thread(target=work)
    thread.start()
    held.wait(10)
    ran = sweep(frozen)
    released.set()
    thread.join()
    assert ran == Counter({Ran.LEFT: 1})
    row.refresh_from_db()
    assert (row.attempts, row.last_error) == (0, "")
