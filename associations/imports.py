"""Registers of associations: which columns they may have, and what each says of an association."""

import re
from collections.abc import Sequence, Set

from accounts.models.organisation import record_key
from associations.forms.registration import PURPOSE_LENGTH
from associations.operations.imports import AssociationEntry, import_associations
from mecenova.identifiers.names import department_code
from mecenova.identifiers.registry import clean_rna, clean_siren, clean_siret
from mecenova.identifiers.text import one_line
from mecenova.imports import cells
from mecenova.imports.columns import Column
from mecenova.imports.errors import RowRefused
from mecenova.imports.registry import register_import
from mecenova.imports.report import Notes, Outcome
from mecenova.imports.running import Importer
from mecenova.imports.tables import Row
from mecenova.reference.labels import audience_index, cause_index
from mecenova.reference.models import Audience, Cause, Territory
from mecenova.reference.territories import code_from_label

NAME_LENGTH = 250

# A grant's State budget programme says what it was for, as the budget of 2014 was drawn up. A line with an
# action (« 163-01 ») comes before its programme. Programmes that pay for anything, or for nothing a sponsor
# would call a cause (administration, overseas, tourism, consulates, rescue, worship), are left out: their
# rows stay without cause.
CAUSES_OF_PROGRAMME: dict[str, tuple[str, ...]] = {
    "102": ("emploi-et-insertion",),
    "103": ("emploi-et-insertion",),
    "104": ("egalite-et-diversite",),
    "106": ("enfance-et-familles",),
    "107": ("emploi-et-insertion",),
    "109": ("logement",),
    "110": ("solidarite-internationale",),
    "112": ("territoires-ruraux-et-quartiers",),
    "113": ("environnement",),
    "131": ("culture",),
    "135": ("logement",),
    "137": ("egalite-et-diversite",),
    "138": ("emploi-et-insertion",),
    "139": ("education",),
    "140": ("education",),
    "141": ("education",),
    "142": ("education",),
    "143": ("education",),
    "147": ("territoires-ruraux-et-quartiers",),
    "149": ("environnement",),
    "150": ("education",),
    "154": ("territoires-ruraux-et-quartiers",),
    "157": ("handicap",),
    "157-05": (),  # Old age: a public, not handicap.
    "163": ("education",),
    "163-01": ("citoyennete",),  # Any association's daily life.
    "163-04": ("citoyennete",),  # Civic service.
    "167": ("citoyennete",),
    "169": ("citoyennete",),
    "174": ("environnement",),
    "175": ("culture",),
    "177": ("precarite",),
    "180": ("culture",),
    "181": ("environnement",),
    "182": ("enfance-et-familles",),
    "183": ("sante",),
    "185": ("culture",),
    "185-05": ("education",),
    "186": ("culture",),
    "187": ("environnement",),
    "203": ("environnement",),
    "204": ("sante",),
    "209": ("solidarite-internationale",),
    "214": ("education",),
    "217": ("environnement",),
    "219": ("sport",),
    "224": ("culture",),
    "230": ("education",),
    "231": ("education",),
    "232-05": ("citoyennete",),
    "303": ("precarite",),
    "304": ("precarite",),
    "313": ("culture",),
    "334": ("culture",),
}
AUDIENCES_OF_PROGRAMME: dict[str, tuple[str, ...]] = {
    "137": ("femmes",),
    "157": ("personnes-handicapees",),
    "157-05": ("personnes-agees",),
    "303": ("personnes-refugiees",),
}
_PROGRAMME = re.compile(r"\b(\d{3})(?:\s*[-_./ ]\s*(\d{1,2}))?\b", re.ASCII)

COLUMNS = (
    Column(
        "nom",
        (
            "nom association", "nom de l'association", "association", "raison sociale", "dénomination",
            "titre", "nom complet", "nom de l'organisme", "organisme", "structure", "name",
        ),
        required=True,
    ),
    Column("code_postal", ("cp", "code postal du siège", "codepostal", "adresse code postal", "postal code")),
    Column("commune", ("ville", "localité", "libellé commune", "commune du siège", "town", "city")),
    Column("objet", ("mission", "missions", "but", "objet social", "description", "activité")),
    Column("causes", ("cause", "thème", "thèmes", "thématique", "thématiques", "domaine", "domaines")),
    Column("publics", ("public", "public visé", "publics visés", "bénéficiaires")),
    Column("territoires", ("territoire", "territoires d'action", "zone d'action", "zones d'action")),
    Column("rna", ("numéro rna", "n rna", "numéro waldec", "waldec", "id association")),
    Column("siren", ("numéro siren", "n siren")),
    Column("siret", ("numéro siret", "n siret")),
    Column("site", ("site internet", "site web", "url", "web", "www", "website")),
    Column("telephone", ("tél", "tel", "numéro de téléphone", "phone")),
    Column("programme", ("programme budgétaire", "code programme", "programme lolf")),
    Column(
        "montant_recu",
        ("montant", "subvention", "montant de la subvention"),
        note="les montants reçus sont des subventions passées, jamais des demandes\u00a0: non lus.",
    ),
)  # fmt: skip

