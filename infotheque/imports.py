"""A folder of files, or a CSV of documents: what each row says, tried first, then written."""

import csv
from collections.abc import Callable, Iterator, Sequence, Set
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from django.core.exceptions import ValidationError
from django.core.validators import URLValidator
from django.db import transaction

from accounts.models import Organisation, User
from infotheque.enums import DocumentKind, Readers, Stage
from infotheque.models import Document
from infotheque.models.lengths import LONGEST_LINK, LONGEST_SUMMARY
from infotheque.operations.deposits import holder_of, remark_on, shown_name, title_of
from infotheque.operations.documents import create_document
from infotheque.operations.versions import create_document_of
from infotheque.reading.reader import Reader
from infotheque.reading.result import ReadFile, Unreadable
from mecenova.identifiers.names import fold
from mecenova.identifiers.text import one_line, paragraphs
from mecenova.imports import cells
from mecenova.imports.columns import Column
from mecenova.imports.errors import RowRefused
from mecenova.imports.places import temporary_folder
from mecenova.imports.report import CREATED, UNCHANGED, Notes, Outcome, Verdict
from mecenova.imports.running import Importer
from mecenova.imports.tables import Row
from mecenova.reference.enums import Kind
from mecenova.reference.labels import cause_index

TITLE_LENGTH, LINE_LENGTH = 250, 200
FIRST_YEAR, LAST_YEAR = 1900, 2100
LEFT_BY_SYSTEMS = frozenset({"thumbs.db", "desktop.ini"})
_is_web = URLValidator(schemes=["http", "https"])

OUTSIDE = "le fichier n’est pas dans le dossier donné"
ABSENT = (
    "le fichier n’existe pas dans le dossier donné, ou son nom contient des caractères illisibles\u00a0: "
    "renommez-le"
)
FOLDER_AGAIN = (
    "corrigez dans le dossier ce qui est rejeté, puis relancez la même commande\u00a0: elle reprend."
)
LEADS_NOWHERE = "ni fichier, ni lien, ni site de l’éditeur\u00a0: cette fiche ne mènerait nulle part"


@dataclass
class DocumentEntry:
    """One row, understood. `read` is its file, when it has one."""

    key: str
    read: ReadFile | None
    causes: tuple[Any, ...] = ()
    values: dict[str, Any] = field(default_factory=dict)


