"""The promises month by month, as everybody and as the team read them: told by the first, with its nights."""

from datetime import UTC, date, datetime, time

import pytest

from mecenova.agenda.models import SilenceCheck
from mecenova.pages.observatory import kept
from mecenova.pages.observatory.kept import HEIGHT, SMALLEST, files, last_night, months_before, said
from mecenova.pages.observatory.wording import HIDDEN, NOTHING

pytestmark = pytest.mark.django_db
TODAY = date(2026, 11, 23)


def night(day, subjects, violations=0):
    at = datetime.combine(day, time(1), tzinfo=UTC)
    return SilenceCheck.objects.create(at=at, subjects=subjects, violations=violations)


def first_promise(*, whole):
    return kept.told(kept.read(TODAY), whole=whole)[0]


def told(*, whole):
    """The months in which anything came due, from the oldest; the year."""
    shown = first_promise(whole=whole)
    months = [said(month.count) for month in shown.months if month.count.settled or month.count.is_hidden]
    return months, said(shown.year)


def test_the_last_twelve_months_end_with_this_one():
    firsts = months_before(date(2027, 1, 31))
    assert (firsts[0], firsts[-2], firsts[-1], len(firsts)) == (
        date(2026, 2, 1),
        date(2026, 12, 1),
        date(2027, 1, 1),
        12,
    )
    assert months_before(date(2026, 12, 1))[0] == date(2026, 1, 1)


def test_a_month_is_this_one_and_a_year_its_twelve_months():
    night(date(2025, 11, 30), 100)
    night(date(2025, 12, 1), 10, 2)
    night(date(2026, 11, 2), 30, 6)
    shown = first_promise(whole=False)
    assert (said(shown.month), said(shown.year)) == (("24", "6"), ("32", "8"))


@pytest.mark.parametrize(
    ("nights", "months", "year"),
    [
        ({1: 4}, [(HIDDEN, HIDDEN)], (HIDDEN, HIDDEN)),
        ({1: 5}, [("5", "0")], ("5", "0")),
        # Who knows the year and all months but one knows that one.
        ({1: 4, 2: 6}, [(HIDDEN, HIDDEN), (HIDDEN, HIDDEN)], ("10", "0")),
        ({1: 4, 2: 6, 3: 7}, [(HIDDEN, HIDDEN), (HIDDEN, HIDDEN), ("7", "0")], ("17", "0")),
        ({1: 5, 2: 5}, [("5", "0"), ("5", "0")], ("10", "0")),
    ],
)
def test_fewer_than_five_are_hidden_from_everybody_but_the_team(nights, months, year):
    for month, subjects in nights.items():
        night(date(2026, month, 10), subjects)
    assert told(whole=False) == (months, year)
    everything = [(str(subjects), "0") for subjects in nights.values()]
    assert told(whole=True) == (everything, (str(sum(nights.values())), "0"))


def test_what_was_broken_among_five_is_told_to_everybody():
    night(date(2026, 3, 10), 5, 1)
    assert told(whole=False) == ([("4", "1")], ("4", "1"))


def test_a_month_in_which_nothing_came_due_is_no_secret():
    night(date(2026, 3, 10), 5)
    shown = first_promise(whole=False)
    assert said(shown.month) == (NOTHING, NOTHING)
    assert {said(month.count) for month in shown.months} == {(NOTHING, NOTHING), ("5", "0")}


@pytest.mark.parametrize(
    ("kept", "broken"), [(10, 0), (0, 10), (20, 20), (30, 10), (10, 30), (999, 1), (1, 63), (1, 999)]
)
def test_a_column_fills_its_frame_and_each_part_of_it_is_seen(kept, broken):
    night(date(2026, 11, 10), kept + broken, broken)
    column = first_promise(whole=True).months[-1]
    parts = [(column.broken_y, column.broken_height)] * bool(broken)
    parts += [(column.kept_y, column.kept_height)] * bool(kept)
    assert (parts[0][0], sum(parts[-1])) == (0, HEIGHT)
    assert all(height >= SMALLEST for _, height in parts)
    if kept and broken:
        # The broken part stands on the kept one, a line between the two, and is as much of the whole.
        assert column.kept_y - sum(parts[0]) == 1
        assert column.broken_height / HEIGHT == pytest.approx(broken / (kept + broken), abs=0.12)
    else:
        assert (column.kept_height > 0, column.broken_height > 0) == (kept > 0, broken > 0)


def test_the_files_say_the_same_numbers_and_hide_the_same():
    night(date(2026, 11, 10), 12, 2)
    night(date(2026, 10, 10), 4)
    whole, months = files(kept.told(kept.read(TODAY), whole=True))
    assert whole.lines[0].values == (10, 2, 14, 2)
    assert [line.values for line in months.lines[10:12]] == [("2026-10", 4, 0), ("2026-11", 10, 2)]
    whole, months = files(kept.told(kept.read(TODAY), whole=False))
    assert [line.values for line in months.lines[10:12]] == [
        ("2026-10", HIDDEN, HIDDEN),
        ("2026-11", HIDDEN, HIDDEN),
    ]
    assert whole.lines[0].values == (HIDDEN, HIDDEN, 14, 2)


def test_the_last_night_is_the_last_one():
    assert last_night() is None
    night(date(2026, 11, 22), 40, 3)
    night(date(2026, 11, 23), 41, 0)
    night(date(2026, 11, 21), 39, 9)
    assert (last_night().subjects, last_night().without) == (41, 0)
