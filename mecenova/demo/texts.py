"""The invented texts, read from data/*.toml, and the reference entries that they name."""

import tomllib
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

from accounts.models import User
from accounts.operations import create_verified_user
from mecenova.identifiers.names import fold
from mecenova.reference.models import Audience, Cause, Sector, Skill, Territory

DATA = Path(__file__).with_name("data")
Text = dict[str, Any]
# The new site opened so many days ago, with the first site's members.
OPENING = 62


def read(name: str) -> Text:
    """One file of texts, by noun."""
    return tomllib.loads((DATA / f"{name}.toml").read_text(encoding="utf-8"))


class Reference:
    """Closed lists by slug or code, read once: « handicap sport » gives two causes."""

    def __init__(self) -> None:
        self.causes = _finder({cause.slug: cause for cause in Cause.objects.all()})
        self.audiences = _finder({audience.slug: audience for audience in Audience.objects.all()})
        self.sectors = _finder({sector.slug: sector for sector in Sector.objects.all()})
        self.skills = _finder({skill.slug: skill for skill in Skill.objects.all()})
        self.territories = _finder({place.code: place for place in Territory.objects.all()})


def _finder(entries: dict[str, Any]) -> Callable[[str], list[Any]]:
    def find(words: str) -> list[Any]:
        return [entries[word] for word in words.split()]

    return find


def site_of(name: str) -> str:
    """An address that can belong to nobody (.example is reserved)."""
    return f"{fold(name).replace(' ', '-')[:40].strip('-')}.example"


def make_person(full_name: str, domain: str, *, email: str = "", password: str | None = None) -> User:
    """Somebody invented, who signs up at the moment of the clock."""
    first, _, last = full_name.partition(" ")
    address = email or f"{fold(first).replace(' ', '-')}.{fold(last).replace(' ', '')}@{domain}"
    return create_verified_user(email=address, password=password, first_name=first, last_name=last)


def office(words: str) -> dict[str, str]:
    """« 59000 Lille » as a postal code and a town."""
    postal_code, _, town = words.partition(" ")
    return {"postal_code": postal_code, "town": town}


def phone(number: int) -> str:
    """One of the numbers that are kept for fiction."""
    return f"01 99 00 {number // 100 % 100:02d} {number % 100:02d}"


def hour_for(
    number: int, hours: Iterable[str] = ("08:50", "10:20", "12:40", "14:10", "17:30", "19:20")
) -> str:
    """Not everybody writes at the same time."""
    choice = list(hours)
    return choice[number % len(choice)]
