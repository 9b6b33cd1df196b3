from datetime import timedelta

import pytest

from mecenova.agenda.operations import start
from mecenova.agenda.tasks import run_due_follow_ups
from mecenova.calendar import clock
from tests.agenda.rules_for_tests import Answer, AtOnce

pytestmark = pytest.mark.django_db


def test_runs_what_is_due_and_twice_is_once(subject, acted):
    start(AtOnce, subject)
    run_due_follow_ups()
    run_due_follow_ups()
    assert acted == [("tests.at_once", 0)]


@pytest.mark.parametrize("error", [timedelta(days=30), timedelta(minutes=-6)])
def test_a_worker_whose_clock_is_wrong_does_nothing(subject, acted, caplog, error):
    start(Answer, subject, since=clock.now() - timedelta(days=20))
    with clock.frozen(clock.now() + error):
        run_due_follow_ups()
    assert acted == []
    assert "Sweep refused" in caplog.text
    run_due_follow_ups()
    assert acted == [("tests.answer", 2)]
