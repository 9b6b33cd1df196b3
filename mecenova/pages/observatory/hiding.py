"""No published number concerns fewer than five, not even the difference between two published numbers.

A group is published with one or several counts (those concerned, those among them who were not presented...).
Each must be nought or at least five. What is not shown, taken together, must be so as well: otherwise whoever
subtracts the groups shown from the total reads it. The smallest group shown is then hidden too, until it
holds.

Tables also count people of whom some are counted in another one: those open to companies, the complete among
them, the checked for 90 days among these. The narrower table is published within the wider one: no group that
the wider one hides, and those it leaves out are nobody or at least five, by group and taken together.
"""

from collections.abc import Collection, Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar

FEWEST = 5

Counts = Sequence[int]
K = TypeVar("K", bound=Hashable)


@dataclass(frozen=True, slots=True)
class Wider:
    """A table that counts more people than another: all of them, by group, and the groups that it shows."""

    total: int
    groups: Mapping[Any, int]
    published: Collection[Any]


def left_out(counts: Counts, wider: int) -> list[int]:
    """These counts, and how many of the wider table they leave out."""
    return [*counts, wider - counts[0]]


def is_large(counts: Counts) -> bool:
    """Somebody is concerned, and no count is about a handful."""
    return counts[0] >= FEWEST and is_clear(counts)


def is_clear(counts: Counts) -> bool:
    """No count is about a handful; nobody at all is no handful."""
    return all(count == 0 or count >= FEWEST for count in counts)


def shown(
    total: Counts, groups: Mapping[K, Counts], *, overlap: bool = False, within: Wider | None = None
) -> set[K]:
    """The groups that may be published beside this total, each with its counts; none when the total is small.

    With `overlap`, the same association counts in several groups (it has several causes): what a group leaves
    out of the total must then be clear by itself, and so must what groups count beyond the total, which is
    how many of them are in two.
    """
    if within is not None:
        groups = _within(within, len(total), groups)
        total = left_out(total, within.total)
    visible = {key for key, counts in groups.items() if is_large(counts)}
    if within is not None:
        visible &= set(within.published)
    if overlap:
        visible = {key for key in visible if is_clear(_minus(total, [groups[key]]))}
    while visible and not _is_covered(total, groups, visible, overlap=overlap):
        visible.remove(min(visible, key=lambda key: (groups[key][0], str(key))))
    return visible


def _within(wider: Wider, length: int, groups: Mapping[K, Counts]) -> dict[K, Counts]:
    """Each group of either table, and how many of the wider one it leaves out."""
    nobody = [0] * length
    found = {key: groups.get(key, nobody) for key in {*groups, *wider.groups}}
    return {key: left_out(counts, wider.groups.get(key, counts[0])) for key, counts in found.items()}


def _is_covered(total: Counts, groups: Mapping[K, Counts], visible: set[K], *, overlap: bool) -> bool:
    """What is not shown, taken together, is no handful."""
    rest = _minus(total, [groups[key] for key in visible])
    if not overlap:
        return is_clear(rest)
    unseen = _sum([groups[key] for key in groups if key not in visible], len(total))
    return is_clear(unseen) and is_clear([abs(count) for count in rest])


def _minus(total: Counts, others: Iterable[Counts]) -> list[int]:
    return [count - taken for count, taken in zip(total, _sum(others, len(total)), strict=True)]


def _sum(several: Iterable[Counts], length: int) -> list[int]:
    sums = [0] * length
    for counts in several:
        sums = [former + count for former, count in zip(sums, counts, strict=True)]
    return sums
