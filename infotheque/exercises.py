"""The exercises of the learning paths, registered by the rooms whose data they work on.

This room knows neither associations nor companies: it shows a step, keeps the answers, and asks the exercise
what it sees.

    register_exercise("preparer-un-partenariat", Exercise(key="dire-sa-mission", look=look_at_mission))

`look` is called each time a member opens the step, so it makes few queries and never writes.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from accounts.models import Organisation
from infotheque.places import LESSONS, Place, lesson_key, register_place

Answers = Mapping[str, str]
LONGEST_ANSWER = 1000


@dataclass(frozen=True)
class Finding:
    """One thing seen in the member's own data: what it is, whether it is there, where it is written.

    What is not `needed` is advice: the step can be done without it.
    """

    text: str
    is_there: bool
    url: str = ""
    label: str = ""
    needed: bool = True


@dataclass(frozen=True)
class Question:
    """One thing asked. With `choices` (value, label) one is chosen; `is_amount` is a sum in euros."""

    key: str
    label: str
    help: str = ""
    choices: tuple[tuple[str, str], ...] = ()
    is_amount: bool = False
    is_long: bool = True
    required: bool = True


@dataclass(frozen=True)
class Dimension:
    """One branch of a self-assessment: what is said of it, and the step that helps when it is weak."""

    key: str
    name: str
    statement: str
    step_key: str


@dataclass(frozen=True)
class Group:
    """Dimensions drawn in one picture."""

    key: str
    title: str
    dimensions: tuple[Dimension, ...]


def nothing_to_see(organisation: Organisation) -> list[Finding]:
    return []


def nothing_to_say(answers: Answers) -> str:
    return ""


@dataclass(frozen=True)
class Exercise:
    """What a step asks of a member, what it looks at, and what it concludes from the answers.

    `at_least` is how many of the questions that are not required must be answered all the same. An exercise
    with `groups` is a self-assessment: one question a dimension, drawn as a picture.
    """

    key: str
    questions: tuple[Question, ...] = ()
    at_least: int = 0
    look: Callable[[Organisation], list[Finding]] = nothing_to_see
    conclude: Callable[[Answers], str] = nothing_to_say
    groups: tuple[Group, ...] = field(default=())

    @property
    def dimensions(self) -> tuple[Dimension, ...]:
        return tuple(dimension for group in self.groups for dimension in group.dimensions)


_exercises: dict[tuple[str, str], Exercise] = {}
NO_EXERCISE = Exercise(key="")


def register_exercise(path: str, exercise: Exercise) -> None:
    """Tie an exercise to the step of this key in the path of this slug; registering again replaces it.

    The steps that help with the weaknesses of a self-assessment are places where a document is read.
    """
    _exercises[path, exercise.key] = exercise
    for each in exercise.dimensions:
        register_place(Place(lesson_key(path, each.step_key), each.name, LESSONS, chosen_elsewhere=True))


def exercise_of(path: str, step: str) -> Exercise:
    """The exercise of a step; a step that no room registered has nothing to ask."""
    return _exercises.get((path, step), NO_EXERCISE)


def registered() -> set[tuple[str, str]]:
    """(slug of the path, key of the step) of every exercise."""
    return set(_exercises)
