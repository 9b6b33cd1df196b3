"""How durations, shares and hidden groups are written on the page."""

from mecenova.ui.figures import integer
from mecenova.ui.typography import NO_BREAK_SPACE

MINUTE, HOUR, DAY = 60, 3600, 86400
HIDDEN = "masqué"
NOTHING = "–"


def duration(seconds: float | None) -> str:
    """« 12 minutes », « 5 heures », « 1,8 jour », « 2,5 jours », « 34 jours »."""
    if seconds is None:
        return NOTHING
    if seconds < MINUTE:
        return "moins d’une minute"
    if seconds < 1.5 * HOUR:
        return counted(round(seconds / MINUTE), "minute")
    if seconds < 1.5 * DAY:
        return counted(round(seconds / HOUR), "heure")
    days = seconds / DAY
    if days >= 10:
        return counted(round(days), "jour")
    tenths = round(days, 1)
    said = f"{tenths:.1f}".replace(".", ",").removesuffix(",0")
    return f"{said}{NO_BREAK_SPACE}{'jours' if tenths >= 2 else 'jour'}"


def share(part: int, whole: int) -> str:
    """« 12 % », never rounded up to everybody nor down to nobody."""
    if not whole:
        return NOTHING
    rounded = round(100 * part / whole)
    if part and not rounded:
        return f"moins de 1{NO_BREAK_SPACE}%"
    if part < whole and rounded == 100:
        return f"plus de 99{NO_BREAK_SPACE}%"
    return f"{rounded}{NO_BREAK_SPACE}%"


def nearest(value: float | None) -> str:
    """The nearest whole number."""
    return NOTHING if value is None else integer(round(value))


def counted(number: int, unit: str) -> str:
    """« 1 jour », « 3 jours »; the unit is given in the singular."""
    return f"{integer(number)}{NO_BREAK_SPACE}{unit}{'s' if number > 1 else ''}"
