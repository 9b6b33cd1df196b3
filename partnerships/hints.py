"""What an upper room may add to the page of an introduction that has ended without an answer.

Why nobody answered is read by `matching`, above this room: it registers a function here when the site starts.

    register_explanation(callable)    # callable(introduction) -> address of a page, or nothing

It is asked each time the association or the team reads the page, so it makes few queries and never writes.
"""

from collections.abc import Callable

from partnerships.models import Introduction

Explanation = Callable[[Introduction], str]
_explanations: list[Explanation] = []


def register_explanation(explanation: Explanation) -> Explanation:
    """Registering the same function twice asks it once."""
    if explanation not in _explanations:
        _explanations.append(explanation)
    return explanation


def explained_at(introduction: Introduction) -> str:
    """The address where its association reads why it ended, or nothing."""
    found = (explanation(introduction) for explanation in _explanations)
    return next((address for address in found if address), "")
