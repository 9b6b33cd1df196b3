"""The choices beside a list of results, each with how many documents it would leave."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.http import QueryDict

from infotheque.enums import DocumentKind, Readers, Stage
from infotheque.finding import Listing
from mecenova.reference.enums import Kind

# More sources or years than this are not a choice any more.
MOST_CHOICES = 12


@dataclass(frozen=True, slots=True)
class Choice:
    value: str
    label: str
    number: int
    # What follows the « ? » of the address that makes or undoes this choice.
    address: str
    is_chosen: bool


@dataclass(frozen=True, slots=True)
class Facet:
    name: str
    label: str
    choices: list[Choice]

    @property
    def chosen(self) -> Choice | None:
        return next((choice for choice in self.choices if choice.is_chosen), None)


def facets(listing: Listing, asked: QueryDict, chosen: Mapping[str, tuple[str, str]]) -> list[Facet]:
    """In the order people choose, with what is chosen even when it leaves nothing.

    `chosen` gives the choices that narrow, by name: as the address writes them, and in words.
    """
    labels: dict[str, tuple[str, Mapping[Any, Any] | None]] = {
        "type": ("Type de document", dict(DocumentKind.choices)),
        "moment": ("Moment du partenariat", dict(Stage.choices)),
        "cause": ("Cause", listing.causes),
        "forme": ("Forme de partenariat", dict(Kind.choices)),
        "public": ("Pour qui", dict(Readers.choices)),
        "source": ("Source", None),
        "annee": ("Année", None),
    }
    found = [
        _facet(name, label, words, listing.choices.get(name, {}), asked, chosen.get(name))
        for name, (label, words) in labels.items()
    ]
    return [facet for facet in found if facet.choices]


def _facet(
    name: str,
    label: str,
    words: Mapping[Any, Any] | None,
    counted: Mapping[str, int],
    asked: QueryDict,
    chosen: tuple[str, str] | None,
) -> Facet:
    if words is not None:
        ordered = [(key, str(word)) for key, word in words.items() if key in counted]
    elif name == "annee":
        ordered = [(year, year) for year in sorted(counted, reverse=True)]
    else:
        ordered = [(key, key) for key in sorted(counted, key=lambda key: (-counted[key], key))]
    kept = [chosen] if chosen else ordered[:MOST_CHOICES]
    return Facet(name, label, [_choice(name, pair, counted, asked, pair == chosen) for pair in kept])


def _choice(
    name: str, pair: tuple[str, str], counted: Mapping[str, int], asked: QueryDict, is_chosen: bool
) -> Choice:
    value, word = pair
    address = _address(asked, name, "" if is_chosen else value)
    return Choice(value, word, counted.get(value, 0), address, is_chosen)


def _address(asked: QueryDict, name: str, value: str) -> str:
    """The same search with one choice made or undone, from its first page."""
    other = asked.copy()
    other.pop("page", None)
    other.pop(name, None)
    if value:
        other[name] = value
    return other.urlencode()
