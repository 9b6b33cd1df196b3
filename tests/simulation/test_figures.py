from datetime import UTC, date, datetime, timedelta

import pytest

from mecenova.simulation.figures import longest_silence, percentile, spread
from mecenova.simulation.network import draw
from mecenova.simulation.rules_2009 import Year2009

DAY = datetime(2027, 1, 4, tzinfo=UTC)
START = date(2027, 1, 4)


def days(*numbers: float) -> list[datetime]:
    return [DAY + timedelta(days=number) for number in numbers]


def test_a_silence_lasts_from_one_news_to_the_next_and_to_the_end():
    assert longest_silence(DAY, DAY + timedelta(days=100), days(10, 30)) == 70
    assert longest_silence(DAY, DAY + timedelta(days=40), days(10, 30)) == 20
    assert longest_silence(DAY, DAY + timedelta(days=40), []) == 40


def test_news_before_the_sign_up_or_after_the_departure_do_not_count():
    assert longest_silence(DAY, DAY + timedelta(days=40), days(-3, 45)) == 40


def test_a_pause_that_was_asked_for_is_no_silence():
    away = [(DAY + timedelta(days=10), DAY + timedelta(days=25))]
    assert longest_silence(DAY, DAY + timedelta(days=40), [], away) == 25


@pytest.mark.parametrize(
    ("numbers", "gini"), [([3, 3, 3, 3], 0), ([0, 0, 0, 8], 0.75), ([1, 3], 0.25), ([0, 0], 0), ([], 0)]
)
def test_inequality(numbers, gini):
    assert spread(numbers).gini == pytest.approx(gini)


def test_a_percentile_is_a_value_that_was_seen():
    assert percentile([1, 2, 3, 4], 0.95) == 4
    assert percentile([], 0.95) == 0


def test_the_same_seed_draws_the_same_people_and_another_seed_others():
    one = draw(associations=30, companies=9, days=90, seed=7, start=START)
    assert one == draw(associations=30, companies=9, days=90, seed=7, start=START)
    assert one != draw(associations=30, companies=9, days=90, seed=8, start=START)


def test_the_people_of_a_network_do_not_depend_on_how_many_companies_there_are():
    few = draw(associations=30, companies=9, days=90, seed=7, start=START)
    many = draw(associations=30, companies=20, days=90, seed=7, start=START)
    assert few.associations == many.associations
    assert few.companies == many.companies[:9]


def test_under_the_rules_of_2009_the_same_seed_lives_the_same_year():
    plan = draw(associations=200, companies=30, days=365, seed=1, start=START)
    one = Year2009(plan).live()
    assert one == Year2009(plan).live()
    # Nobody answers for those who say nothing, and the known get more known.
    assert one.requests.released == 0
    assert one.requests.silent > 0
    assert one.presentations.gini > 0.4
    assert one.silence_longest > 300
