"""An appointment in the format of calendars (RFC 5545)."""

from datetime import UTC, datetime

from mecenova.agenda.models import Slot
from mecenova.calendar import clock


def calendar_file(slot: Slot) -> str:
    lines = (
        "BEGIN:VCALENDAR",
        "VERSION:2.0",
        "PRODID:-//Mecenova//Rendez-vous//FR",
        "METHOD:PUBLISH",
        "BEGIN:VEVENT",
        f"UID:{slot.pk}@mecenova",
        f"DTSTAMP:{_stamp(clock.now())}",
        f"DTSTART:{_stamp(slot.starts_at)}",
        f"DTEND:{_stamp(slot.ends_at)}",
        "SUMMARY:Rendez-vous avec un conseil Mecenova",
        "END:VEVENT",
        "END:VCALENDAR",
        "",
    )
    return "\r\n".join(lines)


def _stamp(moment: datetime) -> str:
    return f"{moment.astimezone(UTC):%Y%m%dT%H%M%SZ}"
