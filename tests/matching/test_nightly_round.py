"""The full round of each night: it waits for a small one, and a night without it is made up for, and seen."""

import threading
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta

import pytest
from django.db import connection, connections, transaction
from django.urls import reverse

from matching import tasks
from matching.enums import RoundScope
from matching.models import Round, RoundBatch, Suggestion
from matching.operations import RoundInProgress, run_round
from matching.operations.rounds import ONE_ROUND
from mecenova.calendar import clock
from mecenova.locks import NUMBER_OF_NAME, hold_within
from tests.accounts.factories import StaffFactory
from tests.associations.factories import AssociationFactory
from tests.companies.factories import NeedFactory
from tests.matching.factories import RoundFactory
from tests.threads import Pause, second_during_first

together = pytest.mark.django_db(transaction=True)
NIGHT = datetime(2026, 11, 24, 1, 30, tzinfo=UTC)


@contextmanager
def another_round():
    """It runs on a connection of its own."""
    other = connections.create_connection("default")
    try:
        with other.cursor() as cursor:
            cursor.execute(f"SELECT pg_advisory_lock({NUMBER_OF_NAME})", [ONE_ROUND])
        yield
    finally:
        other.close()


class StoppedRound(Pause):
    """A small round that holds its lock until it is told to go on, and finds nothing to do."""

    def __init__(self):
        self.reached, self.go = threading.Event(), threading.Event()

    def __call__(self):
        with transaction.atomic():
            run_round(scope=RoundScope.CHANGED)
            self.reached.set()
            self.go.wait(20)


@pytest.fixture
def pair(transactional_db):
    AssociationFactory(complete=True)
    return NeedFactory(published=True, territories=["59"])


@pytest.fixture
def at_night(db):
    with clock.frozen(NIGHT) as now:
        yield now


@pytest.fixture
def woken(monkeypatch):
    """What the broker was told."""
    told = []
    monkeypatch.setattr(tasks, "send_quickly", told.append)
    return told


@together
def test_a_round_that_somebody_asks_for_says_that_another_is_running(pair):
    with another_round(), pytest.raises(RoundInProgress, match="déjà en cours"):
        run_round()
    assert not Round.objects.exists()


@together
@pytest.mark.parametrize("in_batches", [False, True])
def test_it_waits_for_a_small_round_to_end(pair, in_batches, woken, monkeypatch):
    monkeypatch.setattr(tasks, "needs_batches", lambda: in_batches)
    running = StoppedRound()
    assert second_during_first(running, running, tasks.run_nightly_round) == []
    assert Round.objects.get().scope == RoundScope.FULL
    assert RoundBatch.objects.exists() == in_batches
    assert Suggestion.objects.exists() != in_batches


@together
def test_it_does_not_wait_for_ever(pair, monkeypatch, caplog):
    monkeypatch.setattr(tasks, "PATIENCE", timedelta(milliseconds=50))
    with another_round():
        tasks.run_nightly_round()
    assert not Round.objects.exists()
    assert "Full round not run" in caplog.text


@together
def test_what_it_waits_for_next_is_bounded_as_before():
    def said():
        with connection.cursor() as cursor:
            cursor.execute("SHOW lock_timeout")
            return cursor.fetchone()

    before = said()
    with transaction.atomic():
        assert hold_within("tests.patience", timedelta(seconds=1))
        assert said() == before


def test_a_night_lost_to_an_error_is_made_up_for_by_a_small_round(db, monkeypatch, woken):
    NeedFactory(published=True, territories=["59"])
    AssociationFactory(complete=True)
    last = RoundFactory()

    def since_the_last(duration):
        moment = clock.now() - duration
        Round.objects.filter(pk=last.pk).update(started_at=moment, finished_at=moment)

    since_the_last(timedelta(days=1))
    with monkeypatch.context() as broken:
        broken.setattr("matching.operations.rounds._send_digests", lambda: 1 / 0)
        with pytest.raises(ZeroDivisionError):
            tasks.run_nightly_round()
    tasks.run_small_round()
    assert woken == []
    since_the_last(timedelta(hours=26, minutes=1))
    tasks.run_small_round()
    assert woken == [tasks.run_nightly_round]
    woken.pop()()
    assert Round.objects.exclude(pk=last.pk).get(scope=RoundScope.FULL).finished_at
    tasks.run_small_round()
    assert woken == []
    assert Suggestion.objects.count() == 1


@pytest.mark.parametrize(
    ("rounds", "is_missing"),
    [
        ([], False),
        ([(RoundScope.CHANGED, 25)], False),
        ([(RoundScope.CHANGED, 27)], True),
        ([(RoundScope.FULL, 25)], False),
        ([(RoundScope.FULL, 27), (RoundScope.CHANGED, 1)], True),
        ([(RoundScope.FULL, 27), (RoundScope.FULL, 3)], False),
    ],
)
def test_a_site_that_has_just_begun_misses_nothing_yet(at_night, rounds, is_missing):
    for scope, hours in rounds:
        moment = NIGHT - timedelta(hours=hours)
        RoundFactory(scope=scope, started_at=moment, finished_at=moment)
    assert Round.objects.all().is_full_one_missing() == is_missing


def test_one_that_never_ended_does_not_count(at_night):
    RoundFactory(started_at=NIGHT - timedelta(hours=27), finished_at=None)
    RoundFactory(started_at=NIGHT - timedelta(hours=1), finished_at=None)
    assert Round.objects.all().is_full_one_missing()


@pytest.mark.parametrize("hours", [25, 27])
def test_the_team_sees_that_one_is_missing(at_night, client, hours):
    moment = NIGHT - timedelta(hours=hours)
    RoundFactory(started_at=moment, finished_at=moment)
    client.force_login(StaffFactory())
    page = client.get(reverse("pages:control_tower")).text
    assert ("La recherche de la nuit" in page) == (hours == 27)


def test_on_a_virtual_clock_a_large_round_is_done_at_that_moment(at_night, monkeypatch, settings, woken):
    """A preview and an invented year have no worker to wake."""
    settings.VIRTUAL_CLOCK = True
    monkeypatch.setattr("matching.operations.batches.NEEDS_AT_ONCE", 1)
    monkeypatch.setattr("matching.operations.batches.NEEDS_OF_A_BATCH", 1)
    NeedFactory.create_batch(2, published=True, territories=["59"])
    AssociationFactory(complete=True)
    tasks.run_nightly_round()
    assert woken == []
    assert Round.objects.get().finished_at == NIGHT
    assert not RoundBatch.objects.exists()
