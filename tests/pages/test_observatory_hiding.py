"""Whatever is published, nothing about fewer than five can be read, nor computed by subtraction."""

from itertools import combinations, permutations, product

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mecenova.pages.observatory.hiding import FEWEST, Wider, is_clear, is_large, left_out, shown

counts = st.integers(0, 12)
groups = st.dictionaries(st.text("abcdefgh", min_size=1, max_size=2), counts.map(lambda n: (n,)), max_size=8)
shares = st.dictionaries(
    st.text("abcdefgh", min_size=1, max_size=2),
    st.tuples(counts, counts).map(lambda pair: (sum(pair), pair[0], pair[1])),
    max_size=8,
)


def added(several, length):
    return tuple(sum(each[position] for each in several) for position in range(length))


@given(groups)
def test_no_part_of_a_total_is_about_a_handful(parts):
    total = added(parts.values(), 1)
    visible = shown(total, parts)
    for size in range(len(visible) + 1):
        for some in combinations(sorted(visible), size):
            (rest,) = (total[0] - sum(parts[key][0] for key in some),)
            assert rest == 0 or rest >= FEWEST or not visible
    assert all(parts[key][0] >= FEWEST for key in visible)


@given(shares)
def test_no_share_tells_of_a_handful(parts):
    total = added(parts.values(), 3)
    visible = shown(total, parts)
    for key in visible:
        assert is_large(parts[key])
    rest = [total[position] - sum(parts[key][position] for key in visible) for position in range(3)]
    assert not visible or is_clear(rest)


@given(groups, st.integers(0, 30))
def test_overlapping_groups_leave_no_handful_out(parts, alone):
    total = (max([alone, *(part[0] for part in parts.values())]),)
    visible = shown(total, parts, overlap=True)
    for key in visible:
        left = total[0] - parts[key][0]
        assert left == 0 or left >= FEWEST


@given(groups, st.integers(0, 30))
def test_overlapping_groups_do_not_tell_how_few_are_in_two(parts, alone):
    total = (max([alone, *(part[0] for part in parts.values())]),)
    visible = shown(total, parts, overlap=True)
    beyond = sum(parts[key][0] for key in visible) - total[0]
    assert beyond <= 0 or beyond >= FEWEST


def test_two_causes_of_everybody_do_not_tell_of_the_two_who_have_both():
    assert shown((10,), {"sport": (6,), "culture": (6,)}, overlap=True) == set()


@given(groups)
def test_hiding_twice_is_hiding_once(parts):
    total = added(parts.values(), 1)
    visible = shown(total, parts)
    assert visible == shown(total, parts)
    assert visible <= set(parts)


def test_one_small_group_takes_another_with_it():
    assert shown((23,), {"nord": (12,), "paris": (8,), "lozere": (3,)}) == {"nord"}


def test_two_small_groups_that_make_five_hide_each_other():
    assert shown((18,), {"nord": (12,), "ariege": (2,), "lozere": (4,)}) == {"nord"}


def test_nothing_of_a_small_total_is_shown():
    assert shown((4,), {"nord": (4,)}) == set()


@given(shares | groups, st.booleans())
def test_nor_of_one_of_which_a_part_is_small(parts, overlap):
    """Whatever is shown of it would tell: each of its counts is nought or large where anything is."""
    total = added(parts.values(), len(next(iter(parts.values()), (0,))))
    assert is_large(total) or not shown(total, parts, overlap=overlap)


@pytest.mark.parametrize("names", list(permutations(("ariege", "lozere", "nord"))))
def test_of_two_as_small_the_same_one_is_hidden_every_time(names):
    """Computed again by another process, the other one of the two shown would tell both, and the third."""
    sizes = {"ariege": 5, "lozere": 5, "nord": 3}
    for prefix in map(str, range(20)):
        drawn = {f"{prefix}{name}": (sizes[name],) for name in names}
        assert shown((13,), drawn) == {f"{prefix}lozere"}


def test_what_is_hidden_of_groups_that_overlap_is_no_handful_taken_together():
    assert shown((20,), {"sport": (12,), "culture": (8,), "sante": (5,)}, overlap=True) == {
        "sport",
        "culture",
        "sante",
    }
    assert shown((20,), {"sport": (12,), "culture": (8,), "sante": (3,)}, overlap=True) == {"sport"}


@pytest.mark.parametrize(("sante", "seen"), [(5, {"sport", "culture"}), (3, set())])
def test_nor_is_a_group_that_the_wider_table_has_alone(sante, seen):
    """Eight are left out, all of sport; some of them of sante too, of which the narrower table has nobody."""
    wider = Wider(28, {"sport": 20, "culture": 8, "sante": sante}, {"sport", "culture"})
    assert shown((20,), {"sport": (12,), "culture": (8,)}, overlap=True, within=wider) == seen


def test_five_are_enough_to_be_shown():
    assert shown((10,), {"nord": (5,), "paris": (5,)}) == {"nord", "paris"}


def test_a_share_of_three_in_twenty_is_hidden():
    assert shown((40, 23, 17), {"a": (20, 3, 17), "b": (20, 20, 0)}) == set()


PLACES = ("nord", "paris", "rhone")


def all_that_is_computed(wide, narrow, seen, seen_within):
    """Every group of people that adding and subtracting published numbers gives, and how many they are.

    People are told apart by their place, and by whether the narrower table counts them too.
    """
    cells = [*((place, True) for place in PLACES), *((place, False) for place in PLACES)]
    number = {cell: narrow[cell[0]] if cell[1] else wide[cell[0]] - narrow[cell[0]] for cell in cells}
    published = [set(cells), {cell for cell in cells if cell[1]}] if seen_within else [set(cells)]
    published += [{cell for cell in cells if cell[0] == place} for place in seen]
    published += [{(place, True)} for place in seen_within]
    for signs in product((-1, 0, 1), repeat=len(published)):
        sums = [
            sum(sign for sign, group in zip(signs, published, strict=True) if cell in group) for cell in cells
        ]
        if set(sums) <= {0, 1}:
            yield sum(number[cell] for cell, taken in zip(cells, sums, strict=True) if taken)


@settings(deadline=None)
@given(st.tuples(*[st.tuples(counts, counts)] * len(PLACES)))
def test_nor_does_a_table_within_another(drawn):
    narrow = {place: less for place, (less, _) in zip(PLACES, drawn, strict=True)}
    wide = {place: less + more for place, (less, more) in zip(PLACES, drawn, strict=True)}
    everybody, some = sum(wide.values()), sum(narrow.values())
    seen = shown((everybody,), {place: (number,) for place, number in wide.items()})
    wider = Wider(everybody, wide, seen)
    seen_within = shown((some,), {place: (number,) for place, number in narrow.items()}, within=wider)
    if not seen:
        assert not seen_within
        return
    assert all(is_clear((each,)) for each in all_that_is_computed(wide, narrow, seen, seen_within))


def test_a_place_is_hidden_from_the_narrower_table_for_the_one_it_leaves_out():
    wide = {"nord": 12, "paris": 9}
    assert shown((20,), {"nord": (12,), "paris": (8,)}, within=Wider(21, wide, set(wide))) == set()
    assert shown((21,), {"nord": (12,), "paris": (9,)}, within=Wider(21, wide, set(wide))) == set(wide)
    assert shown((21,), {"nord": (12,), "paris": (9,)}, within=Wider(21, wide, {"nord"})) == {"nord"}
    assert left_out((6, 6, 0), 11) == [6, 6, 0, 5]
