"""Entries by the words people and files use for them: one index, that a job builds once and keeps."""

from collections.abc import Iterable, Mapping
from typing import Generic, TypeVar

from mecenova.identifiers.names import fold
from mecenova.reference.data.causes import CAUSE_ALIASES
from mecenova.reference.data.sectors import SECTOR_ALIASES
from mecenova.reference.models import Audience, Cause, Entry, Sector, Skill

E = TypeVar("E", bound=Entry)


class LabelIndex(Generic[E]):
    """Finds an entry by its name, its slug or another word for it, whatever the accents and capitals."""

    def __init__(self, entries: Iterable[E], aliases: Mapping[str, str] | None = None) -> None:
        by_slug = {entry.slug: entry for entry in entries}
        self._by_label = {alias: by_slug[slug] for alias, slug in (aliases or {}).items() if slug in by_slug}
        self._by_label |= {fold(slug): entry for slug, entry in by_slug.items()}
        self._by_label |= {fold(entry.name): entry for entry in by_slug.values()}

    def find(self, text: str) -> E | None:
        """The entry this text names, or None rather than a guess."""
        return self._by_label.get(fold(text))


def cause_index() -> LabelIndex[Cause]:
    return LabelIndex(Cause.objects.all(), CAUSE_ALIASES)


def sector_index() -> LabelIndex[Sector]:
    return LabelIndex(Sector.objects.all(), SECTOR_ALIASES)


def skill_index() -> LabelIndex[Skill]:
    return LabelIndex(Skill.objects.all())


def audience_index() -> LabelIndex[Audience]:
    return LabelIndex(Audience.objects.all())
