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


def facets(listing: Listing, asked: QueryDict) -> list[Facet]:
    """In the order people choose. A facet that would leave everything as it is is not one."""
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
        _facet(name, label, words, listing.choices.get(name, {}), asked)
        for name, (label, words) in labels.items()
    ]
    return [facet for facet in found if facet.choices]


def _facet(
    name: str, label: str, words: Mapping[Any, Any] | None, counted: Mapping[str, int], asked: QueryDict
) -> Facet:
    chosen = asked.get(name, "")
    if words is not None:
        ordered = [(key, str(word)) for key, word in words.items() if key in counted]
    elif name == "annee":
        ordered = [(year, year) for year in sorted(counted, reverse=True)]
    else:
        ordered = [(key, key) for key in sorted(counted, key=lambda key: (-counted[key], key))]
    kept = [pair for pair in ordered if pair[0] == chosen] or ordered[:MOST_CHOICES]
    return Facet(
        name,
        label,
        [
            Choice(
                key, word, counted[key], _address(asked, name, "" if key == chosen else key), key == chosen
            )
            for key, word in kept
        ],
    )


def _address(asked: QueryDict, name: str, value: str) -> str:
    """The same search with one choice made or undone, from its first page."""
    other = asked.copy()
    other.pop("page", None)
    other.pop(name, None)
    if value:
        other[name] = value
    return other.urlencode()
