"""Which names may be one organisation, which may not, and that ten thousand are looked at in bounded time."""

import random
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mecenova.identifiers.likeness import LEAST, MOST_SHARING, likely_pairs, likeness, shared_place
from mecenova.identifiers.names import name_key

ALIKE = [
    ("Association Les Amis du Jardin", "Amis du jardin", ""),
    ("Les Jardins partagés de Lyon", "Jardins partages", "lyon"),
    ("Secours des lampes", "Secour des lampes", ""),
    ("Théâtre de la Lanterne", "Lanterne théâtre", ""),
    ("Maison des jeunes et de la culture", "Maison de la culture et des jeunes", ""),
    ("L’Abri-Côtier du Ponant", "Abri Cotier du Ponent", ""),
    ("Compagnie du Réverbère", "Compagnie du Reverbère (loi 1901)", ""),
]
APART = [
    ("Amicale laïque de Montbard", "Amicale laïque de Semur", ""),
    ("Section 12 des anciens", "Section 13 des anciens", ""),
    ("Club de voile", "Club de vol à voile", ""),
    ("Les Lampes", "Les Jardins", ""),
    ("Comité des fêtes de Saint Paul", "Comité des fêtes de Saint Pierre", ""),
    ("Croix des lampes", "Croix des jardins", ""),
    ("École des parents", "École des enfants", ""),
]


@pytest.mark.parametrize(("one", "other", "towns"), ALIKE)
def test_alike(one, other, towns):
    assert likeness(name_key(one), name_key(other), towns.split()) >= LEAST


@pytest.mark.parametrize(("one", "other", "towns"), APART)
def test_apart(one, other, towns):
    assert likeness(name_key(one), name_key(other), towns.split()) == 0


@pytest.mark.parametrize(
    ("one", "other", "score"),
    [
        # The whole names, once each word is: 85.7 and 84.6.
        ("Colibri", "Colibre", LEAST),
        ("Saltimbanques", "Saltinbanquas", 0),
        # One word beside its like: 83.3 and 81.8; five letters and four.
        ("Secours du relais", "Secours du relait", 94),
        ("Foyer des hirondelles", "Foyer des hérondelies", 0),
        ("Maison du phare", "Maison du phares", 97),
        ("Maison du phar", "Maison du phare", 0),
        # A name that only adds words: 90 and 89.5.
        ("Secours des lampes", "Secours des lampes Est", LEAST + 4),
        ("Maison des jeunes et de la culture", "Maison des jeunes et de la culture seniors", 0),
        # Words written as one, in whatever order they come: 92.3 and 91.7.
        ("Trans-Pyrénées", "Transpyrinées", LEAST + 5),
        ("Contre-Pointe", "Contrepoints", 0),
        ("Trans-Pyrénées", "Transpyrénées", 99),
        ("Porte-Voix", "Portevoix", 99),
    ],
)
def test_each_threshold_has_a_pair_on_each_side(one, other, score):
    assert likeness(name_key(one), name_key(other)) == likeness(name_key(other), name_key(one)) == score


@given(st.text(max_size=40), st.text(max_size=40))
def test_likeness_has_no_side_and_bounds(one, other):
    one, other = name_key(one), name_key(other)
    score = likeness(one, other)
    assert score == likeness(other, one)
    assert score == 0 or LEAST <= score <= 100
    assert likeness(one, one) == 100


def test_a_figure_is_never_mistyped():
    """The club of one year is not that of the next, nor the section of one town hall that of another."""
    assert likeness("club rugby2023 lille", "club rugby2024 lille") == 0
    assert likeness("club rugbyman lille", "club rugbymen lille") >= LEAST


def test_a_name_of_small_words_alone_is_read_whole():
    assert likeness("fondation de france", "fondation france") >= LEAST
    assert likeness("fondation de france", "groupe de france") == 0


@pytest.mark.parametrize(("sharing", "is_found"), [(MOST_SHARING, True), (MOST_SHARING + 1, False)])
def test_a_word_of_too_many_names_is_no_reason_to_compare_them(sharing, is_found):
    others = {number: f"lumiere {number}" for number in range(sharing - 2)}
    found = likely_pairs({**others, "one": "lumiere des", "other": "lumiere du"}, {})
    assert (("one", "other") in {pair[:2] for pair in found}) == is_found


def test_but_the_same_name_is_found_however_many_bear_it():
    names = dict.fromkeys(range(MOST_SHARING + 2), "jardins partages")
    number = len(names)
    assert sum(score == 100 for *_, score in likely_pairs(names, {})) == number * (number - 1) // 2


def test_a_town_is_ignored_only_where_both_are():
    assert shared_place("lyon", "lyon") == shared_place("lyon", "") == {"lyon"}
    assert shared_place("lyon", "bron") == shared_place("", "") == set()
    names = {1: "jumelage lyon", 2: "jumelage bron", 3: "jumelage"}
    towns = {1: "lyon", 2: "bron", 3: "lyon"}
    assert [(one, other) for one, other, _ in likely_pairs(names, towns)] == [(1, 3)]


def test_ten_thousand_names_of_one_place_are_no_hundred_million_pairs():
    random.seed(1)
    words = [
        f"{a}{b}{c}" for a in ("lam", "jar", "reve", "pon") for b in "aeiou" for c in ("tte", "din", "re")
    ]
    names = {
        number: name_key(f"association {' '.join(random.sample(words, 3))} du quartier {number % 977}")
        for number in range(10_000)
    }
    names |= {-1: names[17], -2: names[18]}
    started = time.process_time()
    found = list(likely_pairs(names, {}))
    assert time.process_time() - started < 20
    assert {(17, -1), (18, -2)} <= {(one, other) for one, other, _ in found}
    assert len({frozenset((one, other)) for one, other, _ in found}) == len(found)
