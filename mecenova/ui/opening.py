"""Which pages a reader may open: a link is offered only to where it leads."""

from collections.abc import Callable
from typing import Any

from django.db.models import Model

# The reader (or a visitor) and the object: whether its page answers them.
Policy = Callable[[Any, Any], bool]

_policies: dict[type[Model], Policy] = {}


def register_page(model: type[Model], may_open: Policy) -> None:
    """Each room says who opens the pages of its own models."""
    if model in _policies:
        raise ValueError(f"One policy says who opens the page of {model.__name__}")
    _policies[model] = may_open


def page_for(subject: Any, reader: Any) -> str:
    """The address of an object's page, or nothing when it would not answer this reader.

    Raises KeyError for a model whose room has not said who opens it.
    """
    return str(subject.get_absolute_url()) if _policies[type(subject)](reader, subject) else ""
