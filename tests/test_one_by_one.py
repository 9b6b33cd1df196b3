"""What is done for many, each apart."""

import pytest
from celery.exceptions import SoftTimeLimitExceeded

from mecenova.one_by_one import one_by_one


def raising(*these, error=ValueError):
    def act(item):
        if item in these:
            raise error(f"words of {item}")
        return item * 10

    return act


def test_those_that_raise_stop_no_other_and_are_named(caplog):
    assert one_by_one(raising(1, 3), [1, 2, 3, 4], what="file") == [20, 40]
    assert [record.getMessage().split(" raised")[0] for record in caplog.records] == [
        "The file 1",
        "The file 3",
    ]


def test_a_worker_about_to_be_stopped_begins_nothing_else():
    begun = []

    def act(item):
        begun.append(item)
        return raising(2, error=SoftTimeLimitExceeded)(item)

    with pytest.raises(SoftTimeLimitExceeded):
        one_by_one(act, [1, 2, 3], what="file")
    assert begun == [1, 2]
