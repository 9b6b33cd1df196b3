"""A self-assessment: from answers between 0 and 3 to a picture, its table, and the steps that help most."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from infotheque.exercises import Answers, Dimension, Exercise, Group

HIGHEST = 3
LEVELS = (
    ("0", "Pas encore"),
    ("1", "Un peu"),
    ("2", "Plutôt oui"),
    ("3", "Oui, tout à fait"),
)
STEPS_ADVISED = 3
# The drawing: half its side, the length of a branch, and where its label stands, in the units of the picture.
CENTRE, REACH, LABEL_AT = 150, 92, 112
# Between two lines of a label; and how far below the middle of a line its letters stand.
LINE, DESCENT = 17, 5


@dataclass(frozen=True)
class Branch:
    """One dimension on the picture: its label, the end of its branch, and the value in words.

    `lines` are those of the label, each with where it stands: a phone is too narrow for two words side by
    side. Places are texts: a template in French would write a number with a comma.
    """

    name: str
    said: str
    end_x: str
    end_y: str
    label_x: str
    lines: tuple[tuple[str, str], ...]
    anchor: str


@dataclass(frozen=True)
class Radar:
    """One picture: rings for the levels, branches for the dimensions, and the shape that joins the values."""

    key: str
    title: str
    size: int
    centre: int
    rings: tuple[str, ...]
    branches: tuple[Branch, ...]
    shape: str


def is_answered(exercise: Exercise, answers: Answers) -> bool:
    known = {value for value, _ in LEVELS}
    return bool(exercise.groups) and all(answers.get(each.key) in known for each in exercise.dimensions)


def radars(exercise: Exercise, answers: Answers) -> list[Radar]:
    """The pictures, once every dimension has its answer; before that, nothing is drawn."""
    if not is_answered(exercise, answers):
        return []
    return [_draw(group, answers) for group in exercise.groups]


def weakest(exercise: Exercise, answers: Answers) -> list[str]:
    """The keys of the steps that help most: those of the weakest dimensions, each once, in the given order.

    A dimension at its highest needs no help, so there may be fewer than three.
    """
    if not is_answered(exercise, answers):
        return []
    low = [each for each in exercise.dimensions if int(answers[each.key]) < HIGHEST]
    low.sort(key=lambda each: int(answers[each.key]))
    return list(dict.fromkeys(each.step_key for each in low))[:STEPS_ADVISED]


def _draw(group: Group, answers: Answers) -> Radar:
    values = [int(answers[each.key]) for each in group.dimensions]
    count = len(values)
    return Radar(
        key=group.key,
        title=group.title,
        size=2 * CENTRE,
        centre=CENTRE,
        rings=tuple(_polygon([level] * count) for level in range(1, HIGHEST + 1)),
        branches=tuple(_branch(each, place, count, answers) for place, each in enumerate(group.dimensions)),
        shape=_polygon(values),
    )


def _branch(dimension: Dimension, place: int, count: int, answers: Mapping[str, str]) -> Branch:
    x, y = _point(place, count, REACH)
    label_x, label_y = _point(place, count, LABEL_AT)
    side = label_x - CENTRE
    return Branch(
        name=dimension.name,
        said=dict(LEVELS)[answers[dimension.key]],
        end_x=f"{x:.1f}",
        end_y=f"{y:.1f}",
        label_x=f"{label_x:.1f}",
        lines=_lines(dimension.name, label_y),
        anchor="middle" if abs(side) < REACH / 4 else "start" if side > 0 else "end",
    )


def _lines(name: str, middle: float) -> tuple[tuple[str, str], ...]:
    """The last word below the others, centred together on the end of the branch."""
    words = name.rsplit(" ", 1)
    top = middle + DESCENT - LINE * (len(words) - 1) / 2
    return tuple((each, f"{top + LINE * place:.1f}") for place, each in enumerate(words))


def _polygon(values: Sequence[int]) -> str:
    points = (_point(place, len(values), REACH * value / HIGHEST) for place, value in enumerate(values))
    return " ".join(f"{x:.1f},{y:.1f}" for x, y in points)


def _point(place: int, count: int, distance: float) -> tuple[float, float]:
    """Where a branch is at this distance from the centre, the first one upwards, then clockwise."""
    angle = 2 * math.pi * place / count - math.pi / 2
    return CENTRE + distance * math.cos(angle), CENTRE + distance * math.sin(angle)
