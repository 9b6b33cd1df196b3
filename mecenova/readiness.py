"""How complete a record is: the words and the figures that every profile is told with.

Each room says what its own records lack; the pages and the mails read these.
"""

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True)
class Part:
    """One thing to say. `anchor` is where it is said: a section of the edit pages, or the field of a form."""

    key: str
    label: str
    help: str
    anchor: str


@dataclass(frozen=True)
class Completeness:
    """What is said of all there is to say. Further steps raise the figure, and keep nobody from anything."""

    done: int
    total: int
    missing: tuple[Part, ...]
    further_done: int = 0
    further_total: int = 0

    @property
    def percent(self) -> int:
        return round(100 * self.all_done / self.all_total)

    @property
    def all_done(self) -> int:
        return self.done + self.further_done

    @property
    def all_total(self) -> int:
        return self.total + self.further_total

    @property
    def is_complete(self) -> bool:
        return not self.missing


def in_words(parts: Sequence[Part]) -> str:
    """« vos causes, vos publics et votre taille », or an empty text."""
    labels = [part.label for part in parts]
    if len(labels) < 2:
        return "".join(labels)
    return f"{', '.join(labels[:-1])} et {labels[-1]}"
