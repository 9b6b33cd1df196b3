"""Files of companies and of needs: which columns they may have, and what each says."""

from collections.abc import Callable, Sequence, Set
from typing import Any

from accounts.models.organisation import record_key
from accounts.operations.imports import key_of
from companies.enums import GiverKind, Place, WhoseTime
from companies.operations.imports import CompanyEntry, import_companies
from companies.operations.need_imports import NeedEntry, import_needs
from companies.readiness import NEED_FIELDS
from mecenova.calendar import clock
from mecenova.identifiers.names import fold
from mecenova.identifiers.registry import clean_siren, clean_siret
from mecenova.identifiers.text import one_line, paragraphs
from mecenova.imports import cells
from mecenova.imports.columns import Column
from mecenova.imports.errors import RowRefused
from mecenova.imports.registry import register_import
from mecenova.imports.report import Notes, Outcome
from mecenova.imports.running import Importer
from mecenova.imports.tables import Row
from mecenova.reference.enums import LOCAL_LEVELS, Kind
from mecenova.reference.labels import audience_index, cause_index, sector_index, skill_index
from mecenova.reference.models import Territory
from mecenova.reference.territories import code_from_label

NAME_LENGTH, TITLE_LENGTH, TEXT_LENGTH, GOODS_LENGTH = 250, 150, 3000, 250
MOST_CAPACITY, MOST_DAYS = 500, 32_767

KIND_WORDS: dict[str, str] = {
    "financier": Kind.FINANCIAL,
    "argent": Kind.FINANCIAL,
    "don": Kind.FINANCIAL,
    "subvention": Kind.FINANCIAL,
    "nature": Kind.IN_KIND,
    "en nature": Kind.IN_KIND,
    "biens": Kind.IN_KIND,
    "materiel": Kind.IN_KIND,
    "competences": Kind.SKILLS,
    "benevolat": Kind.VOLUNTEERING,
    "benevolat de competences": Kind.VOLUNTEERING,
    "mobilisation des salaries": Kind.VOLUNTEERING,
    "coconstruction": Kind.CO_CONSTRUCTION,
}
KIND_WORDS |= {fold(label): value for value, label in Kind.choices} | {
    fold(kind): kind for kind in Kind.values
}

FOUNDATION_WORDS = (" fondation ", " fonds de dotation ")


def kind_from_label(text: str) -> str | None:
    return KIND_WORDS.get(fold(text))


def giver_of(name: str) -> str:
    """« Fondation X », « Fonds de dotation X » and « X Fondation » give as foundations, not as companies."""
    folded = f" {fold(name)} "
    return GiverKind.FOUNDATION if any(words in folded for words in FOUNDATION_WORDS) else GiverKind.COMPANY


COMPANY_COLUMNS = (
    Column("raison_sociale", ("nom", "entreprise", "dénomination", "société", "organisme"), required=True),
    Column("secteur", ("secteur d'activité", "activité")),
    Column("departement", ("dép", "dept", "département du siège")),
    Column("code_postal", ("cp", "code postal du siège")),
    Column("ville", ("commune", "localité")),
    Column("causes", ("cause", "thèmes", "domaines")),
    Column("formes", ("forme", "formes de mécénat", "types de mécénat")),
    Column("territoires", ("territoire", "zones d'action")),
    Column("capacite_mensuelle", ("capacité", "capacité par mois")),
    Column("siren", ("numéro siren", "siret", "numéro siret")),
    Column("site", ("site internet", "site web", "url")),
    Column("telephone", ("tél", "tel")),
    Column("presentation", ("description",)),
)

NEED_COLUMNS = (
    Column("entreprise", ("raison sociale", "société", "nom de l'entreprise"), required=True),
    Column("titre", ("intitulé", "besoin"), required=True),
    Column("forme", ("type", "forme de mécénat", "formes"), required=True),
    Column("description", ("texte", "détail")),
    Column("causes", ("cause", "thèmes", "domaines")),
    Column("publics", ("public", "bénéficiaires")),
    Column("territoires", ("territoire", "lieux")),
    Column("competences", ("compétence",)),
    Column("budget_min", ("montant minimal", "montant min")),
    Column("budget_max", ("montant maximal", "montant max", "budget", "montant")),
    Column("jours", ("nombre de jours",)),
    Column("biens", ("biens offerts",)),
    Column("benevoles", ("salariés", "nombre de salariés")),
    Column("temps", ("sur quel temps",)),
    Column("lieu", ("à distance ou sur place",)),
    Column("du", ("début", "date de début")),
    Column("au", ("fin", "date de fin")),
    Column("question", ("question à co-construire",)),
    Column("date_limite", ("échéance", "limite", "date limite de réponse")),
)


