"""What upper rooms may add to a project's page, or read in a profile's text.

A project that asks only for money is told what skills or goods would open, and one that found no company why.
Only `matching` reads both sides, above this room: it registers a function here when the site starts.

    register_project_hint(callable)    # callable(project) -> Hint | None

Each function is asked each time a member reads the project's page, so it makes few queries and never writes.

A profile without causes is read too: what its text speaks of is proposed to a person, who confirms or not.

    register_cause_reader(callable)     # callable(association) -> slugs of causes, the likeliest first
"""

from collections.abc import Callable
from dataclasses import dataclass

from associations.models import Association, Project
from mecenova.reference.models import Cause


@dataclass(frozen=True)
class Hint:
    """A French sentence drawn from data, and where it leads."""

    text: str
    url: str = ""
    label: str = ""
    # With a title it stands at the top of the page; without, beside the asks.
    title: str = ""


ProjectHint = Callable[[Project], Hint | None]
CauseReader = Callable[[Association], list[str]]
_hints: list[ProjectHint] = []
_cause_readers: list[CauseReader] = []


def register_project_hint(hint: ProjectHint) -> ProjectHint:
    """Registering the same function twice shows it once. Usable as a decorator."""
    if hint not in _hints:
        _hints.append(hint)
    return hint


def hints_for(project: Project) -> list[Hint]:
    found = (hint(project) for hint in _hints)
    return [hint for hint in found if hint is not None]


def register_cause_reader(reader: CauseReader) -> CauseReader:
    if reader not in _cause_readers:
        _cause_readers.append(reader)
    return reader


def proposed_causes(association: Association) -> list[Cause]:
    """Causes for a person to confirm, the likeliest first; none when some are declared. Never stored."""
    if association.causes.exists():
        return []
    slugs = [slug for reader in _cause_readers for slug in reader(association)]
    found = {cause.slug: cause for cause in Cause.objects.filter(slug__in=slugs)} if slugs else {}
    return [found[slug] for slug in dict.fromkeys(slugs) if slug in found]