class DocumentImporter(Importer[DocumentEntry]):
    """A row is a draft of the library: its record, and its file when there is one.

    The same content, the same link, or the same title of the same publisher is the same document: it is left
    as it is, so that a second run goes on where the first was interrupted.
    """

    what = "documents"
    # Each document is written by itself, while the next one's file is read: an interruption loses no other.
    batch_rows = 1
    columns = (
        Column("titre", ("nom", "intitulé")),
        Column("fichier", ("chemin", "nom du fichier")),
        Column("lien", ("adresse", "url", "site")),
        Column("type", ("nature", "genre")),
        Column("resume", ("description", "présentation")),
        Column("auteurs", ("auteur",)),
        Column("editeur", ("source", "organisme")),
        Column("site_editeur", ("site de l'éditeur",)),
        Column("annee", ("date", "année de parution")),
        Column("causes", ("cause", "thèmes")),
        Column("formes", ("forme", "formes de mécénat")),
        Column("moments", ("moment", "étape", "étapes")),
        Column("pour_qui", ("public", "publics")),
        Column("organisme_source", ("organisme source",)),
    )
    remarks = (
        "chaque ligne devient un brouillon\u202f; un contenu, un lien ou un titre déjà connu reste comme il "
        "est.",
    )

    def __init__(
        self,
        reader: Reader,
        folder: Path,
        *,
        keeps_files: bool,
        owner: User | None = None,
        listing: "Listing | None" = None,
    ) -> None:
        """`owner` follows the documents; `listing` is that of a folder, which has no column but its files."""
        self._reader, self._folder, self._keeps_files = reader, folder.resolve(), keeps_files
        self._owner = owner
        if listing is not None:
            self.columns = tuple(column for column in self.columns if column.name == "fichier")
            self.remarks = (*self.remarks, FOLDER_AGAIN, *listing.told())
        self._causes = cause_index()
        # A trial keeps no file to be recognised by: what this run has made is remembered.
        self._made: set[str] = set()
        self._asked: Path | None = None

    def parse(self, row: Row, notes: Notes) -> DocumentEntry:
        read = self._file(row["fichier"])
        link, home = _address(row["lien"], "lien"), _address(row["site_editeur"], "site_editeur")
        if read is None and not link and not home:
            raise RowRefused(LEADS_NOWHERE)
        title = one_line(row["titre"])[:TITLE_LENGTH] or (title_of(read) if read else "")
        if not title:
            raise RowRefused("le titre manque")
        publisher = one_line(row["editeur"])[:LINE_LENGTH]
        causes, unknown = cells.listed(row["causes"], self._causes.find)
        for word in unknown:
            notes.add("causes inconnues", word)
        return DocumentEntry(
            key=read.digest if read else link or f"{fold(title)}|{fold(publisher)}",
            read=read,
            causes=tuple(causes),
            values={
                "title": title,
                "kind": _one(row["type"], DocumentKind, notes, "types inconnus") or DocumentKind.GUIDE,
                "summary": paragraphs(row["resume"])[:LONGEST_SUMMARY],
                "authors": one_line(row["auteurs"])[:TITLE_LENGTH],
                "publisher": publisher,
                "publisher_home": home,
                "organisation": _source(row["organisme_source"], notes),
                "year": _year(row["annee"]),
                "link": link,
                "partnership_kinds": _several(row["formes"], Kind, notes, "formes inconnues"),
                "stages": _several(row["moments"], Stage, notes, "moments inconnus"),
                "readers": _several(row["pour_qui"], Readers, notes, "publics inconnus"),
            },
        )

    def expect(self, row: Row) -> None:
        """Its file is given to be read; what is wrong with it is told at its turn."""
        with suppress(RowRefused, OSError):
            path = self._path(row["fichier"].strip())
            if path is not None:
                self._reader.ask(path, shown_name(path.name))
                self._asked = path

    def key(self, parsed: DocumentEntry) -> str:
        return parsed.key

    def write(self, parsed: Sequence[DocumentEntry], met: Set[str]) -> Sequence[Outcome]:
        return [self._write(entry) for entry in parsed]

    def told(self, parsed: DocumentEntry) -> Sequence[tuple[str, str]]:
        pages = parsed.read.content.pages if parsed.read else None
        return (
            ("Titre", parsed.values["title"]),
            ("Fichier", parsed.read.name if parsed.read else ""),
            ("Pages", str(pages or "")),
        )

    @transaction.atomic
    def _write(self, entry: DocumentEntry) -> Outcome:
        if entry.key in self._made or self._known(entry):
            return UNCHANGED
        self._made.add(entry.key)
        values = {"causes": entry.causes, "owner": self._owner, **entry.values}
        if entry.read is not None and self._keeps_files:
            create_document_of(file=entry.read, by=None, **values)
        else:
            create_document(by=None, **values)
        remark = remark_on(entry.read) if entry.read else ""
        return Outcome(Verdict.CREATED, notes=(remark,)) if remark else CREATED

    def _known(self, entry: DocumentEntry) -> bool:
        if entry.read is not None:
            return holder_of(entry.read.digest) is not None
        title, publisher, link = (entry.values[name] for name in ("title", "publisher", "link"))
        return Document.objects.same_record(title=title, publisher=publisher, link=link).exists()

    def _file(self, cell: str) -> ReadFile | None:
        path = self._path(cell.strip())
        if path is None:
            return None
        if path != self._asked:
            self._reader.ask(path, shown_name(path.name))
        self._asked = None
        try:
            return self._reader.answer()
        except Unreadable as refusal:
            raise RowRefused(refusal.message) from None

    def _path(self, name: str) -> Path | None:
        """Where the file of this name is, in the folder given. Raises RowRefused."""
        if not name:
            return None
        try:
            path = (self._folder / name).resolve()
            inside, exists = path.is_relative_to(self._folder), path.is_file()
        except (OSError, ValueError):
            raise RowRefused(ABSENT) from None
        if not inside:
            raise RowRefused(OUTSIDE)
        if not exists:
            raise RowRefused(ABSENT)
        return path


