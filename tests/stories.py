"""What Hypothesis's state machines share: a story leaves nothing behind, and is told again as it was.

Rows undone, the clock given back, even when an act fails; keys drawn in order, so that what is chosen by its
place among rows of one moment is chosen again when the story is told a second time.
"""

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from datetime import UTC, datetime
from random import Random

from django.db import transaction
from hypothesis.stateful import RuleBasedStateMachine

from mecenova.calendar import clock
from mecenova.simulation.keys import drawn_keys


@contextmanager
def undone() -> Iterator[None]:
    """Whatever is written inside is taken back at the end, even in a transaction that an error has broken.

    By a mark to go back to rather than a block: the agenda begins transactions that bear no other around.
    """
    before = transaction.savepoint()
    try:
        yield
    finally:
        transaction.set_rollback(False)
        transaction.savepoint_rollback(before)


class Story(RuleBasedStateMachine):
    """It begins on the morning of Monday, 23 November 2026; `self.clock` moves its days."""

    START = datetime(2026, 11, 23, 9, tzinfo=UTC)

    def __init__(self) -> None:
        super().__init__()
        self._told = ExitStack()
        self._told.enter_context(undone())
        self._told.enter_context(drawn_keys(Random(self.START.toordinal())))  # noqa: S311 (no secret)
        self.clock = self._told.enter_context(clock.frozen(self.START))

    def teardown(self) -> None:
        self._told.close()
