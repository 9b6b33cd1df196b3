"""An appointment in the format of calendars (RFC 5545), as the mails that tell of it ask them (RFC 5546).

Who organises it is the address our mails come from: calendars believe nobody else who changes or cancels it,
and what they answer arrives where answers to our mails do. Hours are in UTC, which no clock change moves.
"""

import re
from datetime import UTC, datetime
from email.utils import parseaddr
from enum import StrEnum
from typing import TYPE_CHECKING

from django.conf import settings
from django.urls import reverse

from mecenova.agenda.models import Appointment, Slot
from mecenova.agenda.organisations import name_of, phone_of
from mecenova.calendar import clock
from mecenova.mail.addresses import absolute_url
from mecenova.ui.contractions import of_name
from mecenova.ui.figures import day_and_hour
from mecenova.ui.typography import one_line

if TYPE_CHECKING:
    from accounts.models import User

# In octets, its line break apart; what follows begins with a space.
LONGEST_LINE = 75
# No calendar may be given them, neither in words nor between quotes.
_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f]")


class Method(StrEnum):
    """What the reader's calendar is asked to do."""

    # To enter the event, or to change the one it has: of a mail, whose reader is invited by name.
    REQUEST = "REQUEST"
    # To take it out.
    CANCEL = "CANCEL"
    # To copy it: of a file that somebody opens, invited or not.
    PUBLISH = "PUBLISH"


def calendar_file(slot: Slot, reader: "User", method: Method = Method.PUBLISH) -> str:
    """The appointment as it stands."""
    title, call, place = _told(slot, for_adviser=reader.pk == slot.adviser_id)
    page = absolute_url(reverse("agenda:slot", args=[slot.pk]))
    description = f"{call} Pour déplacer ou annuler\u00a0: {page}"
    return _written(
        method,
        *_what_it_is(Appointment.at(slot), slot),
        "STATUS:CONFIRMED",
        f"SUMMARY:{_text(title)}",
        f"DESCRIPTION:{_text(description)}",
        f"LOCATION:{_text(place)}",
        f"URL:{page}",
        *_people(reader, method),
    )


def cancelled_file(appointment: Appointment, slot: Slot, reader: "User") -> str:
    """It is not to be any more, or not with this reader, who had it at the hour of `slot`."""
    title = f"Annulé\u00a0: appel du {day_and_hour(slot.starts_at)}"
    return _written(
        Method.CANCEL,
        *_what_it_is(appointment, slot),
        "STATUS:CANCELLED",
        f"SUMMARY:{_text(title)}",
        *_people(reader, Method.CANCEL),
    )


def _written(method: Method, *event: str) -> str:
    lines = (
        "BEGIN:VCALENDAR",
        "VERSION:2.0",
        "PRODID:-//Mecenova//Rendez-vous//FR",
        f"METHOD:{method}",
        "BEGIN:VEVENT",
        *event,
        "END:VEVENT",
        "END:VCALENDAR",
        "",
    )
    return "\r\n".join(map(_folded, lines))


def _what_it_is(appointment: Appointment, slot: Slot) -> tuple[str, ...]:
    """Known again by its name; of two that it is told, a calendar believes the one changed the most."""
    return (
        f"UID:{appointment.uid}",
        f"SEQUENCE:{appointment.sequence}",
        f"DTSTAMP:{_stamp(clock.now())}",
        f"DTSTART:{_stamp(slot.starts_at)}",
        f"DTEND:{_stamp(slot.ends_at)}",
    )


def _people(reader: "User", method: Method) -> tuple[str, ...]:
    """Each is invited alone, and reads nobody's address; whoever chose the hour has accepted it."""
    name, address = parseaddr(settings.DEFAULT_FROM_EMAIL)
    organiser = f"ORGANIZER;CN={_quoted(name or 'Mecenova')}:mailto:{address}"
    if method == Method.PUBLISH:
        return (organiser,)
    invited = "CUTYPE=INDIVIDUAL;ROLE=REQ-PARTICIPANT;PARTSTAT=ACCEPTED;RSVP=FALSE"
    return organiser, f"ATTENDEE;{invited};CN={_quoted(str(reader))}:mailto:{reader.email}"


def _told(slot: Slot, *, for_adviser: bool) -> tuple[str, str, str]:
    """Its title; what it says of the telephone and, to whoever calls, of the subject; its place."""
    phone = phone_of(slot.booked_by_organisation_id)
    place = f"Par téléphone, {phone}" if phone else "Par téléphone"
    if for_adviser:
        call = f"Numéro à composer\u00a0: {phone}." if phone else "Aucun numéro sur la fiche."
        about = f" Au sujet de\u00a0: {slot.talked_about}." if slot.talked_about else ""
        return f"Appeler {name_of(slot.booked_by_organisation_id)}", f"{call}{about}", place
    missing = "Il nous manque votre numéro\u00a0: ajoutez-le sur votre fiche."
    return (
        f"Appel {of_name(str(slot.adviser))}, équipe Mecenova",
        f"Nous composerons le {phone}." if phone else missing,
        place,
    )


def _stamp(moment: datetime) -> str:
    return f"{moment.astimezone(UTC):%Y%m%dT%H%M%SZ}"


def _text(words: str) -> str:
    for character in "\\;,":
        words = words.replace(character, f"\\{character}")
    return _CONTROL.sub("", one_line(words))


def _quoted(words: str) -> str:
    """A name beside an address: between quotes, it may hold anything but them."""
    return '"{}"'.format(_CONTROL.sub("", one_line(words)).replace('"', "’"))


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
