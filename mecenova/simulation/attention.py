"""Why an association waited longer than the fourth promise says: what companies had for it meanwhile."""

from collections import Counter
from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import date
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

        A place was left when one of a company that might have been shown the association stayed unspent at
        the end of its month, and would have served nobody else of them.
        """
        own = dict(Association.objects.values_list("organisation", "pk"))
        suited = 0
        waiting: list[set[tuple[UUID, date]]] = []
        for delay in delays:
            association, weeks = own[delay.organisation], self._during(delay)
            suited += any(association in week.suited for week in weeks)
            waiting.append(
                {
                    (company, week.day.replace(day=1))
                    for week in weeks
                    for company in week.possible.get(association, ())
                }
            )
        able = sum(bool(months) for months in waiting)
        free = most_served(waiting, _left_unspent({month for months in waiting for month in months}))
        return Unattended(
            no_company=len(delays) - suited,
            none_new=suited - able,
            no_place=able - free,
            place_left=free,
        )

    def _during(self, delay: Delay) -> list[Chances]:
        since = clock.paris(delay.since).date()
        return [week for week in self.weeks if since <= week.day <= delay.deadline]


def _left_unspent(months: Collection[tuple[UUID, date]]) -> dict[tuple[UUID, date], int]:
    """Of these companies at the end of these months; one of which nothing was asked has its policy's places.

    A place given back once its month is over, by a request that nobody answered, was never free in it.
    """
    usual = dict(Policy.objects.values_list("company", "monthly_capacity"))
    known = {(row.company_id, row.month): row for row in AttentionMonth.objects.all()}
    held = Counter(
        entry.month_id
        for entry in AttentionEntry.objects.select_related("month")
        if entry.returned_at is None or clock.paris(entry.returned_at).date() >= next_month(entry.month.month)
    )
    left = {}
    for company, month in months:
        row = known.get((company, month))
        left[company, month] = row.capacity - held[row.pk] if row else usual.get(company, 0)
    return left
