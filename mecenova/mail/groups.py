"""The groups of information mails, each of which can be declined apart from the others."""

import re
from dataclasses import dataclass

SLUG = re.compile(r"[a-z]+(-[a-z]+)*")


@dataclass(frozen=True)
class Group:
    """`label` names it on a line of preferences and under a mail; `help` says plainly what it brings."""

    slug: str
    label: str
    help: str


GROUPS: dict[str, Group] = {}


def register_group(slug: str, label: str, help: str) -> Group:
    """Declared in an app's `notifications.py`, above the mails it holds."""
    if not SLUG.fullmatch(slug):
        raise ValueError(f"A group of mails is named with small letters and dashes, not {slug}")
    group = Group(slug, label, help)
    if GROUPS.setdefault(slug, group) != group:
        raise ValueError(f"Two groups of mails are called {slug}")
    return group


def group_named(slug: str) -> Group:
    """One that this release no longer knows can still be declined: its mails may be on their way."""
    return GROUPS.get(slug) or Group(slug, "Ces informations", "")


def groups() -> list[Group]:
    return sorted(GROUPS.values(), key=lambda group: group.label)
