"""Whose turn it is: what holds for any network, and the best choice on those small enough to try all."""

from datetime import date
from itertools import product

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.optimize import Bounds, LinearConstraint, milp

from matching.sharing import (
    Offers,
    admissible,
    cannot_wait,
    choose,
    choose_today,
    gini,
    open_places,
    servable,
)
from matching.sharing import choice as choice_module
from matching.sharing.choice import urgency

NOBODY = np.empty(0, np.int64)


def offers(pairs, *, one_need=True):
    """From (company, association, score), or with the need first."""
    rows = (
        [(company, company, association, score) for company, association, score in pairs]
        if one_need
        else pairs
    )
    columns = list(zip(*rows, strict=True)) or [(), (), (), ()]
    need, company, association = (np.array(column, np.int64) for column in columns[:3])
    return Offers(need, company, association, np.array(columns[3], float))


def value(found, given_offers, waiting):
    return float(np.sum(given_offers.score[found] + urgency(waiting)[given_offers.association[found]]))


@st.composite
def networks(draw, companies=4, associations=6, most_places=3):
    """Needs, pairs with ties, places often nil, waits often equal, some already presented today."""
    number, others = draw(st.integers(1, companies)), draw(st.integers(1, associations))
    owner = [company for company in range(number) for _ in range(draw(st.integers(1, 2)))]
    every = list(product(range(len(owner)), range(others)))
    pairs = draw(st.lists(st.sampled_from(every), unique=True, max_size=14))
    scores = draw(
        st.lists(st.sampled_from([0.0, 0.45, 0.5, 0.9, 1.0]), min_size=len(pairs), max_size=len(pairs))
    )
    rows = [(need, owner[need], one, score) for (need, one), score in zip(pairs, scores, strict=True)]
    return (
        offers(rows, one_need=False),
        np.array(draw(st.lists(st.integers(-1, most_places), min_size=number, max_size=number))),
        np.array(draw(st.lists(st.sampled_from([0, 0, 5, 90, 400]), min_size=others, max_size=others))),
        np.array(draw(st.lists(st.booleans(), min_size=others, max_size=others))),
    )


@settings(max_examples=60, deadline=None)
@given(networks())
def test_never_over_capacity_never_twice_and_no_place_left_that_somebody_could_take(network):
    given_offers, places, waiting, presented = network
    found = choose(given_offers, places, waiting, presented)
    spent = np.bincount(given_offers.company[found], minlength=len(places))
    shown = given_offers.association[found]
    assert (spent <= np.maximum(places, 0)).all()
    assert len(set(shown.tolist())) == len(shown)
    assert not presented[shown].any()
    free = ~presented & ~np.isin(np.arange(len(waiting)), shown)
    could = (spent[given_offers.company] < places[given_offers.company]) & free[given_offers.association]
    assert not could.any()


@settings(max_examples=25, deadline=None)
@given(networks())
def test_the_same_input_gives_the_same_choice_and_a_second_round_adds_nothing(network):
    given_offers, places, waiting, presented = network
    found = choose(given_offers, places, waiting, presented)
    assert found.tolist() == choose(given_offers, places, waiting, presented).tolist()
    after = presented.copy()
    after[given_offers.association[found]] = True
    left = np.maximum(places, 0) - np.bincount(given_offers.company[found], minlength=len(places))
    assert not len(choose(given_offers, left, waiting, after))


@settings(max_examples=40, deadline=None)
@given(networks(most_places=1))
def test_nothing_better_exists(network):
    """Of all choices that fill the most places, an integer programme finds none whose sum is greater."""
    given_offers, places, waiting, presented = network
    found = choose(given_offers, places, waiting, presented)
    if not len(given_offers):
        assert not len(found)
        return
    weight = given_offers.score + urgency(waiting)[given_offers.association]
    rows = [given_offers.company == each for each in range(len(places))]
    rows += [given_offers.association == each for each in range(len(waiting))]
    limits = np.concatenate([np.maximum(places, 0), ~presented])
    best = milp(
        -(1000 + weight),
        constraints=LinearConstraint(np.array(rows, float), -np.inf, limits),
        bounds=Bounds(0, 1),
        integrality=np.ones(len(given_offers)),
    )
    assert 1000 * len(found) + value(found, given_offers, waiting) == pytest.approx(-best.fun)


@settings(max_examples=30, deadline=None)
@given(st.lists(st.integers(0, 200), min_size=1, max_size=30), st.integers(0, 12))
def test_of_equal_scores_the_longest_waiting_pass_first(waits, places):
    given_offers = offers([(0, one, 0.6) for one in range(len(waits))])
    waiting = np.array(waits)
    found = choose(given_offers, np.array([places]), waiting, np.zeros(len(waits), bool))
    assert sorted(waiting[given_offers.association[found]]) == sorted(waits)[len(waits) - len(found) :]
    assert len(found) == min(places, len(waits))


