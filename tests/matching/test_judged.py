"""The judged set keeps its word: sizes, parts, grades of pairs drawn, no names; and its measures tell."""

import math
import re
from collections import Counter

import pytest

from bench._measures import interval, kappa, ndcg, precision, recall
from tests.matching.judged.draw import parts_of
from tests.matching.judged.judgements import HELD_BACK, TUNING, grades, judged_needs, judged_rows
from tests.matching.judged.register import row_key


def test_the_set_is_as_large_as_promised_and_half_of_it_is_held_back():
    needs, rows, given = judged_needs(), {row.key: row for row in judged_rows()}, grades()
    assert len(needs) >= 25
    assert [part for _, part in needs] == parts_of(len(needs))
    assert Counter(part for _, part in needs) == {TUNING: 14, HELD_BACK: 14}
    assert len(given) >= 600
    assert sum(len(rows[row].purpose) >= 25 for _, row in given) >= 400
    assert set(given.values()) == {0, 1, 2, 3}
    assert {need for need, _ in given} == {need.key for need, _ in needs}


def test_the_second_reading_is_of_pairs_of_the_first():
    second = grades("second.csv")
    assert len(second) == 150
    assert set(second) <= set(grades())


def test_rows_carry_a_hash_and_no_name():
    assert all(re.fullmatch(r"[0-9a-f]{16}", row.key) and not row.name for row in judged_rows())
    assert (
        row_key("Les Amis", "75011", "Lire")
        == row_key("LES AMIS", "75011", "Lire")
        != row_key("Les Amis", "", "Lire")
    )


def test_measures_read_judged_pairs_in_their_order():
    given = {"a": 3, "b": 0, "c": 2}
    assert ndcg(["a", "c", "b"], given, 10) == 1.0
    assert ndcg(["x", "a", "y", "c"], given, 10) == 1.0
    assert ndcg(["b", "c", "a"], given, 10) < ndcg(["c", "a", "b"], given, 10) < 1.0
    assert ndcg([], given, 10) == 0.0
    assert precision(["a", "x", "b"], given, 2) == 0.5
    assert recall(["x", "a", "c"], given, 2) == 0.5


def test_agreement_is_1_when_equal_0_by_chance_and_lenient_with_neighbours_when_weighted():
    assert kappa([(0, 0), (3, 3)], quadratic=False) == 1.0
    assert kappa([(0, 0), (0, 3), (3, 0), (3, 3)], quadratic=False) == pytest.approx(0.0)
    near = [(0, 0), (0, 1), (3, 2), (3, 3)]
    assert kappa(near, quadratic=True) > kappa(near, quadratic=False)


def test_the_interval_holds_the_mean_and_is_the_same_each_time():
    gains = [0.1, 0.2, 0.4, -0.1, 0.3]
    low, high = interval(gains)
    assert low < math.fsum(gains) / len(gains) < high
    assert interval(gains) == (low, high)
