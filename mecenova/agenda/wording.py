"""Dates and hours as people say them."""

from datetime import date, datetime

from django.utils import formats

from mecenova.calendar.clock import paris
from mecenova.ui.figures import long_date


def day_in_words(day: date) -> str:
    """« 30 novembre 2026 »."""
    return formats.date_format(day, "j F Y")


def day_and_hour(moment: datetime) -> str:
    """« lundi 30 novembre 2026 à 14 h 20 », in Paris."""
    local = paris(moment)
    return f"{formats.date_format(local, 'l j F Y')} à {local.hour}\u00a0h\u00a0{local:%M}"


def before(moment: datetime | None) -> str:
    """« avant le lundi 30 novembre 2026 », with the space before it; nothing when no date was promised."""
    return f" avant le {long_date(moment)}" if moment else ""