def test_nobody_and_nothing():
    assert not len(choose(offers([]), NOBODY, NOBODY, NOBODY))
    one = offers([(0, 0, 0.9)])
    assert not len(choose(one, np.array([0]), np.array([100]), np.array([False])))
    assert not len(choose(one, np.array([3]), np.array([100]), np.array([True])))
    assert choose(one, np.array([3]), np.array([0]), np.array([False])).tolist() == [0]


def test_one_company_for_all_and_thousands_of_zeros():
    everybody = offers([(0, one, 0.0) for one in range(3000)])
    waiting = np.arange(3000)
    found = choose(everybody, np.array([500]), waiting, np.zeros(3000, bool))
    assert found.tolist() == list(range(2500, 3000))


def test_the_best_company_for_each_when_both_wait_as_long():
    """A greedy choice gives 0.9 + 0.1; the best is 0.8 + 0.8."""
    given_offers = offers([(0, 0, 0.9), (0, 1, 0.8), (1, 0, 0.8), (1, 1, 0.1)])
    found = choose(given_offers, np.array([1, 1]), np.array([30, 30]), np.zeros(2, bool))
    assert found.tolist() == [1, 2]


def test_who_has_one_door_only_is_not_passed_over_for_who_has_two():
    given_offers = offers([(0, 0, 0.9), (1, 0, 0.5), (0, 1, 0.5)])
    found = choose(given_offers, np.array([1, 1]), np.array([50, 0]), np.zeros(2, bool))
    assert found.tolist() == [1, 2]


def test_networks_that_do_not_touch_do_not_disturb_each_other():
    near, far = [(0, 0, 0.5), (0, 1, 0.9)], [(1, 2, 0.9), (1, 3, 0.5)]
    waiting, nobody = np.array([10, 10, 10, 80]), np.zeros(4, bool)
    alone = choose(offers(near), np.array([1, 1]), waiting, nobody)
    both = choose(offers(near + far), np.array([1, 1]), waiting, nobody)
    assert both.tolist() == [*alone.tolist(), 3]


def test_a_company_s_places_are_shared_between_its_needs():
    """The first need has the better pairs, the second its own share; alone, one need takes all."""
    first = [(0, 0, one, 0.9) for one in range(4)]
    second = [(1, 0, one, 0.5) for one in range(4, 8)]
    given_offers = offers(first + second, one_need=False)
    found = choose(given_offers, np.array([4]), np.zeros(8), np.zeros(8, bool))
    assert np.bincount(given_offers.need[found]).tolist() == [2, 2]
    found = choose(given_offers, np.array([3]), np.zeros(8), np.zeros(8, bool))
    assert np.bincount(given_offers.need[found]).tolist() == [2, 1]
    alone = offers(first, one_need=False)
    assert len(choose(alone, np.array([4]), np.zeros(8), np.zeros(8, bool))) == 4


def test_a_large_network_is_shared_in_turns_by_the_same_rules(monkeypatch):
    monkeypatch.setattr(choice_module, "AT_ONCE", 10)
    monkeypatch.setattr(choice_module, "IN_TURNS_OF", 5)
    chance = np.random.default_rng(4)
    company, association = np.repeat(np.arange(20), 15), chance.integers(0, 120, 300)
    given_offers = Offers(company, company, association, chance.random(300))
    waiting, places = chance.integers(0, 100, 120), chance.integers(0, 4, 20)
    found = choose(given_offers, places, waiting, np.zeros(120, bool))
    shown = given_offers.association[found]
    assert len(set(shown.tolist())) == len(shown)
    spent = np.bincount(company[found], minlength=20)
    assert (spent <= places).all()
    in_turns = value(found, given_offers, waiting)
    monkeypatch.undo()
    at_once = choose(given_offers, places, waiting, np.zeros(120, bool))
    assert len(found) >= 0.95 * len(at_once)
    assert in_turns >= 0.9 * value(at_once, given_offers, waiting)


def test_a_weak_pair_waits_until_nothing_better_has_come():
    score, worth = np.array([0.9, 0.4, 0.35, 0.34]), np.array([True, False, False, False])
    assert admissible(score, worth, np.array([0, 59, 60, 300])).tolist() == [True, False, True, False]


# The pace


@pytest.mark.parametrize(
    ("day", "opened"),
    [
        (1, [0, 1, 1, 1, 4]),
        (10, [0, 1, 1, 1, 4]),
        (11, [0, 1, 2, 2, 8]),
        (21, [0, 1, 2, 3, 12]),
        (31, [0, 1, 2, 3, 12]),
    ],
)
def test_a_month_opens_in_three(day, opened):
    capacity = np.array([0, 1, 2, 3, 12])
    assert open_places(capacity, capacity, date(2026, 12, day)).tolist() == opened