@dataclass(frozen=True)
class Listing:
    """The CSV of a folder: how many files it names, and how many it leaves aside."""

    path: Path
    named: int
    aside: int

    def told(self) -> Iterator[str]:
        if self.aside:
            yield (
                "laissés de côté (nom qui commence par un point, lien vers ailleurs, fichier du système)"
                f"\u00a0: {self.aside}."
            )


@contextmanager
def listed_files(folder: Path) -> Iterator[Listing]:
    """A CSV with one row for each file of the folder and of those inside, whatever its ending: what cannot be
    kept is told. It bears the folder's own name.
    """
    with temporary_folder("mecenova-ingest-") as place:
        path = place / (folder.resolve().name or "dossier")
        files = [each for each in folder.rglob("*") if each.is_file()]
        named = sorted(each for each in files if not _is_aside(each))
        with path.open("w", encoding="utf-8", errors="replace", newline="") as file:
            written = csv.writer(file, delimiter=";")
            written.writerow(["fichier"])
            written.writerows([str(each.relative_to(folder))] for each in named)
        yield Listing(path, len(named), len(files) - len(named))


def _is_aside(path: Path) -> bool:
    """What nobody meant to bring: links elsewhere, and what systems leave in every folder."""
    return path.is_symlink() or path.name.startswith((".", "~$")) or path.name.lower() in LEFT_BY_SYSTEMS


def _source(cell: str, notes: Notes) -> Organisation | None:
    """The organisation of the site that this names; one it does not know, or cannot tell from a namesake, is
    told, and left to a curator."""
    name = one_line(cell)
    found = list(Organisation.objects.named(name)[:2]) if name else []
    if name and len(found) != 1:
        notes.add(
            "organismes sources inconnus du site, ou homonymes (ajoutez une virgule et la commune)", name
        )
    return found[0] if len(found) == 1 else None


def _address(cell: str, column: str) -> str:
    text = one_line(cell)
    if not text:
        return ""
    address = text if "://" in text else f"https://{text}"
    try:
        _is_web(address)
    except ValidationError:
        raise RowRefused(f"{column}\u00a0: «\u202f{text[:60]}\u202f» n’est pas une adresse web") from None
    if len(address) > LONGEST_LINK:
        raise RowRefused(f"{column}\u00a0: l’adresse a plus de {LONGEST_LINK} caractères")
    return address


def _year(cell: str) -> int | None:
    year = cells.whole_number(cell, "annee", most=LAST_YEAR)
    if year is not None and year < FIRST_YEAR:
        raise RowRefused(f"annee\u00a0: {year} est avant {FIRST_YEAR}")
    return year


def _finder(choices: Any) -> Callable[[str], Any]:
    known = {fold(value): value for value in choices.values}
    known |= {fold(str(label)): value for value, label in choices.choices}
    return lambda text: known.get(fold(text))


def _one(cell: str, choices: Any, notes: Notes, what: str) -> str:
    found = _finder(choices)(cell) if cell.strip() else ""
    if found is None:
        notes.add(what, one_line(cell)[:60])
    return found or ""


def _several(cell: str, choices: Any, notes: Notes, what: str) -> list[str]:
    found, unknown = cells.listed(cell, _finder(choices))
    for word in unknown:
        notes.add(what, word)
    return found
