from datetime import UTC, datetime, time, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mecenova.calendar.clock import PARIS, paris
from mecenova.calendar.quiet_hours import is_quiet, next_sending_time
from mecenova.calendar.working_days import is_public_holiday

moments = st.integers(min_value=1_230_768_000, max_value=4_099_680_000).map(
    lambda seconds: datetime.fromtimestamp(seconds, UTC)  # 2009 to 2099
)


def in_paris(*parts: int) -> datetime:
    return datetime(*parts, tzinfo=PARIS)  # type: ignore[arg-type, misc]


@pytest.mark.parametrize(
    "moment",
    [
        in_paris(2026, 11, 23, 8),
        in_paris(2026, 11, 23, 19, 59, 59),
        in_paris(2026, 11, 28, 12),  # a Saturday
        in_paris(2026, 8, 12, 12),  # August: mails may leave, clocks of answers do not run
    ],
)
def test_a_mail_leaves_now(moment: datetime) -> None:
    assert not is_quiet(moment)
    assert next_sending_time(moment) == moment


@pytest.mark.parametrize(
    ("moment", "leaves"),
    [
        (in_paris(2026, 11, 23, 7, 59, 59), in_paris(2026, 11, 23, 8)),
        (in_paris(2026, 11, 23, 20), in_paris(2026, 11, 24, 8)),
        (in_paris(2026, 11, 24, 0), in_paris(2026, 11, 24, 8)),
        (in_paris(2026, 11, 28, 20), in_paris(2026, 11, 30, 8)),
        (in_paris(2026, 11, 29, 12), in_paris(2026, 11, 30, 8)),
        (in_paris(2026, 11, 11, 10), in_paris(2026, 11, 12, 8)),
        # Easter: the Saturday evening waits until Tuesday.
        (in_paris(2027, 3, 27, 21), in_paris(2027, 3, 30, 8)),
        # Christmas 2026 is a Friday, the Saturday after is open.
        (in_paris(2026, 12, 24, 22), in_paris(2026, 12, 26, 8)),
        # The night of each clock change.
        (in_paris(2026, 10, 24, 23), in_paris(2026, 10, 26, 8)),
        (in_paris(2027, 3, 26, 23), in_paris(2027, 3, 27, 8)),
    ],
)
def test_a_mail_waits_for_the_morning(moment: datetime, leaves: datetime) -> None:
    assert is_quiet(moment)
    assert next_sending_time(moment) == leaves


def test_eight_in_paris_after_each_clock_change() -> None:
    assert next_sending_time(in_paris(2026, 10, 25, 12)) == datetime(2026, 10, 26, 7, tzinfo=UTC)
    assert next_sending_time(in_paris(2027, 3, 28, 12)) == datetime(2027, 3, 30, 6, tzinfo=UTC)


@given(moments)
def test_never_earlier_never_quiet_never_far(moment: datetime) -> None:
    leaves = next_sending_time(moment)
    local = paris(leaves)
    assert leaves >= moment
    assert leaves - moment <= timedelta(days=4)
    assert time(8) <= local.time() < time(20)
    assert local.weekday() != 6
    assert not is_public_holiday(local.date())
    assert next_sending_time(leaves) == leaves


@given(moments, moments)
def test_order_is_kept(one: datetime, other: datetime) -> None:
    early, late = sorted((one, other))
    assert next_sending_time(early) <= next_sending_time(late)
