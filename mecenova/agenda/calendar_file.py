"""An appointment in the format of calendars (RFC 5545)."""

from datetime import UTC, datetime

from django.urls import reverse

from mecenova.agenda.models import Slot
from mecenova.agenda.organisations import name_of, phone_of
from mecenova.calendar import clock
from mecenova.mail.addresses import absolute_url
from mecenova.ui.contractions import of_name
from mecenova.ui.typography import one_line

# In octets, its line break apart; what follows begins with a space.
LONGEST_LINE = 75


def calendar_file(slot: Slot, *, for_adviser: bool) -> str:
    """Each booking is an event of its own: a slot given back and taken again is not the former one, moved."""
    title, call = _told(slot, for_adviser=for_adviser)
    page = absolute_url(reverse("agenda:slot", args=[slot.pk]))
    description = f"{call} Pour déplacer ou annuler\u00a0: {page}"
    lines = (
        "BEGIN:VCALENDAR",
        "VERSION:2.0",
        "PRODID:-//Mecenova//Rendez-vous//FR",
        "METHOD:PUBLISH",
        "BEGIN:VEVENT",
        f"UID:{slot.pk}-{slot.booking}@mecenova",
        f"DTSTAMP:{_stamp(clock.now())}",
        f"DTSTART:{_stamp(slot.starts_at)}",
        f"DTEND:{_stamp(slot.ends_at)}",
        f"SUMMARY:{_text(title)}",
        f"DESCRIPTION:{_text(description)}",
        f"URL:{page}",
        "END:VEVENT",
        "END:VCALENDAR",
        "",
    )
    return "\r\n".join(map(_folded, lines))


def _told(slot: Slot, *, for_adviser: bool) -> tuple[str, str]:
    """The event's title, and what it says of the telephone and, to whoever calls, of the subject."""
    phone = phone_of(slot.booked_by_organisation_id)
    if for_adviser:
        call = f"Numéro à composer\u00a0: {phone}." if phone else "Aucun numéro sur la fiche."
        about = f" Au sujet de\u00a0: {slot.talked_about}." if slot.talked_about else ""
        return f"Appeler {name_of(slot.booked_by_organisation_id)}", f"{call}{about}"
    missing = "Il nous manque votre numéro\u00a0: ajoutez-le sur votre fiche."
    return (
        f"Appel {of_name(str(slot.adviser))}, équipe Mecenova",
        f"Nous composerons le {phone}." if phone else missing,
    )


def _stamp(moment: datetime) -> str:
    return f"{moment.astimezone(UTC):%Y%m%dT%H%M%SZ}"


def _text(words: str) -> str:
    for character in "\\;,":
        words = words.replace(character, f"\\{character}")
    return one_line(words)


def _folded(line: str) -> str:
    """Cut between characters, never inside one."""
    pieces, room = [""], LONGEST_LINE
    for character in line:
        size = len(character.encode())
        if size > room:
            pieces.append("")
            room = LONGEST_LINE - 1
        pieces[-1] += character
        room -= size
    return "\r\n ".join(pieces)