class _Lists:
    """Entries by their words, looked up once for a whole file."""

    def __init__(self) -> None:
        self.territories = {territory.code: territory for territory in Territory.objects.all()}

    def find(
        self, row: Row, column: str, find: Callable[[str], Any], what: str, notes: Notes
    ) -> tuple[Any, ...]:
        found, unknown = cells.listed(row[column], find)
        for word in unknown:
            notes.add(what, word)
        return tuple(found)

    def territory(self, text: str) -> Territory | None:
        return self.territories.get(code_from_label(text) or "")


class CompanyImporter(Importer[CompanyEntry]):
    """A row is a company, its policy and its monthly capacity."""

    what = "entreprises"
    columns = COMPANY_COLUMNS
    remarks = (
        "même nom et même code postal (ou aucun), même fiche\u00a0; rien de connu n’est effacé, les listes "
        "s’enrichissent, et ce que des membres ont écrit reste à eux (seuls les vides sont remplis).",
    )

    def __init__(self, *, as_checked: bool = False) -> None:
        self.as_checked = as_checked
        self._lists, self._causes, self._sectors = _Lists(), cause_index(), sector_index()

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
            phone=one_line(row["telephone"])[:30],
            giver=giver_of(name),
            sector=self._sector(row, notes),
            siren=self._siren(row),
            presentation=cells.shortened(paragraphs(row["presentation"]), TEXT_LENGTH),
            causes=find(row, "causes", self._causes.find, "cause inconnue", notes),
            kinds=find(row, "formes", kind_from_label, "forme inconnue", notes),
            territories=find(row, "territoires", self._lists.territory, "territoire inconnu", notes),
            capacity=cells.whole_number(row["capacite_mensuelle"], "capacite_mensuelle", most=MOST_CAPACITY),
        )

    def key(self, parsed: CompanyEntry) -> str:
        return "\n".join(parsed.key)

    def write(self, parsed: Sequence[CompanyEntry], met: Set[str]) -> Sequence[Outcome]:
        known = {entry.key for entry in parsed if self.key(entry) in met}
        return import_companies(entries=parsed, met=known, as_checked=self.as_checked)

    def told(self, parsed: CompanyEntry) -> Sequence[tuple[str, str]]:
        return (
            ("Raison sociale", parsed.name),
            ("Lieu", " ".join(part for part in (parsed.key[1], parsed.town) if part)),
            ("Département", _named(parsed.department)),
            ("Secteur", _named(parsed.sector)),
            ("SIREN", parsed.siren),
            ("Causes", _named(*parsed.causes)),
            ("Formes", ", ".join(str(Kind(kind).label) for kind in parsed.kinds)),
            ("Territoires", _named(*parsed.territories)),
            ("Associations par mois", _said(parsed.capacity)),
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


class NeedImporter(Importer[NeedEntry]):
    """A row is a need of a company already there; it is published at once."""

    what = "besoins"
    columns = NEED_COLUMNS
    remarks = (
        "même entreprise et même titre, même besoin\u00a0; un besoin importé est publié tout de suite.",
    )

    def __init__(self, *, as_checked: bool = False) -> None:
        self.as_checked = as_checked
        self._lists, self._causes = _Lists(), cause_index()
        self._audiences, self._skills = audience_index(), skill_index()

    def parse(self, row: Row, notes: Notes) -> NeedEntry:
        company, title = record_key(one_line(row["entreprise"])), one_line(row["titre"])
        if not company:
            raise RowRefused("le nom de l’entreprise manque")
        if not fold(title):
            raise RowRefused("le titre manque")
        if len(title) > TITLE_LENGTH:
            raise RowRefused(f"le titre a plus de {TITLE_LENGTH} caractères")
        kind = kind_from_label(row["forme"])
        if kind is None:
            raise RowRefused(
                f"forme «\u202f{cells.shortened(one_line(row['forme']), 40)}\u202f» inconnue\u00a0: écrivez "
                f"{', '.join(Kind.values)}"
            )
        values = self._common(row, notes) | self._of_kind(row, kind, notes)
        return NeedEntry(company_key=company, title=title, kind=kind, values=tuple(values.items()))

    def key(self, parsed: NeedEntry) -> str:
        return "\n".join(parsed.key)

    def write(self, parsed: Sequence[NeedEntry], met: Set[str]) -> Sequence[Outcome]:
        known = {entry.key for entry in parsed if self.key(entry) in met}
        return import_needs(entries=parsed, met=known, as_checked=self.as_checked)

    def told(self, parsed: NeedEntry) -> Sequence[tuple[str, str]]:
        values = dict(parsed.values)
        return (
            ("Titre", parsed.title),
            ("Forme", str(Kind(parsed.kind).label)),
            *(
                (_COLUMN_OF.get(name, _LABELS.get(name, name)), _said(value))
                for name, value in values.items()
            ),
        )

    def _common(self, row: Row, notes: Notes) -> dict[str, Any]:
        find = self._lists.find
        deadline = cells.day(row["date_limite"], "date_limite")
        if deadline is not None and deadline < clock.today():
            raise RowRefused(
                f"la date limite ({deadline:%d/%m/%Y}) est passée\u00a0: choisissez une date à venir"
            )
        return {
            "description": cells.shortened(paragraphs(row["description"]), TEXT_LENGTH),
            "causes": find(row, "causes", self._causes.find, "cause inconnue", notes),
            "audiences": find(row, "publics", self._audiences.find, "public inconnu", notes),
            "territories": find(row, "territoires", self._lists.territory, "territoire inconnu", notes),
            "deadline": deadline,
        }

    def _of_kind(self, row: Row, kind: str, notes: Notes) -> dict[str, Any]:
        """Every figure is read, so that a wrong one is told; what another kind would say is left out."""
        said: dict[str, Any] = {
            "budget_min": cells.amount(row["budget_min"], "budget_min"),
            "budget_max": cells.amount(row["budget_max"], "budget_max"),
            "days": cells.whole_number(row["jours"], "jours", most=MOST_DAYS),
            "volunteers": cells.whole_number(row["benevoles"], "benevoles", most=MOST_DAYS),
            "starts_on": cells.day(row["du"], "du"),
            "ends_on": cells.day(row["au"], "au"),
            "goods": cells.shortened(one_line(row["biens"]), GOODS_LENGTH),
            "question": cells.shortened(paragraphs(row["question"]), TEXT_LENGTH),
            "skills": self._lists.find(row, "competences", self._skills.find, "compétence inconnue", notes),
            "place": _chosen(row["lieu"], Place, "lieu inconnu", notes),
            "whose_time": _chosen(row["temps"], WhoseTime, "temps inconnu", notes),
        }
        _refuse_crossed(said["budget_min"], said["budget_max"], "budget_max est plus petit que budget_min")
        _refuse_crossed(said["starts_on"], said["ends_on"], "la fin vient avant le début")
        for name, value in said.items():
            if value not in (None, "", ()) and name not in NEED_FIELDS[kind]:
                notes.add(f"{_COLUMN_OF[name]} sans objet pour cette forme")
        return {name: value for name, value in said.items() if name in NEED_FIELDS[kind]}


_COLUMN_OF = {
    "budget_min": "budget_min",
    "budget_max": "budget_max",
    "days": "jours",
    "volunteers": "benevoles",
    "starts_on": "du",
    "ends_on": "au",
    "goods": "biens",
    "question": "question",
    "skills": "competences",
    "place": "lieu",
    "whose_time": "temps",
}


_LABELS = {
    "description": "description",
    "causes": "causes",
    "audiences": "publics",
    "territories": "territoires",
    "deadline": "date_limite",
}


def _named(*entries: Any) -> str:
    return ", ".join(entry.name for entry in entries if entry is not None)


def _said(value: Any) -> str:
    """A value as the file's reader would write it; nothing for what is not said."""
    if value is None:
        return ""
    return _named(*value) if isinstance(value, tuple) else str(value)


def _chosen(text: str, choices: type[Place] | type[WhoseTime], what: str, notes: Notes) -> str:
    if cells.is_nothing(text):
        return ""
    by_label = {fold(label): value for value, label in choices.choices}
    by_label |= {fold(value): value for value in choices.values}
    found = by_label.get(fold(text), "")
    if not found:
        notes.add(what, one_line(text)[:40])
    return found


def _refuse_crossed(least: Any, most: Any, why: str) -> None:
    if least is not None and most is not None and most < least:
        raise RowRefused(f"{why}\u00a0: échangez-les")


register_import(
    "companies",
    CompanyImporter,
    label="Entreprises",
    help=(
        "Une ligne par entreprise\u00a0: son nom, ce qu’elle soutient, et combien d’associations elle "
        "regarde par mois."
    ),
    as_checked_help="les entreprises que personne n’a revendiquées deviennent des membres.",
)
register_import(
    "needs",
    NeedImporter,
    label="Besoins des entreprises",
    help="Une ligne par besoin d’une entreprise déjà connue\u00a0: importez d’abord les entreprises.",
    as_checked_help="l’entreprise que personne n’a revendiquée devient membre, et son besoin est publié.",
)
