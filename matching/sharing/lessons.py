"""What past refusals teach: a company that said no for a reason sees fewer pairs with the same trait.

A lesson belongs to who said no and to a trait of what was refused, never to the one that was refused: nobody
is punished for having been shown often. It is bounded, fades, and a yes to the same trait weighs against it.
"""

from collections.abc import Hashable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import TypeVar

# The most that refusals take from a score, which is 0 to 1: less than sixty days of waiting give.
MOST = 0.12
# After so long a refusal counts for half.
HALF_LIFE_DAYS = 180
# Two answers that nobody gave, shared between yes and no: one refusal alone is not a rule.
DOUBT = 2.0

Who = TypeVar("Who", bound=Hashable)


@dataclass(frozen=True, slots=True)
class Trait:
    """What a reason for a no is about: `family` is its kind, `value` what the refused one was."""

    family: str
    value: str


@dataclass(frozen=True, slots=True)
class Answer:
    """A yes or a no to something with these traits. A no teaches only of the traits its reason names."""

    on: date
    refused: bool
    traits: frozenset[Trait]


def lessons(answers: Iterable[tuple[Who, Answer]], today: date) -> dict[Who, dict[Trait, float]]:
    """For each who answered, what each trait costs now: between 0 and MOST."""
    noes: dict[tuple[Who, Trait], float] = {}
    yeses: dict[tuple[Who, Trait], float] = {}
    for who, answer in answers:
        counted = noes if answer.refused else yeses
        weight = 0.5 ** (max(0, (today - answer.on).days) / HALF_LIFE_DAYS)
        for trait in answer.traits:
            counted[who, trait] = counted.get((who, trait), 0.0) + weight
    found: dict[Who, dict[Trait, float]] = {}
    for (who, trait), no in noes.items():
        share = no / (no + yeses.get((who, trait), 0.0) + DOUBT)
        found.setdefault(who, {})[trait] = MOST * share
    return found


def cost(learnt: Mapping[Trait, float], traits: Iterable[Trait]) -> tuple[float, Trait | None]:
    """What these traits cost, and which: the heaviest alone, so that no pair loses more than MOST."""
    known = [(learnt[trait], trait.family, trait) for trait in traits if trait in learnt]
    if not known:
        return 0.0, None
    weight, _, trait = max(known, key=lambda each: (each[0], each[1], each[2].value))
    return round(weight, 4), trait
