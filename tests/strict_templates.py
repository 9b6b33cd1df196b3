"""A variable that one of our templates prints and nobody gave fails the test; those of others may."""

from pathlib import Path
from types import FrameType

import pytest
from django.template.base import Node

ROOT = Path(__file__).resolve().parents[1]


class MissingVariable(str):
    """Django asks this string how to show an unknown variable: true only where that is a failure."""

    def __bool__(self) -> bool:
        return _template_being_rendered() is not None

    def __contains__(self, text: object) -> bool:
        return text == "%s"

    def __mod__(self, variable: object) -> str:
        template = _template_being_rendered()
        raise AssertionError(f"{template} uses the variable « {variable} », which nothing defines")


def _template_being_rendered() -> str | None:
    """The file of the innermost node being rendered, when it is one of ours."""
    import sys

    frame: FrameType | None = sys._getframe(2)
    while frame is not None:
        node = frame.f_locals.get("self")
        if isinstance(node, Node) and getattr(node, "origin", None) is not None:
            name = str(node.origin.name)
            ours = name.startswith(str(ROOT)) and "site-packages" not in name
            return name if ours else None
        frame = frame.f_back
    return None


@pytest.hookimpl(trylast=True)
def pytest_configure() -> None:
    from django.conf import settings

    settings.TEMPLATES[0]["OPTIONS"]["string_if_invalid"] = MissingVariable()
