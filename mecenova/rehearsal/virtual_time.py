"""Days lived on a clock that only this module moves: beat's own schedule, without beat and without waiting.

What beat wakes by the clock (« at 2:30 ») runs at that moment. What it wakes every minute runs only when a
stored row is due, or shortly after something happened: between two such moments it would find nothing.
"""

from collections.abc import Callable, Collection, Iterable, Iterator
from datetime import date, datetime, time, timedelta
from functools import cached_property
from typing import Any

from celery.schedules import crontab
from django.db import connection
from django.utils.module_loading import import_string

from mecenova.calendar import clock
from mecenova.celery import app

MINUTE = timedelta(minutes=1)
# A worker that never empties what is due would hold the clock for ever: something is wrong, and it is said.
MOST_SWEEPS_IN_A_ROW = 3000


class DueForEver(RuntimeError):
    """Rows stay due whatever the sweeps do."""


class VirtualTime:
    """The clock of the whole process from `start` on, and the work that the schedule does as it moves.

    `grain` is how long something newly due may wait for a sweep: a minute, as with beat, unless a long life
    is to be lived fast; `patience` is the same for what beat wakes every few minutes. Tasks named in
    `without` are not done.
    """

    def __init__(
        self,
        start: datetime,
        *,
        grain: timedelta = MINUTE,
        patience: timedelta = timedelta(0),
        without: Collection[str] = (),
    ) -> None:
        self.clock = clock.FrozenClock(start)
        self._grain = grain
        self._patience = patience
        self._swept = start - MINUTE
        self._fixed: list[tuple[datetime, str]] = []
        self._fixed_until = start
        # Tasks woken at intervals longer than a minute, and when each has a reason to run again.
        self._stirred: dict[str, datetime] = {}
        self._sweeps: list[str] = []
        self._slow: dict[str, timedelta] = {}
        self._schedule = [entry for entry in app.conf.beat_schedule.values() if entry["task"] not in without]
        for entry in self._schedule:
            every = _interval(entry["schedule"])
            if every is None:
                continue
            if every <= MINUTE:
                self._sweeps.append(entry["task"])
            else:
                self._slow[entry["task"]] = max(every, patience)
        self.stir()

    @property
    def now(self) -> datetime:
        return self.clock.moment

    def stir(self) -> None:
        """Somebody has written something: it may be due, and what is woken every few minutes has to look."""
        self._forget_due()
        self._stir_slow()

    def _stir_slow(self) -> None:
        for task, every in self._slow.items():
            self._stirred.setdefault(task, _next_tick(self.now, every))

    def live_until(self, end: datetime, *, enough: Callable[[], bool] = lambda: False) -> None:
        """Everything that the schedule does from now to that moment, which is left to the caller; or to the
        moment after which the caller has had enough, where the clock is left."""
        in_a_row = 0
        while (moment := self._next_moment(end)) < end:
            if enough():
                return
            in_a_row = in_a_row + 1 if moment - self.now <= MINUTE else 0
            if in_a_row > MOST_SWEEPS_IN_A_ROW:
                raise DueForEver(f"Something is still due after {in_a_row} sweeps in a row, on {moment}")
            self.clock.move_to(max(moment, self.now))
            self._work()
        self.clock.move_to(max(end, self.now))

    def _next_moment(self, end: datetime) -> datetime:
        self._plan_fixed(end)
        moments = [*(moment for moment, _ in self._fixed[:1]), *self._stirred.values()]
        if self._due is not None:
            late = self._due <= self._swept
            tick = self._swept + MINUTE if late else _next_tick(self._due, self._grain, at_once=True)
            moments.append(tick)
        return min(moments, default=end)

    def _work(self) -> None:
        """What is woken now: by the clock first, then the sweeps, then what looks from time to time."""
        worked = False
        while self._fixed and self._fixed[0][0] <= self.now:
            self._do(self._fixed.pop(0)[1])
            worked = True
        if self._due is not None and self._due <= self.now:
            self._swept = self.now
            for task in self._sweeps:
                self._do(task)
            worked = True
        for task, moment in list(self._stirred.items()):
            if moment <= self.now:
                del self._stirred[task]
                self._do(task)
        if worked:
            self._stir_slow()

    @cached_property
    def _due(self) -> datetime | None:
        """When the next stored row comes due: asked again only once something was done."""
        return _next_due()

    def _forget_due(self) -> None:
        vars(self).pop("_due", None)

    def _do(self, task: str) -> None:
        _run(task)
        self._forget_due()

    def _plan_fixed(self, end: datetime) -> None:
        """Beat's moments of the day, day by day."""
        while self._fixed_until < end and not self._fixed:
            day = clock.paris(self._fixed_until).date()
            midnight = clock.midnight(day + timedelta(days=1))
            self._fixed = sorted(
                (moment, task)
                for moment, task in _moments_of(self._schedule, day, self._patience)
                if self._fixed_until <= moment < midnight
            )
            self._fixed_until = midnight


