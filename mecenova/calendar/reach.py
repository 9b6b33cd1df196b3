"""How far ahead a date may be: what is promised for the year 9999 is a slip of the hand."""

from datetime import date, timedelta

from mecenova.calendar import clock

FURTHEST = timedelta(days=5 * 365)


def too_far(day: date | None) -> str:
    """Why this day is refused, and what to do; nothing when it is within five years."""
    if day is None or day <= clock.today() + FURTHEST:
        return ""
    return f"Le {day:%d/%m/%Y} est dans plus de cinq ans\u00a0: vérifiez l’année."
