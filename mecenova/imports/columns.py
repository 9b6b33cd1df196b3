"""Which columns an import knows, under which headers they come, and where they are in this file."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from mecenova.identifiers.names import fold
from mecenova.imports.errors import ImportRefused

_MOST_NAMES_TOLD = 8


@dataclass(frozen=True)
class Column:
    """`name` is our own header; `aliases` are read as well, whatever the accents and capitals.

    A column with a `note` is known and left unread: the report says why.
    """

    name: str
    aliases: tuple[str, ...] = ()
    required: bool = False
    note: str = ""

    @property
    def labels(self) -> frozenset[str]:
        return frozenset(fold(label) for label in (self.name, *self.aliases))


@dataclass
class Layout:
    """The columns of one file: where each known one is, and which are absent, unknown or written twice."""

    places: dict[str, int] = field(default_factory=dict)
    absent: list[str] = field(default_factory=list)
    unknown: list[str] = field(default_factory=list)
    repeated: list[str] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)


def known_labels(columns: Sequence[Column]) -> dict[str, Column]:
    return {label: column for column in columns for label in column.labels}


def laid_out(header: Sequence[str], columns: Sequence[Column]) -> Layout:
    """Raises ImportRefused when a required column is missing."""
    labels, layout = known_labels(columns), Layout()
    for place, title in enumerate(header):
        column = labels.get(fold(title))
        if column is None:
            if title.strip():
                layout.unknown.append(title.strip())
        elif column.name in layout.places:
            layout.repeated.append(title.strip())
        else:
            layout.places[column.name] = place
    missing = [column.name for column in columns if column.required and column.name not in layout.places]
    if missing:
        raise ImportRefused(_missing(missing, header))
    layout.absent = [each.name for each in columns if each.name not in layout.places and not each.note]
    layout.notes = [each.note for each in columns if each.name in layout.places and each.note]
    return layout


def in_brief(names: Sequence[str]) -> str:
    """Names for a sentence: a few of them, none very long."""
    told = [name if len(name) <= 40 else f"{name[:39]}…" for name in names[:_MOST_NAMES_TOLD]]
    more = len(names) - len(told)
    return ", ".join(told) + (f" et {more} autre{'s' if more > 1 else ''}" if more else "")


def _missing(missing: Sequence[str], header: Sequence[str]) -> str:
    wanted = in_brief([f"«\u202f{name}\u202f»" for name in missing])
    found = in_brief([" ".join(title.split()) for title in header if title.strip()]) or "aucune"
    ending = "les colonnes obligatoires" if len(missing) > 1 else "la colonne obligatoire"
    return (
        f"Il manque {ending} {wanted}. Colonnes lues\u00a0: {found}. "
        "Corrigez la première ligne du fichier, qui doit nommer les colonnes."
    )
