"""Where a document can be prescribed: a next step, a gap of a profile, a reason for a refusal.

Upper rooms register the places they show, and which document of the first shelf goes to a place; the next
steps that an organisation owes are known from the agenda's rules.

    register_place(Place(gap_key("associations", "causes"), "vos causes", GAPS))
    give_first(gap_key("associations", "causes"), "trouver-les-bonnes-entreprises")
"""

from dataclasses import dataclass

from mecenova.agenda import rules
from mecenova.agenda.enums import Owner

STEPS, GAPS, REFUSALS = "Prochaines étapes", "Ce qui manque à une fiche", "Raisons d’un refus"
LESSONS = "Points faibles d’une auto-évaluation"


@dataclass(frozen=True)
class Place:
    """`key` is stored and stands in addresses; `chosen_elsewhere` has its document on another page."""

    key: str
    label: str
    group: str
    chosen_elsewhere: bool = False


_places: dict[str, Place] = {}
_first: dict[str, str] = {}


def register_place(place: Place) -> None:
    """Registering the same key again replaces it."""
    _places[place.key] = place


def give_first(key: str, slug: str) -> None:
    """The document of the first shelf that this place has until the team chooses another."""
    _first[key] = slug


def first_documents() -> dict[str, str]:
    return dict(_first)


def gap_key(room: str, part: str) -> str:
    """The place of a part that a profile lacks."""
    return f"gap:{room}.{part}"


def lesson_key(path: str, step: str) -> str:
    """The place of a step of a learning path that helps with a weakness of a self-assessment."""
    return f"lesson:{path}.{step}"


def step_key(rule: str) -> str:
    """The place of a next step, by the name of its rule."""
    return f"step:{rule}"


def places() -> dict[str, Place]:
    """Every place by its key: the next steps first, then what the rooms registered, in their order."""
    owed = (rule for rule in rules.registered() if rule.is_step and rule.owner == Owner.ORGANISATION)
    steps = {step_key(rule.name): Place(step_key(rule.name), rule.title or rule.name, STEPS) for rule in owed}
    return steps | _places
