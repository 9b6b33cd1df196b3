"""How amounts, dates and missing values are written on screen. A missing figure is never shown as zero."""

from datetime import date, datetime, timedelta
from decimal import ROUND_HALF_UP, Decimal, InvalidOperation
from typing import Any

from django.utils.html import conditional_escape, format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.timezone import is_aware, localtime

from mecenova.ui.typography import NARROW_SPACE, NO_BREAK_SPACE

MISSING_TEXT = "non renseigné"
_DAYS = ("lundi", "mardi", "mercredi", "jeudi", "vendredi", "samedi", "dimanche")
_MONTHS = (
    "janvier",
    "février",
    "mars",
    "avril",
    "mai",
    "juin",
    "juillet",
    "août",
    "septembre",
    "octobre",
    "novembre",
    "décembre",
)


def missing() -> SafeString:
    return format_html('<span class="missing">{}</span>', MISSING_TEXT)


def known(value: Any) -> bool:
    """Zero and "no" are answers; nothing, an empty text and an empty list are not."""
    if value is None:
        return False
    if isinstance(value, str):
        return bool(value.strip())
    if isinstance(value, list | tuple | set | dict):
        return bool(value)
    return True


def or_missing(value: Any) -> SafeString:
    """The value, or « non renseigné ». A list is joined by commas, a boolean is said in words."""
    if hasattr(value, "all") and hasattr(value, "model"):
        value = list(value.all())
    if not known(value):
        return missing()
    if isinstance(value, bool):
        return SafeString("oui" if value else "non")
    if isinstance(value, list | tuple | set):
        return format_html_join(", ", "{}", ((item,) for item in value))
    return conditional_escape(value)


def integer(value: int) -> str:
    """12500 -> 12 500, with spaces that do not break."""
    return f"{value:,}".replace(",", NARROW_SPACE)


def euros(value: Any) -> SafeString:
    """12 500 €, or 12 500,50 € when there are cents."""
    if not known(value):
        return missing()
    try:
        amount = Decimal(str(value)).quantize(Decimal("0.01"), rounding=ROUND_HALF_UP)
    except InvalidOperation:
        return missing()
    sign = "−" if amount < 0 else ""
    whole, cents = divmod(abs(amount), 1)
    text = integer(int(whole))
    if cents:
        text = f"{text},{int(cents * 100):02d}"
    return SafeString(f"{sign}{text}{NO_BREAK_SPACE}€")


def _day(value: date | datetime) -> date:
    if isinstance(value, datetime):
        return (localtime(value) if is_aware(value) else value).date()
    return value


def day_of_month(day: date) -> str:
    return "1er" if day.day == 1 else str(day.day)


def long_date(value: date | datetime | None) -> SafeString:
    """« lundi 23 novembre 2026 », in Paris time."""
    if not isinstance(value, date):
        return missing()
    day = _day(value)
    name, month = _DAYS[day.weekday()], _MONTHS[day.month - 1]
    return SafeString(f"{name} {day_of_month(day)}{NO_BREAK_SPACE}{month} {day.year}")


def short_date(value: date | datetime | None) -> SafeString:
    """« 23 novembre 2026 », in Paris time."""
    if not isinstance(value, date):
        return missing()
    day = _day(value)
    return SafeString(f"{day_of_month(day)}{NO_BREAK_SPACE}{_MONTHS[day.month - 1]} {day.year}")


def hour(value: datetime | None) -> SafeString:
    """« 14 h 05 », in Paris time."""
    if not isinstance(value, datetime):
        return missing()
    local = localtime(value) if is_aware(value) else value
    return SafeString(f"{local.hour}{NO_BREAK_SPACE}h{NO_BREAK_SPACE}{local:%M}")


def day_and_hour(value: datetime | None) -> SafeString:
    """« lundi 23 novembre 2026 à 14 h 05 », in Paris time."""
    if not isinstance(value, datetime):
        return missing()
    return SafeString(f"{long_date(value)} à {hour(value)}")


def size(octets: int) -> SafeString:
    """« 340 Ko », « 1,2 Mo »: in the units in which forms say how heavy a file may be."""
    for unit, name in ((1024 * 1024, "Mo"), (1024, "Ko")):
        if octets >= unit:
            tenths = f"{octets / unit:.1f}".replace(".", ",").removesuffix(",0")
            return SafeString(f"{tenths}{NO_BREAK_SPACE}{name}")
    return SafeString(f"{octets}{NO_BREAK_SPACE}{'octets' if octets > 1 else 'octet'}")


def length(minutes: int) -> SafeString:
    """« 45 minutes », then from an hour and a half on to the nearest half hour: « 2 heures et demie »."""
    if minutes < 90:
        return SafeString(f"{integer(minutes)}{NO_BREAK_SPACE}{'minute' if minutes < 2 else 'minutes'}")
    hours, half = divmod(round(minutes / 30), 2)
    words = f"{integer(hours)}{NO_BREAK_SPACE}{'heure' if hours < 2 else 'heures'}"
    return SafeString(f"{words} et demie" if half else words)


def days(value: int | timedelta | None) -> SafeString:
    """« 1 jour », « 12 jours »."""
    if value is None or value == "":
        return missing()
    number = value.days if isinstance(value, timedelta) else int(value)
    return SafeString(f"{integer(number)}{NO_BREAK_SPACE}{'jour' if abs(number) < 2 else 'jours'}")
