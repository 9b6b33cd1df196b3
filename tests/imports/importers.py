"""An importer that writes to a dictionary: what the loop does, without a database of associations."""

from collections.abc import Sequence, Set
from pathlib import Path

from mecenova.identifiers.names import fold
from mecenova.imports.columns import Column
from mecenova.imports.errors import RowRefused
from mecenova.imports.report import CREATED, UNCHANGED, UPDATED, Notes, Outcome
from mecenova.imports.running import Importer
from mecenova.imports.tables import Row

COLUMNS = (
    Column("nom", ("name", "dénomination"), required=True),
    Column("code_postal", ("cp",)),
    Column("objet"),
    Column("montant", note="les montants ne sont pas lus."),
)


class Shelf(Importer[tuple[str, str]]):
    """A name and its purpose; a second row of the same name replaces the purpose."""

    what = "fiches"
    columns = COLUMNS

    def __init__(self, *, as_checked: bool = False) -> None:
        self.as_checked = as_checked
        self.kept: dict[str, str] = {}
        self.batches: list[int] = []

    def parse(self, row: Row, notes: Notes) -> tuple[str, str]:
        if not fold(row["nom"]):
            raise RowRefused("le nom manque")
        if not row["objet"]:
            notes.add("sans objet")
        return fold(row["nom"]), row["objet"]

    def key(self, parsed: tuple[str, str]) -> str:
        return parsed[0]

    def write(self, parsed: Sequence[tuple[str, str]], met: Set[str]) -> Sequence[Outcome]:
        self.batches.append(len(parsed))
        return [self._write(name, purpose) for name, purpose in parsed]

    def _write(self, name: str, purpose: str) -> Outcome:
        if name == "refusee":
            return Outcome.rejected("refusée à l’écriture")
        known, self.kept[name] = self.kept.get(name), purpose
        return CREATED if known is None else UNCHANGED if known == purpose else UPDATED


def written(folder: Path, content: str | bytes, name: str = "fichier.csv") -> Path:
    path = folder / name
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return path
