"""Which bit of a mask is which entry of a closed list: its rank by row number, and the kinds in their order.

An entry added takes the next bit. One that is taken away moves those after it: the next full round writes
every profile again.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from django.db import connection

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
# Asked with every change of a profile: one statement, its text never made again.
LISTS = """
SELECT
    (SELECT array_agg(slug ORDER BY id) FROM reference_cause),
    (SELECT array_agg(slug ORDER BY id) FROM reference_audience),
    (SELECT array_agg(slug ORDER BY id) FROM reference_skill),
    (SELECT array_agg(slug ORDER BY id) FROM reference_sector)
"""
NEAR_CAUSES = """
WITH ranked AS (
    SELECT id, 1::bigint << (row_number() OVER (ORDER BY id) - 1)::integer AS bit FROM reference_cause
)
SELECT coalesce(bit_or(near.bit), 0)
FROM ranked
LEFT JOIN reference_cause_related AS related ON related.from_cause_id = ranked.id
LEFT JOIN ranked AS near ON near.id = related.to_cause_id
GROUP BY ranked.id ORDER BY ranked.id
"""


@dataclass(frozen=True, slots=True)
class Bits:
    """The bit of each entry, by slug."""

    causes: Mapping[str, int]
    audiences: Mapping[str, int]
    skills: Mapping[str, int]
    sectors: Mapping[str, int]


def read_bits() -> Bits:
    """The closed lists as they are now, in one query. Raises OverflowError for a list too long for a mask."""
    with connection.cursor() as cursor:
        cursor.execute(LISTS)
        causes, audiences, skills, sectors = map(_ranked, cursor.fetchone())
    return Bits(causes=causes, audiences=audiences, skills=skills, sectors=sectors)


def related_masks() -> list[int]:
    """The causes near each cause, by rank, as masks; one query."""
    with connection.cursor() as cursor:
        cursor.execute(NEAR_CAUSES)
        return [near for (near,) in cursor.fetchall()]


def mask(slugs: Iterable[str], bits: Mapping[str, int]) -> int:
    return sum(bits[slug] for slug in slugs)


def _ranked(slugs: "list[str] | None") -> dict[str, int]:
    found = {slug: 1 << rank for rank, slug in enumerate(slugs or ())}
    if len(found) > MOST_BITS - SECTOR_SHIFT:
        raise OverflowError(f"The list of {next(iter(found))} has too many entries for a mask")
    return found
