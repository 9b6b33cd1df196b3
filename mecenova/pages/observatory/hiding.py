"""No published number concerns fewer than five, not even the difference between two published numbers.

A group is published with one or several counts (those concerned, those among them who were not presented...).
Each must be nought or at least five. What is not shown, taken together, must be so as well: otherwise whoever
subtracts the groups shown from the total reads it. The smallest group shown is then hidden too, until it
holds.
"""

from collections.abc import Hashable, Iterable, Mapping, Sequence
from typing import TypeVar

FEWEST = 5

Counts = Sequence[int]
K = TypeVar("K", bound=Hashable)


def is_large(counts: Counts) -> bool:
    """Somebody is concerned, and no count is about a handful."""
    return counts[0] >= FEWEST and is_clear(counts)


def is_clear(counts: Counts) -> bool:
    """No count is about a handful; nobody at all is no handful."""
    return all(count == 0 or count >= FEWEST for count in counts)


def shown(total: Counts, groups: Mapping[K, Counts], *, overlap: bool = False) -> set[K]:
    """The groups that may be published beside this total, each with its counts; none when the total is small.

    With `overlap`, the same association counts in several groups (it has several causes): what a group leaves
    out of the total must then be clear by itself, and so must what groups count beyond the total, which is
    how many of them are in two.
    """
    if not is_large(total):
        return set()
    visible = {key for key, counts in groups.items() if is_large(counts)}
    if overlap:
        visible = {key for key in visible if is_clear(_minus(total, [groups[key]]))}
    while visible and not _is_covered(total, groups, visible, overlap=overlap):
        visible.remove(min(visible, key=lambda key: (groups[key][0], str(key))))
    return visible


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
