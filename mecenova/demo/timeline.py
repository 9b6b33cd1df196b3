"""An invented past: people act at their dates, and between them the agenda and the post do their work."""

from collections.abc import Callable
from datetime import datetime, time, timedelta

from mecenova.agenda.models import FollowUp
from mecenova.agenda.operations import run_due
from mecenova.agenda.runner import Ran
from mecenova.calendar import clock
from mecenova.calendar.working_days import HOUR_OF_FOLLOW_UPS, add_working_days, is_working_day
from mecenova.mail.delivery import settle_past
from mecenova.mail.models import NEXT_TRY, DigestLine
from mecenova.mail.operations import compose_due
from mecenova.rehearsal.counting import count_rows

Act = Callable[[], object]
# The last of the past: nothing that was done is dated after the moment of loading.
JUST_NOW = timedelta(minutes=20)
ACTS_BETWEEN_COUNTS = 60


class Timeline:
    """Acts written down in any order, then lived in the order of their dates.

    Days are counted back from the moment of loading, so that the network is as fresh on any day.
    """

    def __init__(self, present: datetime) -> None:
        self.present = present
        self._acts: list[tuple[datetime, Act]] = []

    def moment(self, days_ago: int, hour: str) -> datetime:
        """That hour of that day in Paris; never later than just now."""
        day = clock.paris(self.present).date() - timedelta(days=days_ago)
        found = datetime.combine(day, time.fromisoformat(hour), tzinfo=clock.PARIS)
        return min(found, self.present - JUST_NOW)

    def worked_days_ago(self, number: int) -> int:
        """In days of the calendar: what counts working days has counted so many since then."""
        today = clock.paris(self.present).date()
        days_ago = number
        while add_working_days(today - timedelta(days=days_ago), number) > today:
            days_ago += 1
        return days_ago

    def at(self, days_ago: int, hour: str, act: Act) -> None:
        """A volunteer's act: any day of the week."""
        self._acts.append((self.moment(days_ago, hour), act))

    def at_work(self, days_ago: int, hour: str, act: Act) -> None:
        """An act of somebody at work: on that day, or the next that is worked."""
        while days_ago and not is_working_day(self.moment(days_ago, hour).date()):
            days_ago -= 1
        self.at(days_ago, hour, act)

    def live(self) -> None:
        """Every act at its date, in order; the follow-ups and mails that fall due meanwhile, at theirs."""
        lived = self.present
        for number, (moment, act) in enumerate(sorted(self._acts, key=lambda entry: entry[0])):
            if number % ACTS_BETWEEN_COUNTS == 0:
                count_rows()
            if _half_day(moment) != _half_day(lived):
                self._wait_until(moment)
            lived = moment
            with clock.frozen(moment):
                act()
        self._wait_until(self.present)

    def _wait_until(self, moment: datetime) -> None:
        while (due := _next_due(moment)) is not None:
            with clock.frozen(due):
                ran = run_due(durable=False)
                compose_due()
                settle_past(due)
            if not ran[Ran.DONE] and not ran[Ran.CANCELLED] and _next_due(due) is not None:
                raise RuntimeError(f"The agenda could not do what was due on {due:%Y-%m-%d}: {dict(ran)}")
        with clock.frozen(moment):
            settle_past(moment)


def _next_due(moment: datetime) -> datetime | None:
    """When the oldest follow-up or line of a weekly digest came due."""
    rows = FollowUp.objects.all().due(moment).values_list("due_at", flat=True).order_by("due_at")
    lines = DigestLine.objects.all().due(moment).values_list(NEXT_TRY, flat=True).order_by(NEXT_TRY)
    return min((due for due in (rows.first(), lines.first()) if due is not None), default=None)


def _half_day(moment: datetime) -> tuple[int, int, bool]:
    """Follow-ups fall due at 9:00 and mails leave from 8:00: nothing happens between two acts of a half."""
    local = clock.paris(moment)
    return local.year, local.timetuple().tm_yday, local.time() >= HOUR_OF_FOLLOW_UPS
