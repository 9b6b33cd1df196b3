"""Registers of associations: which columns they may have, and what each says of an association."""

import re
from collections.abc import Sequence, Set

from accounts.models.organisation import record_key
from accounts.operations.imports import compare_brought
from associations.forms.registration import PURPOSE_LENGTH
from associations.nomenclatures import audiences_of, causes_of, programmes_in, social_objects_in
from associations.operations.imports import AssociationEntry, import_associations
from mecenova.calendar import clock
from mecenova.identifiers.names import department_code, fold
from mecenova.identifiers.registry import clean_rna, clean_siren, clean_siret
from mecenova.identifiers.text import one_line
from mecenova.imports import cells
from mecenova.imports.columns import Column
from mecenova.imports.errors import RowRefused
from mecenova.imports.registry import register_import
from mecenova.imports.report import Notes, Outcome, Report
from mecenova.imports.running import Importer
from mecenova.imports.tables import Row
from mecenova.reference.labels import audience_index, cause_index
from mecenova.reference.models import Audience, Cause, Territory
from mecenova.reference.territories import code_from_label

NAME_LENGTH = 250

COLUMNS = (
    Column(
        "nom",
        (
            "nom association", "nom de l'association", "association", "raison sociale", "dénomination",
            "titre", "nom complet", "nom de l'organisme", "organisme", "structure", "name",
            "nom bénéficiaire", "nom du bénéficiaire", "nomBeneficiaire",
        ),
        required=True,
    ),
    Column(
        "code_postal",
        (
            "cp", "code postal du siège", "codepostal", "adresse code postal", "adrs_codepostal",
            "postal code",
        ),
    ),
    Column(
        "commune",
        (
            "ville", "localité", "libellé commune", "commune du siège", "adrs_libcommune", "libcom", "town",
            "city",
        ),
    ),
    Column("departement", ("dép", "dept", "département du siège", "code département")),
    Column("adresse", ("adresse complète", "adresse du siège", "siège", "siège social", "address")),
    Column(
        "objet",
        ("mission", "missions", "but", "objet social", "objet du dossier", "description", "activité"),
    ),
    Column("objet_social_1", ("objet_social1", "code objet social")),
    Column("objet_social_2", ("objet_social2",)),
    Column(
        "causes",
        (
            "cause", "thème", "thèmes", "thématique", "thématiques", "domaine", "domaines",
            "secteurs d'activités définies par l'association",
        ),
    ),
    Column("publics", ("public", "public visé", "publics visés", "bénéficiaires")),
    Column("territoires", ("territoire", "territoires d'action", "zone d'action", "zones d'action")),
    Column("rna", ("numéro rna", "n rna", "numéro waldec", "waldec", "id association")),
    Column("siren", ("numéro siren", "n siren")),
    Column("siret", ("numéro siret", "n siret")),
    Column("identifiant", ("id", "idBeneficiaire", "identifiant bénéficiaire")),
    Column("site", ("site internet", "site web", "siteweb", "url", "web", "www", "website")),
    Column("telephone", ("tél", "tel", "numéro de téléphone", "phone")),
    Column("programme", ("programme budgétaire", "code programme", "programme lolf")),
    Column("etat", ("position", "état administratif", "situation")),
    Column("dissolution", ("date_disso", "date de dissolution")),
    Column(
        "montant_recu",
        ("montant", "subvention", "montant de la subvention"),
        note="les montants reçus sont des subventions passées, jamais des demandes\u00a0: non lus.",
    ),
)  # fmt: skip

# What registers write of an association that is no more: « D », « S » in the RNA, « C » in Sirene.
_ENDED = re.compile(r"[dscf]|(?:dissou|supprim|cess|ferm|radi)[a-z ]*", re.ASCII)
# The RNA writes 0001-01-01 for those that are alive.
_YEAR = re.compile(r"\b(?:19|20)\d{2}\b", re.ASCII)

KNOWS_NOTHING_OF = {
    "place": "sans code postal ni commune",
    "department": "code postal d’aucun département, département laissé vide",
    "postal_code": "code postal illisible, laissé vide",
    "cause": "sans cause connue",
    "programme": "programme qui ne dit aucune cause",
    "cause_word": "cause inconnue",
    "audience_word": "public inconnu",
    "territory_word": "territoire inconnu",
    "purpose": "sans objet",
    "long_purpose": f"objet raccourci à {PURPOSE_LENGTH} caractères",
    "website": "site internet illisible",
}


