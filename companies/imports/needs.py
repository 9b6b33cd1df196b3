"""Files of needs: which columns they may have, and what each says."""

from collections.abc import Sequence, Set
from typing import Any

from accounts.models.organisation import record_key
from companies.enums import Place, WhoseTime
from companies.forms.needs import need_form
from companies.imports.words import Lists, kind_from_label, said
from companies.operations.need_imports import NeedEntry, import_needs
from companies.operations.needs import LISTS
from companies.readiness import NEED_FIELDS
from mecenova.identifiers.names import fold
from mecenova.identifiers.text import one_line, paragraphs
from mecenova.imports import cells
from mecenova.imports.columns import Column
from mecenova.imports.errors import RowRefused
from mecenova.imports.registry import register_import
from mecenova.imports.report import Notes, Outcome
from mecenova.imports.running import Importer
from mecenova.imports.tables import Row
from mecenova.reference.enums import Kind
from mecenova.reference.labels import audience_index, cause_index, skill_index

TITLE_LENGTH, TEXT_LENGTH, GOODS_LENGTH = 150, 3000, 250
MOST_DAYS = 32_767

NEED_COLUMNS = (
    Column(
        "entreprise",
        ("raison sociale", "société", "nom de l'entreprise", "fondation", "mécène"),
        required=True,
    ),
    Column("titre", ("intitulé", "besoin", "titre du besoin", "intitulé du besoin", "title"), required=True),
    Column(
        "forme",
        ("type", "formes", "forme de mécénat", "type de mécénat", "forme de soutien", "type de soutien"),
        required=True,
    ),
    Column("description", ("texte", "détail", "descriptif", "présentation")),
    Column("causes", ("cause", "thèmes", "thématiques", "thématique", "domaines", "domaine")),
    Column("publics", ("public", "publics visés", "bénéficiaires")),
    Column("territoires", ("territoire", "lieux", "zone géographique", "zone d'action", "départements")),
    Column("competences", ("compétence",)),
    Column("budget_min", ("montant minimal", "montant min")),
    Column("budget_max", ("montant maximal", "montant max", "budget", "montant")),
    Column("jours", ("nombre de jours", "jours de compétences")),
    Column("biens", ("biens offerts",)),
    Column("benevoles", ("salariés", "nombre de salariés")),
    Column("temps", ("sur quel temps",)),
    Column("lieu", ("à distance ou sur place",)),
    Column("du", ("début", "date de début")),
    Column("au", ("fin", "date de fin")),
    Column("question", ("question à co-construire",)),
    Column("date_limite", ("échéance", "limite", "date limite de réponse", "date de clôture")),
)


class NeedImporter(Importer[NeedEntry]):
    """A row is a need of a company already there: published at once when nobody runs it, else its draft."""

    what = "besoins"
    columns = NEED_COLUMNS
    remarks = (
        "même entreprise et même titre, même besoin\u202f; un besoin importé est publié tout de suite, sauf "
        "si quelqu’un tient déjà la fiche de l’entreprise\u00a0: il y attend alors en brouillon, et ses "
        "membres sont prévenus.",
    )

    def __init__(self, *, as_checked: bool = False) -> None:
        self.as_checked = as_checked
        self._lists, self._causes = Lists(), cause_index()
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
                f"{', '.join(str(kind.label) for kind in Kind)}"
            )
        values = self._common(row, notes) | self._of_kind(row, kind, notes)
        _refuse_as_the_form_does(kind, {"title": title, **values})
        return NeedEntry(company_key=company, title=title, kind=kind, values=tuple(values.items()))

    def key(self, parsed: NeedEntry) -> str:
        return "\n".join(parsed.key)

    def write(self, parsed: Sequence[NeedEntry], met: Set[str]) -> Sequence[Outcome]:
        known = {entry.key for entry in parsed if self.key(entry) in met}
        return import_needs(entries=parsed, met=known, as_checked=self.as_checked)

    def told(self, parsed: NeedEntry) -> Sequence[tuple[str, str]]:
        """Under the names that the form of this kind gives to each."""
        fields = need_form(parsed.kind).base_fields
        return (
            ("Titre", parsed.title),
            ("Forme", str(Kind(parsed.kind).label)),
            *((str(fields[name].label), said(value, fields[name])) for name, value in parsed.values),
        )

    def _common(self, row: Row, notes: Notes) -> dict[str, Any]:
        find = self._lists.find
        return {
            "description": cells.shortened(paragraphs(row["description"]), TEXT_LENGTH),
            "causes": find(row, "causes", self._causes.find, "cause inconnue", notes),
            "audiences": find(row, "publics", self._audiences.find, "public inconnu", notes),
            "territories": find(row, "territoires", self._lists.territory, "territoire inconnu", notes),
            "deadline": cells.day(row["date_limite"], "date_limite"),
        }

    def _of_kind(self, row: Row, kind: str, notes: Notes) -> dict[str, Any]:
        """Every figure is read, so that a wrong one is told; what another kind would say is left out."""
        said: dict[str, Any] = {
            "budget_min": cells.amount(row["budget_min"], "budget_min"),
            "budget_max": cells.amount(row["budget_max"], "budget_max"),
            "days": _count(row, "days", kind),
            "volunteers": _count(row, "volunteers", kind),
            "starts_on": cells.day(row["du"], "du"),
            "ends_on": cells.day(row["au"], "au"),
            "goods": cells.shortened(one_line(row["biens"]), GOODS_LENGTH),
            "question": cells.shortened(paragraphs(row["question"]), TEXT_LENGTH),
            "skills": self._lists.find(row, "competences", self._skills.find, "compétence inconnue", notes),
            "place": _chosen(row["lieu"], Place, "lieu inconnu", notes),
            "whose_time": _chosen(row["temps"], WhoseTime, "temps inconnu", notes),
        }
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
    "deadline": "date_limite",
}


def _chosen(text: str, choices: type[Place] | type[WhoseTime], what: str, notes: Notes) -> str:
    if cells.is_nothing(text):
        return ""
    by_label = {fold(label): value for value, label in choices.choices}
    by_label |= {fold(value): value for value in choices.values}
    found = by_label.get(fold(text), "")
    if not found:
        notes.add(what, one_line(text)[:40])
    return found


def _count(row: Row, name: str, kind: str) -> int | None:
    """A nought where the kind asks for no number is a way of writing none."""
    column = _COLUMN_OF[name]
    return cells.whole_number(
        row[column], column, least=1 if name in NEED_FIELDS[kind] else 0, most=MOST_DAYS
    )


def _refuse_as_the_form_does(kind: str, values: dict[str, Any]) -> None:
    """What a row says obeys the rules of a person's form. What it leaves out is shown as missing."""
    written = {name: value for name, value in values.items() if value not in (None, "", ())}
    form = need_form(kind)({name: value for name, value in written.items() if name not in LISTS})
    for name, refusals in form.errors.items():
        if name in written and name not in LISTS:
            raise RowRefused(f"{_COLUMN_OF.get(name, name)}\u00a0: {refusals[0]}")


register_import(
    "needs",
    NeedImporter,
    label="Besoins des entreprises",
    help="Une ligne par besoin d’une entreprise déjà connue\u00a0: importez d’abord les entreprises.",
    as_checked_help=(
        "l’entreprise dont personne ne tient encore la fiche devient membre, et son besoin est publié. "
        "Celle que quelqu’un tient le reçoit en brouillon."
    ),
)