@pytest.mark.parametrize(
    ("day", "answers_for", "opened"),
    [
        (4, [6, 7, 3650], [12, 4, 4]),
        (10, [0, 1, 3650], [12, 4, 4]),
        (11, [9, 10, 3650], [12, 8, 8]),
        (21, [0, 1, 3650], [12, 12, 12]),
    ],
)
def test_places_that_the_next_opening_would_find_without_a_need_are_open(day, answers_for, opened):
    """A need answers on its last day too; a round of the 11th finds it then, and not the day after."""
    capacity = np.full(3, 12)
    today = date(2026, 12, day)
    assert open_places(capacity, capacity, today, np.array(answers_for)).tolist() == opened
    assert open_places(capacity, capacity - 5, today, np.array([0, 0, 0])).tolist() == [7, 7, 7]


def test_what_is_spent_is_spent_and_a_smaller_capacity_opens_nothing_more():
    today = date(2026, 12, 12)
    assert open_places(np.array([3, 3, 3]), np.array([3, 2, 1]), today).tolist() == [2, 1, 0]
    # Asked for directly by associations: more than was open, then the capacity was lowered.
    assert open_places(np.array([6, 1]), np.array([0, 0]), today).tolist() == [0, 0]


def test_who_cannot_wait_for_the_next_opening_takes_a_place_of_the_month():
    """Three places a month: on the 2nd one is open, and spent by who has waited longest."""
    waiting = np.array([120, 88, 87])
    given_offers = offers([(0, 0, 0.5), (0, 1, 0.5), (0, 2, 0.9)])
    early, nobody = cannot_wait(waiting), np.zeros(3, bool)
    assert early.tolist() == [True, True, False]
    found = choose_today(given_offers, np.array([1]), np.array([3]), waiting, early, nobody)
    assert given_offers.association[found].tolist() == [0, 1]
    # Nothing is left in the month: nobody is served from the next one.
    found = choose_today(given_offers, np.array([1]), np.array([1]), waiting, early, nobody)
    assert given_offers.association[found].tolist() == [0]


@settings(max_examples=40, deadline=None)
@given(networks(), st.integers(0, 3))
def test_early_places_are_of_the_month_and_take_nothing_from_those_open_today(network, closed):
    given_offers, places, waiting, presented = network
    left = np.maximum(places, 0) + closed
    early = cannot_wait(waiting)
    today = choose(given_offers, places, waiting, presented)
    found = choose_today(given_offers, places, left, waiting, early, presented)
    assert set(today) <= set(found)
    assert early[given_offers.association[np.setdiff1d(found, today)]].all()
    shown = given_offers.association[found]
    assert len(set(shown.tolist())) == len(shown)
    assert not presented[shown].any()
    assert (np.bincount(given_offers.company[found], minlength=len(left)) <= left).all()
    missed = ~np.isin(given_offers.association, shown) & early[given_offers.association]
    missed &= ~presented[given_offers.association]
    spent = np.bincount(given_offers.company[found], minlength=len(left))
    assert not (spent < left)[given_offers.company[missed]].any()


# What no method could do better than


def test_the_bound_says_how_many_and_for_whom_places_lack():
    company, association = np.array([0, 0, 0, 1]), np.array([0, 1, 2, 2])
    bound = servable(company, association, np.array([1, 5]), 4)
    assert (bound.served, bound.compatible) == (2, 3)
    assert bound.short.tolist() == [True, True, False, False]


@settings(max_examples=25, deadline=None)
@given(networks())
def test_no_choice_passes_the_bound(network):
    given_offers, places, waiting, _ = network
    places = np.maximum(places, 0)
    bound = servable(given_offers.company, given_offers.association, places, len(waiting))
    found = choose(given_offers, places, waiting, np.zeros(len(waiting), bool))
    assert len(found) <= bound.served <= bound.compatible
    assert bound.short.any() == (bound.served < bound.compatible)


def test_the_bound_of_nobody():
    bound = servable(NOBODY, NOBODY, np.array([3]), 2)
    assert (bound.served, bound.compatible, bound.short.any()) == (0, 0, False)


# The figures


def test_gini():
    assert gini(np.array([2, 2, 2])) == 0
    assert gini(np.array([0, 0, 0, 8])) == pytest.approx(0.75)
    assert gini(np.array([1, 3])) == pytest.approx(0.25)
    assert gini(np.array([0, 0])) is None
    assert gini(NOBODY) is None
