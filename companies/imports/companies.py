"""Files of companies: which columns they may have, and what each says."""

from collections.abc import Sequence, Set
from typing import Any

from accounts.models.organisation import record_key
from accounts.operations.imports import compare_brought, key_of
from companies.enums import GiverKind
from companies.imports.words import Lists, kind_from_label, named, said
from companies.models.company import LARGEST_MONTHLY_CAPACITY
from companies.operations.imports import CompanyEntry, import_companies
from mecenova.calendar import clock
from mecenova.identifiers.names import fold
from mecenova.identifiers.registry import clean_siren, clean_siret
from mecenova.identifiers.text import one_line, paragraphs
from mecenova.imports import cells
from mecenova.imports.columns import Column
from mecenova.imports.errors import RowRefused
from mecenova.imports.registry import register_import
from mecenova.imports.report import Notes, Outcome, Report
from mecenova.imports.running import Importer
from mecenova.imports.tables import Row
from mecenova.reference.enums import LOCAL_LEVELS, Kind
from mecenova.reference.labels import cause_index, sector_index
from mecenova.reference.models import Territory

NAME_LENGTH, TEXT_LENGTH = 250, 3000

FOUNDATION_WORDS = (" fondation ", " fonds de dotation ")


COMPANY_COLUMNS = (
    Column(
        "raison_sociale",
        (
            "nom",
            "nom de l'entreprise",
            "entreprise",
            "fondation",
            "dénomination",
            "société",
            "organisme",
            "name",
        ),
        required=True,
    ),
    Column("secteur", ("secteur d'activité", "activité")),
    Column("departement", ("dép", "dept", "département du siège", "code département")),
    Column("code_postal", ("cp", "code postal du siège")),
    Column("ville", ("commune", "localité")),
    Column("causes", ("cause", "thèmes", "thématiques", "domaines", "domaines d'action")),
    Column(
        "formes", ("forme", "formes de mécénat", "types de mécénat", "formes de soutien", "types de soutien")
    ),
    Column("territoires", ("territoire", "zones d'action", "zone d'action", "zone géographique")),
    Column("capacite_mensuelle", ("capacité", "capacité par mois")),
    Column("siren", ("numéro siren", "siret", "numéro siret")),
    Column("site", ("site internet", "site web", "url")),
    Column("telephone", ("tél", "tel")),
    Column("presentation", ("description",)),
)


def giver_of(name: str) -> str:
    """« Fondation X », « Fonds de dotation X » and « X Fondation » give as foundations, not as companies."""
    folded = f" {fold(name)} "
    return GiverKind.FOUNDATION if any(words in folded for words in FOUNDATION_WORDS) else GiverKind.COMPANY


class CompanyImporter(Importer[CompanyEntry]):
    """A row is a company, its policy and its monthly capacity."""

    what = "entreprises"
    columns = COMPANY_COLUMNS
    remarks = (
        "même nom et même code postal (ou aucun), même fiche\u202f; rien de connu n’est effacé, les listes "
        "s’enrichissent, et ce que des membres ont écrit reste à eux (seuls les vides sont remplis).",
    )

    def __init__(self, *, as_checked: bool = False) -> None:
        self.as_checked, self._begun = as_checked, clock.now()
        self._lists, self._causes, self._sectors = Lists(), cause_index(), sector_index()

    def parse(self, row: Row, notes: Notes) -> CompanyEntry:
        name = one_line(row["raison_sociale"])
        if not name:
            raise RowRefused("la raison sociale manque")
        if len(name) > NAME_LENGTH:
            raise RowRefused(f"la raison sociale a plus de {NAME_LENGTH} caractères")
        if not record_key(name):
            raise RowRefused("la raison sociale n’a ni lettre ni chiffre")
        postal_code = self._postal_code(row, notes)
        find = self._lists.find
        return CompanyEntry(
            key=key_of(name, postal_code),
            name=name,
            town=one_line(row["ville"])[:120],
            department=self._department(row, postal_code, notes),
            website=cells.website(row["site"]),
            phone=cells.phone(row["telephone"]),
            giver=giver_of(name),
            sector=self._sector(row, notes),
            siren=self._siren(row),
            presentation=cells.shortened(paragraphs(row["presentation"]), TEXT_LENGTH),
            causes=find(row, "causes", self._causes.find, "cause inconnue", notes),
            kinds=find(row, "formes", kind_from_label, "forme inconnue", notes),
            territories=find(row, "territoires", self._lists.territory, "territoire inconnu", notes),
            capacity=cells.whole_number(
                row["capacite_mensuelle"], "capacite_mensuelle", most=LARGEST_MONTHLY_CAPACITY
            ),
        )

    def key(self, parsed: CompanyEntry) -> str:
        return "\n".join(parsed.key)

    def write(self, parsed: Sequence[CompanyEntry], met: Set[str]) -> Sequence[Outcome]:
        known = {entry.key for entry in parsed if self.key(entry) in met}
        return import_companies(entries=parsed, met=known, as_checked=self.as_checked)

    def finish(self, report: Report) -> None:
        compare_brought(since=self._begun, report=report)

    def told(self, parsed: CompanyEntry) -> Sequence[tuple[str, str]]:
        return (
            ("Raison sociale", parsed.name),
            ("Lieu", " ".join(part for part in (parsed.key[1], parsed.town) if part)),
            ("Département", named(parsed.department)),
            ("Secteur", named(parsed.sector)),
            ("SIREN", parsed.siren),
            ("Causes", named(*parsed.causes)),
            ("Formes", ", ".join(str(Kind(kind).label) for kind in parsed.kinds)),
            ("Territoires", named(*parsed.territories)),
            ("Associations par mois", said(parsed.capacity)),
            ("Présentation", parsed.presentation),
        )

    def _postal_code(self, row: Row, notes: Notes) -> str:
        code = cells.postal_code(row["code_postal"])
        if not code and not cells.is_nothing(row["code_postal"]):
            notes.add("code postal illisible, laissé vide", one_line(row["code_postal"])[:20])
        return code

    def _department(self, row: Row, postal_code: str, notes: Notes) -> Territory | None:
        if cells.is_nothing(row["departement"]):
            return self._lists.territory(postal_code) if postal_code else None
        found = self._lists.territory(row["departement"])
        if found is None or found.level not in LOCAL_LEVELS:
            notes.add("département inconnu, laissé vide", one_line(row["departement"])[:40])
            return None
        return found

    def _sector(self, row: Row, notes: Notes) -> Any:
        if cells.is_nothing(row["secteur"]):
            return None
        sector = self._sectors.find(row["secteur"])
        if sector is None:
            notes.add("secteur inconnu, laissé vide", one_line(row["secteur"])[:60])
        return sector

    def _siren(self, row: Row) -> str:
        if cells.is_nothing(row["siren"]):
            return ""
        if sum(letter.isdigit() for letter in row["siren"]) == 14:
            return cells.checked(row["siren"], "siret", clean_siret)[:9]
        return cells.checked(row["siren"], "siren", clean_siren)


register_import(
    "companies",
    CompanyImporter,
    label="Entreprises",
    help=(
        "Une ligne par entreprise\u00a0: son nom, ce qu’elle soutient, et combien d’associations elle "
        "regarde par mois."
    ),
    as_checked_help="les entreprises dont personne ne tient encore la fiche deviennent des membres.",
)
