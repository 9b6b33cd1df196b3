"""A year lived from its first morning to its last evening: a diary of acts, and the site's own schedule."""

import heapq
from calendar import MONDAY
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, datetime, time, timedelta
from functools import partial
from uuid import UUID

from django.db import connection

from mecenova.agenda.models import FollowUp
from mecenova.agenda.silence import subjects_without_step
from mecenova.calendar import clock
from mecenova.rehearsal.counting import count_rows
from mecenova.rehearsal.virtual_time import VirtualTime
from mecenova.simulation.answers import Reader
from mecenova.simulation.attention import Attention
from mecenova.simulation.keys import drawn_keys
from mecenova.simulation.library import open_library
from mecenova.simulation.network import Plan, chance_of
from mecenova.simulation.people import Act, AssociationMember, CompanyMember, Member, Reference, attempt
from mecenova.simulation.staff import hire

# The welcome is promised within the hour: sweeps three times in each.
GRAIN = timedelta(minutes=20)
# What beat wakes every ten minutes or every hour runs once a day: people open their mails once a day.
PATIENCE = timedelta(hours=24)
READING, STAFF_AT_WORK = time(8, 45), time(14, 0)
# After the round, and before the site's own check, which gives a step to whoever has none.
NIGHT = time(3, 0)


# A server counts its rows by itself, but not as fast as these days pass: it would go on looking for each of a
# thousand associations as if there were three.
COUNTED_AGAIN = frozenset(2 * 2**power for power in range(8))


class Year:
    """`live()` once; everything it leaves is rows, which the report reads."""

    def __init__(self, plan: Plan) -> None:
        self.plan = plan
        self.nights_without_step: list[tuple[date, str]] = []
        self.attention = Attention()
        self._diary: list[tuple[datetime, int, Act]] = []
        self._pages = 0
        self.associations: dict[UUID, AssociationMember] = {}
        self.companies: dict[UUID, CompanyMember] = {}

    def live(self) -> "Year":
        plan = self.plan
        opening = _at(plan.start, time(7))
        self.time = VirtualTime(opening, grain=GRAIN, patience=PATIENCE)
        clock.set_clock(self.time.clock)
        try:
            with _without_savepoints(), drawn_keys(chance_of(plan.seed, "keys")):
                self._open()
                for offset in range(plan.days):
                    if offset in COUNTED_AGAIN:
                        count_rows()
                    self._live_day(plan.start + timedelta(days=offset))
        finally:
            clock.set_clock(None)
        return self

    def write(self, moment: datetime, act: Act) -> None:
        """In the diary, to be done at that moment; at once when it has gone by."""
        self._pages += 1
        heapq.heappush(self._diary, (moment, self._pages, act))

    def _open(self) -> None:
        plan = self.plan
        reference = Reference()
        self.staff = hire(plan.seed, plan.start, self.associations, self.companies)
        open_library(by=self.staff.people[0])
        self.reader = Reader(plan.seed, self.write, self.associations, self.companies)
        for association in plan.associations:
            member = AssociationMember(association, plan.seed, self.write, reference)
            self.write(association.joins, partial(self._join, member, self.associations))
        for company in plan.companies:
            firm = CompanyMember(company, plan.seed, self.write, reference)
            self.write(company.joins, partial(self._join, firm, self.companies))

    def _join(self, member: Member, known: dict) -> None:
        member.join()  # type: ignore[attr-defined]
        if member.organisation is not None:
            known[member.organisation.pk] = member

    def _live_day(self, day: date) -> None:
        self._act_until(_at(day, NIGHT))
        self._look_for_missing_steps(day)
        if day.weekday() == MONDAY:
            self.attention.look()
        self._act_until(_at(day, READING))
        self.reader.read()
        self._act_until(_at(day, STAFF_AT_WORK))
        self.staff.work()
        self.time.stir()
        self._act_until(clock.midnight(day + timedelta(days=1)))

    def _act_until(self, end: datetime) -> None:
        """The diary's acts at their moments; between them the schedule does its work, once in a while."""
        lived = self.time.now
        while self._diary and self._diary[0][0] < end:
            moment, _, act = heapq.heappop(self._diary)
            if moment - lived >= GRAIN:
                self.time.live_until(moment)
                lived = self.time.now
            self.time.clock.move_to(max(moment, self.time.now))
            attempt(act)
            self.time.stir()
        self.time.live_until(end)

    def _look_for_missing_steps(self, day: date) -> None:
        for subject in subjects_without_step():
            self.nights_without_step.append((day, f"{subject._meta.label} {subject.pk}"))


@contextmanager
def _without_savepoints() -> Iterator[None]:
    """An operation is done or undone whole; one statement in eight would only mark places to go back to.

    A rule that raises then stops the year instead of waiting to be tried again: it is to be mended.
    """
    kept = connection.features.uses_savepoints
    connection.features.uses_savepoints = kept and connection.in_atomic_block
    try:
        yield
    finally:
        connection.features.uses_savepoints = kept


def errors_of_follow_ups() -> list[str]:
    """What a rule raised, at any time of the year: the runner kept going, and kept the words."""
    return [
        f"{row.rule}: {row.last_error}"
        for row in FollowUp.objects.exclude(last_error="").order_by("rule")[:20]
    ]


def _at(day: date, hour: time) -> datetime:
    return datetime.combine(day, hour, tzinfo=clock.PARIS)
