"""Which bit of a mask is which entry of a closed list: its rank by row number, and the kinds in their order.

An entry added takes the next bit. One that is taken away moves those after it: the next full round writes
every profile again.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from matching.network.places import ClosedLists
from matching.scoring.filters import GIFT_KINDS
from mecenova.reference.enums import Kind

KINDS = tuple(Kind.values)
KIND_BITS: Mapping[str, int] = {kind: 1 << rank for rank, kind in enumerate(KINDS)}
ALL_KINDS = (1 << len(KINDS)) - 1
GIFTS = sum(KIND_BITS[kind] for kind in GIFT_KINDS)
# Only organisms of general interest; in an association's mask, that it is not one.
GENERAL_INTEREST = 1 << len(KINDS)
# Sectors stand above kinds.
SECTOR_SHIFT = 8
# A bigint has a sign.
MOST_BITS = 63


@dataclass(frozen=True, slots=True)
class Bits:
    """The bit of each entry, by slug."""

    causes: Mapping[str, int]
    audiences: Mapping[str, int]
    skills: Mapping[str, int]
    sectors: Mapping[str, int]


def bits_of(lists: ClosedLists) -> Bits:
    """Raises OverflowError for a list too long for a mask."""
    causes, audiences, skills, sectors = (
        ranked(lists.keys.get(name, ())) for name in ("cause", "audience", "skill", "sector")
    )
    return Bits(causes=causes, audiences=audiences, skills=skills, sectors=sectors)


def related_masks(lists: ClosedLists) -> list[int]:
    """The causes near each cause, by rank, as masks."""
    bits = ranked(lists.keys.get("cause", ()))
    return [mask(lists.related.get(slug, ()), bits) for slug in bits]


def mask(slugs: Iterable[str], bits: Mapping[str, int]) -> int:
    return sum(bits[slug] for slug in slugs)


def ranked(slugs: Iterable[str]) -> dict[str, int]:
    """The bit of each entry of a list, given in the order of its rows."""
    found = {slug: 1 << rank for rank, slug in enumerate(slugs)}
    if len(found) > MOST_BITS - SECTOR_SHIFT:
        raise OverflowError(f"The list of {next(iter(found))} has too many entries for a mask")
    return found
