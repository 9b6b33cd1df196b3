"""Why an association waited longer than the fourth promise says: what companies had for it meanwhile."""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from uuid import UUID

from associations.models import Association
from companies.models import Policy
from matching.odds import Chances, chances_today, most_served
from mecenova.calendar import clock
from mecenova.pages.promises import Delay
from mecenova.simulation.figures import Unattended
from partnerships.models import AttentionEntry, AttentionMonth
from partnerships.operations import next_month


@dataclass
class Attention:
    """Looks once a week, after the night's round, and remembers."""

    weeks: list[Chances] = field(default_factory=list)

    def look(self) -> None:
        self.weeks.append(chances_today())

    def explain(self, delays: Collection[Delay]) -> Unattended:
        """What each delay that ran out lacked, the first that it did: a company, a new one, a place.

        A place was left when nobody held it from a look at which its company might have been shown the
        association to the end of the month, and when it would have served nobody else of them.
        """
        own = dict(Association.objects.values_list("organisation", "pk"))
        places = _Places.read()
        suited = able = 0
        waiting: list[set[tuple[UUID, date]]] = []
        for delay in delays:
            association, weeks = own[delay.organisation], self._during(delay)
            suited += any(association in week.suited for week in weeks)
            able += any(week.possible.get(association) for week in weeks)
            waiting.append(
                {
                    (company, week.day.replace(day=1))
                    for week in weeks
                    for company in week.possible.get(association, ())
                    if places.free_from(company, week.day) > 0
                }
            )
        left = most_served(waiting, places.left({month for months in waiting for month in months}))
        return Unattended(
            no_company=len(delays) - suited,
            none_new=suited - able,
            no_place=able - left,
            place_left=left,
        )

    def _during(self, delay: Delay) -> list[Chances]:
        since = clock.paris(delay.since).date()
        return [week for week in self.weeks if since <= week.day <= delay.deadline]


@dataclass(frozen=True)
class _Places:
    """Of each company and month: how many places, and when each that was spent came back, if ever.

    A company of which nothing was asked in a month had the places of its policy (`usual`).
    """

    usual: Mapping[UUID, int]
    capacity: Mapping[tuple[UUID, date], int]
    returns: Mapping[tuple[UUID, date], Sequence[date | None]]

    @classmethod
    def read(cls) -> "_Places":
        returns: dict[tuple[UUID, date], list[date | None]] = defaultdict(list)
        entries = AttentionEntry.objects.values_list("month__company", "month__month", "returned_at")
        for company, month, at in entries:
            returns[company, month].append(clock.paris(at).date() if at else None)
        months = AttentionMonth.objects.values_list("company", "month", "capacity")
        return cls(
            dict(Policy.objects.values_list("company", "monthly_capacity")),
            {(company, month): capacity for company, month, capacity in months},
            returns,
        )

    def free_from(self, company: UUID, day: date) -> int:
        """Those of the day's month that nobody held from that day to its end."""
        key = company, day.replace(day=1)
        held = sum(back is None or back > day for back in self.returns.get(key, ()))
        return self.capacity.get(key, self.usual.get(company, 0)) - held

    def left(self, months: Collection[tuple[UUID, date]]) -> dict[tuple[UUID, date], int]:
        """Those free at the end of these months. One given back later was never free in its month."""
        last = timedelta(days=1)
        return {
            (company, month): self.free_from(company, next_month(month) - last) for company, month in months
        }
