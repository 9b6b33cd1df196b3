"""Dates and hours as people say them."""

from datetime import date, datetime

from django.utils import formats

from mecenova.calendar.clock import paris


def day_in_words(day: date) -> str:
    """« 30 novembre 2026 »."""
    return formats.date_format(day, "j F Y")


def day_and_hour(moment: datetime) -> str:
    """« lundi 30 novembre 2026 à 14 h 20 », in Paris."""
    local = paris(moment)
    return f"{formats.date_format(local, 'l j F Y')} à {local.hour}\u00a0h\u00a0{local:%M}"