KNOWS_NOTHING_OF = {
    "place": "sans code postal ni commune",
    "department": "code postal d’aucun département, place laissée vide",
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
        "même nom et même code postal, même fiche\u00a0; rien de connu n’est effacé, les listes grandissent, "
        "et ce que des membres ont écrit reste à eux (seuls les vides sont remplis).",
    )

    def __init__(self, *, as_checked: bool = False) -> None:
        self.as_checked = as_checked
        self._causes, self._audiences = cause_index(), audience_index()
        self._cause_ids = dict(Cause.objects.values_list("slug", "pk"))
        self._audience_ids = dict(Audience.objects.values_list("slug", "pk"))
        self._territory_ids = dict(Territory.objects.values_list("code", "pk"))
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
        postal_code, department = self._place(row, notes)
        programmes = [] if row["causes"] else self._programmes(row, notes)
        return AssociationEntry(
            key=(key, postal_code),
            name=name,
            town=one_line(row["commune"])[:120],
            department_id=department,
            website=self._website(row, notes),
            phone=one_line(row["telephone"])[:30],
            purpose=self._purpose(row, notes),
            rna="" if cells.is_nothing(row["rna"]) else cells.checked(row["rna"], "rna", clean_rna),
            siren=self._siren(row),
            causes=self._causes_of(row, programmes, notes),
            audiences=self._audiences_of(row, programmes, notes),
            territories=self._territories_of(row, notes),
        )

    def key(self, parsed: AssociationEntry) -> str:
        return "\n".join(parsed.key)

    def write(self, parsed: Sequence[AssociationEntry], met: Set[str]) -> Sequence[Outcome]:
        known = {entry.key for entry in parsed if self.key(entry) in met}
        return import_associations(entries=parsed, met=known, as_checked=self.as_checked)

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

    def _place(self, row: Row, notes: Notes) -> tuple[str, int | None]:
        """The postal code as a key, and its département; what cannot be read is left empty, and told."""
        written = cells.postal_code(row["code_postal"])
        if not written:
            if not cells.is_nothing(row["code_postal"]):
                notes.add(KNOWS_NOTHING_OF["postal_code"], one_line(row["code_postal"])[:20])
            elif not row["commune"]:
                notes.add(KNOWS_NOTHING_OF["place"])
            return "", None
        department = self._territory_ids.get(department_code(written) or "")
        if department is None:
            notes.add(KNOWS_NOTHING_OF["department"], written)
        return written, department

    def _purpose(self, row: Row, notes: Notes) -> str:
        purpose = cells.joined_sentences(row["objet"])
        if not purpose:
            notes.add(KNOWS_NOTHING_OF["purpose"])
        if len(purpose) > PURPOSE_LENGTH:
            notes.add(KNOWS_NOTHING_OF["long_purpose"])
        return cells.shortened(purpose, PURPOSE_LENGTH)

    def _siren(self, row: Row) -> str:
        """A SIRET begins with the SIREN, whichever column it was written in."""
        for column in ("siren", "siret"):
            if not cells.is_nothing(row[column]):
                digits = re.sub(r"\D", "", row[column])
                if column == "siret" or len(digits) == 14:
                    return cells.checked(row[column], column, clean_siret)[:9]
                return cells.checked(row[column], column, clean_siren)
        return ""

    def _website(self, row: Row, notes: Notes) -> str:
        address = cells.website(row["site"])
        if not address and not cells.is_nothing(row["site"]):
            notes.add(KNOWS_NOTHING_OF["website"])
        return address

    def _programmes(self, row: Row, notes: Notes) -> list[str]:
        """Each programme as the longest code that the tables know."""
        codes = [_as_code(*found) for found in _PROGRAMME.findall(row["programme"])]
        known = [code for code in codes if code in CAUSES_OF_PROGRAMME or code in AUDIENCES_OF_PROGRAMME]
        if row["programme"] and not any(CAUSES_OF_PROGRAMME.get(code) for code in known):
            notes.add(KNOWS_NOTHING_OF["programme"], one_line(row["programme"])[:20])
        return known

    def _causes_of(self, row: Row, programmes: Sequence[str], notes: Notes) -> frozenset[int]:
        """Causes that the file names win; else those of the programmes."""
        named, unknown = cells.listed(row["causes"], self._causes.find)
        for word in unknown:
            notes.add(KNOWS_NOTHING_OF["cause_word"], word)
        slugs = [cause.slug for cause in named] or [
            slug for code in programmes for slug in CAUSES_OF_PROGRAMME.get(code, ())
        ]
        if not slugs:
            notes.add(KNOWS_NOTHING_OF["cause"])
        return frozenset(self._cause_ids[slug] for slug in slugs if slug in self._cause_ids)

    def _audiences_of(self, row: Row, programmes: Sequence[str], notes: Notes) -> frozenset[int]:
        named, unknown = cells.listed(row["publics"], self._audiences.find)
        for word in unknown:
            notes.add(KNOWS_NOTHING_OF["audience_word"], word)
        slugs = [audience.slug for audience in named] or [
            slug for code in programmes for slug in AUDIENCES_OF_PROGRAMME.get(code, ())
        ]
        return frozenset(self._audience_ids[slug] for slug in slugs if slug in self._audience_ids)

    def _territories_of(self, row: Row, notes: Notes) -> frozenset[int]:
        codes, unknown = cells.listed(row["territoires"], code_from_label)
        for word in unknown:
            notes.add(KNOWS_NOTHING_OF["territory_word"], word)
        return frozenset(self._territory_ids[code] for code in codes if code in self._territory_ids)


def _as_code(programme: str, action: str) -> str:
    """« 163-01 » when the table tells it apart from its programme, else « 163 »."""
    precise = f"{programme}-{action:0>2}" if action else programme
    return precise if precise in CAUSES_OF_PROGRAMME else programme


register_import(
    "associations",
    AssociationImporter,
    label="Associations",
    help="Une ligne par association\u00a0: son nom, et ce que vous savez d’elle.",
    as_checked_help="les fiches que personne n’a revendiquées deviennent des associations membres.",
)
