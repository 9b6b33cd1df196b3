"""What the components share: drawing a template with its own values, reading label/value pairs."""

from typing import Any

from django.template import Context
from django.utils.safestring import SafeString


def draw(context: Context, name: str, values: dict[str, Any]) -> SafeString:
    """Render a component's template with its own values only: it never reads the page's variables."""
    found = context.template.engine.get_template(name)
    return SafeString(found.render(Context({**values, "csrf_token": context.get("csrf_token", "")})))


def pairs(values: tuple[Any, ...]) -> list[tuple[Any, Any]]:
    """("a", 1, "b") -> [("a", 1), ("b", "")]"""
    return list(zip(values[::2], (*values[1::2], ""), strict=False))
