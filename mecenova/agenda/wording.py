"""A promise as people say it."""

from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from mecenova.calendar import clock
from mecenova.calendar.working_days import is_clock_paused
from mecenova.ui.figures import long_date

if TYPE_CHECKING:
    from mecenova.agenda.models import FollowUp

IN_AUGUST = "Les délais s’arrêtent en août."
AT_YEAR_S_END = "Les délais s’arrêtent du 24 décembre au 2 janvier."


def before(moment: datetime | None) -> str:
    """« avant le lundi 30 novembre 2026 », with the space before it; nothing when no date was promised."""
    return f" avant le {long_date(moment)}" if moment else ""


def what_puts_off(step: "FollowUp | None") -> list[str]:
    """Why the date of a step is further than its days: absences of whoever owes it, pauses of the calendar.

    Nothing for what the team or the platform owes. The absence of one person is not told to others.
    """
    if step is None or step.owing_organisation_id is None:
        return []
    today, last = clock.today(), clock.paris(step.deadline).date()
    away = step.absences().filter(organisation_id__isnull=False, first_day__lte=last, last_day__gte=today)
    said = [f"Absence notée {absence.in_words.lower()}." for absence in away]
    days = (today + timedelta(days=n) for n in range((last - today).days + 1))
    months = {day.month for day in days if is_clock_paused(day)}
    if 8 in months:
        said.append(IN_AUGUST)
    if months - {8}:
        said.append(AT_YEAR_S_END)
    return said