class AssociationImporter(Importer[AssociationEntry]):
    """Finds causes, publics and places once for the whole file; then each row is a few look-ups."""

    what = "associations"
    columns = COLUMNS
    remarks = (
        "même nom et même code postal, même fiche\u202f; rien de connu n’est effacé, les listes grandissent, "
        "et ce que des membres ont écrit reste à eux (seuls les vides sont remplis).",
    )

    def __init__(self, *, as_checked: bool = False) -> None:
        self.as_checked, self._begun = as_checked, clock.now()
        self._causes, self._audiences = cause_index(), audience_index()
        self._cause_ids = dict(Cause.objects.values_list("slug", "pk"))
        self._audience_ids = dict(Audience.objects.values_list("slug", "pk"))
        self._territory_ids = dict(Territory.objects.values_list("code", "pk"))
        self._departments = frozenset(Territory.objects.departments().values_list("pk", flat=True))
        self._names = {
            model: dict(model.objects.values_list("pk", "name")) for model in (Cause, Audience, Territory)
        }

    def parse(self, row: Row, notes: Notes) -> AssociationEntry:
        name = one_line(row["nom"])
        if not name:
            raise RowRefused("le nom manque")
        if len(name) > NAME_LENGTH:
            raise RowRefused(f"le nom a plus de {NAME_LENGTH} caractères")
        key = record_key(name)
        if not key:
            raise RowRefused("le nom n’a ni lettre ni chiffre")
        if _ENDED.fullmatch(fold(row["etat"])) or _YEAR.search(row["dissolution"]):
            raise RowRefused("d’après ce fichier, cette association n’existe plus")
        postal_code, town, department = self._place(row, notes)
        codes = [] if row["causes"] else self._codes(row, notes)
        return AssociationEntry(
            key=(key, postal_code),
            name=name,
            town=town,
            department_id=department,
            website=self._website(row, notes),
            phone=cells.phone(row["telephone"]),
            purpose=self._purpose(row, notes),
            rna=self._rna(row),
            siren=self._siren(row),
            causes=self._causes_of(row, codes, notes),
            audiences=self._audiences_of(row, codes, notes),
            territories=self._territories_of(row, notes),
        )

    def key(self, parsed: AssociationEntry) -> str:
        return "\n".join(parsed.key)

    def write(self, parsed: Sequence[AssociationEntry], met: Set[str]) -> Sequence[Outcome]:
        known = {entry.key for entry in parsed if self.key(entry) in met}
        return import_associations(entries=parsed, met=known, as_checked=self.as_checked)

    def finish(self, report: Report) -> None:
        compare_brought(since=self._begun, report=report)

    def told(self, parsed: AssociationEntry) -> Sequence[tuple[str, str]]:
        department = self._names[Territory].get(parsed.department_id or 0, "")
        return (
            ("Nom", parsed.name),
            ("Lieu", " ".join(part for part in (parsed.key[1], parsed.town) if part)),
            ("Département", department),
            ("Numéros", ", ".join(number for number in (parsed.rna, parsed.siren) if number)),
            ("Mission", parsed.purpose),
            ("Causes", self._named(Cause, parsed.causes)),
            ("Publics", self._named(Audience, parsed.audiences)),
            ("Territoires", self._named(Territory, parsed.territories)),
            ("Site internet", parsed.website),
            ("Téléphone", parsed.phone),
        )

    def _named(self, model: type[Cause | Audience | Territory], keys: frozenset[int]) -> str:
        return ", ".join(sorted(self._names[model].get(key, "") for key in keys))

    def _place(self, row: Row, notes: Notes) -> tuple[str, str, int | None]:
        """Postal code, town, département; what cannot be read is left empty, and told."""
        code, town = row["code_postal"], one_line(row["commune"])
        if cells.is_nothing(code):
            code, town = cells.postal_address(town) or cells.postal_address(row["adresse"]) or ("", town)
        written = cells.postal_code(code)
        if written:
            department = self._territory_ids.get(department_code(written) or "")
            if department is None:
                notes.add(KNOWS_NOTHING_OF["department"], written)
        else:
            department = self._named_department(row["departement"])
            if not cells.is_nothing(code):
                notes.add(KNOWS_NOTHING_OF["postal_code"], one_line(code)[:20])
            elif not town and department is None:
                notes.add(KNOWS_NOTHING_OF["place"])
        return written, town[:120], department

    def _named_department(self, text: str) -> int | None:
        """« 7 », « 07 » or « Ardèche »; a région or a country is none."""
        found = self._territory_ids.get(code_from_label(text) or "")
        return found if found in self._departments else None

    def _purpose(self, row: Row, notes: Notes) -> str:
        purpose = cells.joined_sentences(row["objet"])
        if not purpose:
            notes.add(KNOWS_NOTHING_OF["purpose"])
        if len(purpose) > PURPOSE_LENGTH:
            notes.add(KNOWS_NOTHING_OF["long_purpose"])
        return cells.shortened(purpose, PURPOSE_LENGTH)

    def _rna(self, row: Row) -> str:
        if not cells.is_nothing(row["rna"]):
            return cells.checked(row["rna"], "rna", clean_rna)
        return cells.read_or_nothing(row["identifiant"], clean_rna)

    def _siren(self, row: Row) -> str:
        """A SIRET begins with the SIREN, whichever column it was written in."""
        for column in ("siren", "siret"):
            if not cells.is_nothing(row[column]):
                digits = re.sub(r"\D", "", row[column])
                if column == "siret" or len(digits) == 14:
                    return cells.checked(row[column], column, clean_siret)[:9]
                return cells.checked(row[column], column, clean_siren)
        number = row["identifiant"]
        return (cells.read_or_nothing(number, clean_siret) or cells.read_or_nothing(number, clean_siren))[:9]

    def _website(self, row: Row, notes: Notes) -> str:
        address = cells.website(row["site"])
        if not address and not cells.is_nothing(row["site"]):
            notes.add(KNOWS_NOTHING_OF["website"])
        return address

    def _codes(self, row: Row, notes: Notes) -> list[str]:
        """What the file writes in place of causes: the register's objects, and the grant's programmes."""
        programmes = programmes_in(row["programme"])
        if row["programme"] and not causes_of(programmes):
            notes.add(KNOWS_NOTHING_OF["programme"], one_line(row["programme"])[:20])
        return programmes + social_objects_in(f"{row['objet_social_1']} {row['objet_social_2']}")

    def _causes_of(self, row: Row, codes: Sequence[str], notes: Notes) -> frozenset[int]:
        """Causes that the file names win; else those of its codes."""
        named, unknown = cells.listed(row["causes"], self._causes.find)
        for word in unknown:
            notes.add(KNOWS_NOTHING_OF["cause_word"], word)
        slugs = [cause.slug for cause in named] or causes_of(codes)
        if not slugs:
            notes.add(KNOWS_NOTHING_OF["cause"])
        return frozenset(self._cause_ids[slug] for slug in slugs if slug in self._cause_ids)

    def _audiences_of(self, row: Row, codes: Sequence[str], notes: Notes) -> frozenset[int]:
        named, unknown = cells.listed(row["publics"], self._audiences.find)
        for word in unknown:
            notes.add(KNOWS_NOTHING_OF["audience_word"], word)
        slugs = [audience.slug for audience in named] or audiences_of(codes)
        return frozenset(self._audience_ids[slug] for slug in slugs if slug in self._audience_ids)

    def _territories_of(self, row: Row, notes: Notes) -> frozenset[int]:
        codes, unknown = cells.listed(row["territoires"], code_from_label)
        for word in unknown:
            notes.add(KNOWS_NOTHING_OF["territory_word"], word)
        return frozenset(self._territory_ids[code] for code in codes if code in self._territory_ids)


register_import(
    "associations",
    AssociationImporter,
    label="Associations",
    help="Une ligne par association\u00a0: son nom, et ce que vous savez d’elle. Le répertoire national "
    "(RNA) et les listes de subventions que publient l’État et les communes se lisent tels quels.",
    as_checked_help="les fiches que personne ne tient encore deviennent des associations membres.",
)