def _interval(schedule: object) -> timedelta | None:
    """How often, for what runs at intervals; None for what runs at fixed hours."""
    if isinstance(schedule, crontab):
        return None
    run_every = getattr(schedule, "run_every", schedule)
    return run_every if isinstance(run_every, timedelta) else timedelta(seconds=float(str(run_every)))


def _moments_of(
    schedule: Iterable[dict[str, Any]], day: date, patience: timedelta
) -> Iterator[tuple[datetime, str]]:
    """The fixed hours of one day in Paris; what comes back within `patience` is left out."""
    for entry in schedule:
        cron: Any = entry["schedule"]
        if _interval(cron) is not None or not _is_on(cron, day):
            continue
        last: datetime | None = None
        for hour in sorted(cron.hour):
            for minute in sorted(cron.minute):
                moment = datetime.combine(day, time(hour, minute), tzinfo=clock.PARIS)
                if last is None or moment - last >= patience:
                    last = moment
                    yield moment, entry["task"]


def _is_on(cron: Any, day: date) -> bool:
    return bool(
        day.isoweekday() % 7 in cron.day_of_week
        and day.day in cron.day_of_month
        and day.month in cron.month_of_year
    )


def _next_tick(moment: datetime, every: timedelta, *, at_once: bool = False) -> datetime:
    """The next multiple of `every`, this moment itself included with `at_once`."""
    seconds = every.total_seconds()
    past = moment.timestamp() % seconds
    if past == 0 and at_once:
        return moment
    return moment + timedelta(seconds=seconds - past)


# Everything that the minute's sweeps look for, asked in one go: as many times a day as something falls due.
# Only what was due has a lease: few rows to look at, however many wait for their day.
_NEXT_DUE = """
SELECT least(
    (SELECT min(due_at) FROM agenda_followup
     WHERE outcome = 'open' AND (lease_until IS NULL OR due_at > %(now)s)),
    (SELECT min(greatest(due_at, lease_until)) FROM agenda_followup
     WHERE outcome = 'open' AND lease_until IS NOT NULL AND due_at <= %(now)s),
    (SELECT min(coalesce(retry_at, due_at)) FROM mail_outgoingmail WHERE status = 'pending'),
    (SELECT min(lease_until) FROM mail_outgoingmail WHERE status = 'sending'),
    (SELECT min(coalesce(retry_at, due_at)) FROM mail_digestline
     WHERE status = 'pending' AND mail_id IS NULL AND last_error = '')
)
"""


def _next_due() -> datetime | None:
    """When the next stored row comes due."""
    with connection.cursor() as cursor:
        cursor.execute(_NEXT_DUE, {"now": clock.now()})
        (due,) = cursor.fetchone()
    return due


def _run(task: str) -> None:
    import_string(task)()
