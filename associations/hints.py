"""What upper rooms may add to a project's page.

A project that asks only for money is told what skills or goods would open, and one that found no company why.
Only `matching` reads both sides, above this room: it registers a function here when the site starts.

    register_project_hint(callable)    # callable(project) -> Hint | None

Each function is asked each time a member reads the project's page, so it makes few queries and never writes.
"""

from collections.abc import Callable
from dataclasses import dataclass

from associations.models import Project


@dataclass(frozen=True)
class Hint:
    """A French sentence drawn from data, and where it leads."""

    text: str
    url: str = ""
    label: str = ""
    # With a title it stands at the top of the page; without, beside the asks.
    title: str = ""


ProjectHint = Callable[[Project], Hint | None]
_hints: list[ProjectHint] = []


def register_project_hint(hint: ProjectHint) -> ProjectHint:
    """Registering the same function twice shows it once. Usable as a decorator."""
    if hint not in _hints:
        _hints.append(hint)
    return hint


def hints_for(project: Project) -> list[Hint]:
    found = (hint(project) for hint in _hints)
    return [hint for hint in found if hint is not None]
