"""A smaller year, over several seeds: whatever is drawn, what is promised is kept, every night."""

from datetime import date

import pytest
from django.db import transaction

from mecenova.agenda.models import FollowUp, SilenceCheck
from mecenova.mail.models import OutgoingMail
from mecenova.simulation.network import draw
from mecenova.simulation.reading import figures_of
from mecenova.simulation.report import told
from mecenova.simulation.rules_2009 import Year2009
from mecenova.simulation.year import Year
from mecenova.workflow.models import TransitionRecord

DAYS = 50


def plan_of(seed: int, start: date):
    return draw(associations=16, companies=6, days=DAYS, seed=seed, start=start)


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("seed", "start"),
    # An ordinary winter, the August pause, and the end of a year.
    [(1, date(2027, 1, 4)), (2, date(2027, 7, 5)), (3, date(2026, 11, 30))],
)
def test_no_promise_is_broken_and_nobody_is_without_a_next_step(settings, seed, start):
    settings.VIRTUAL_CLOCK = True
    plan = plan_of(seed, start)
    year = Year(plan).live()
    figures = figures_of(year)
    assert year.nights_without_step == []
    assert {promise.number: promise.broken for promise in figures.promises if promise.number != 4} == {
        1: 0, 2: 0, 3: 0, 5: 0, 6: 0,
    }  # fmt: skip
    assert figures.broken == 0
    assert SilenceCheck.objects.count() >= DAYS - 1
    assert not FollowUp.objects.exclude(last_error="").exists()
    assert OutgoingMail.objects.sent().count() > len(plan.associations)
    assert figures.requests.silent == 0
    lines = list(told(figures, Year2009(plan).live()))
    assert len(lines) > 25


@pytest.mark.django_db
def test_the_same_seed_lives_the_same_days(settings):
    settings.VIRTUAL_CLOCK = True
    plan = draw(associations=6, companies=2, days=14, seed=1, start=date(2027, 1, 4))

    def lived() -> list[tuple]:
        before = transaction.savepoint()
        Year(plan).live()
        mails = OutgoingMail.objects.order_by("sent_at", "key").values_list("key", "sent_at", "status")
        steps = FollowUp.objects.order_by("pk").values_list("pk", "rule", "subject_id", "due_at", "outcome")
        journal = TransitionRecord.objects.order_by("at", "pk").values_list("verb", "subject_id", "at", "by")
        found = [*mails, *steps, *journal]
        transaction.savepoint_rollback(before)
        return found

    first = lived()
    assert {"associations.finish_project", "companies.publish_need"} & {row[1] for row in first}
    assert lived() == first
