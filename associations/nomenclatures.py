"""Codes that public files write in place of causes: State programmes, social objects of the RNA.

Each table gives slugs of `mecenova.reference`; a code that says no cause a sponsor would name gives none.
"""

import re
from collections.abc import Iterable

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

# « Objet social » of the national register (RNA): three digits of family, three of object, as the Ministry of
# the Interior's nomenclature numbers them. An object comes before its family; those left out (politics,
# leisure clubs, hunting, alumni, economic interests, tourism, worship) say no cause.
CAUSES_OF_SOCIAL_OBJECT: dict[str, tuple[str, ...]] = {
    "003": ("citoyennete",),
    "003012": ("enfance-et-familles",),
    "003020": ("egalite-et-diversite",),
    "003025": ("egalite-et-diversite",),
    "003030": ("handicap",),
    "003035": ("egalite-et-diversite",),
    "003040": ("egalite-et-diversite",),
    "003050": ("egalite-et-diversite",),
    "004": ("citoyennete",),
    "005": ("culture",),
    "005020": ("numerique",),
    "006": ("culture",),
    "007070": ("environnement",),  # Shared gardens.
    "009005": ("education",),
    "009007": ("culture",),
    "009010": ("handicap",),
    "009015": ("education",),
    "009020": ("enfance-et-familles",),
    "009025": ("education",),
    "009035": ("territoires-ruraux-et-quartiers",),
    "009045": ("culture",),
    "009050": ("culture",),
    "010": ("culture",),
    "011": ("sport",),
    "011018": ("sport", "handicap"),
    "014035": ("precarite",),
    "014050": ("egalite-et-diversite",),
    "014070": ("handicap",),
    "015": ("education",),
    "015010": (),  # The staff's own clubs, and alumni.
    "015045": ("emploi-et-insertion",),
    "015070": (),
    "015075": (),
    "015100": ("education", "emploi-et-insertion"),
    "016": ("education",),
    "016010": ("culture",),
    "016025": ("environnement",),
    "017": ("sante",),
    "017145": (),  # Professions, and veterinary care.
    "017300": (),
    "018005": ("enfance-et-familles",),
    "018010": ("enfance-et-familles",),
    "018015": ("handicap",),
    "018025": ("precarite", "logement"),
    "018030": ("sante",),
    "018040": ("sante",),
    "018045": ("sante",),
    "018050": ("handicap",),
    "019": ("precarite",),
    "019004": ("enfance-et-familles",),
    "019005": ("enfance-et-familles",),
    "019010": ("territoires-ruraux-et-quartiers",),
    "019014": ("education",),
    "019016": ("emploi-et-insertion",),
    "019020": ("emploi-et-insertion",),
    "019032": ("egalite-et-diversite",),
    "019035": ("enfance-et-familles",),
    "019040": ("sante",),
    "019042": ("citoyennete",),
    "019045": ("citoyennete",),
    "019047": ("education",),
    "019050": ("emploi-et-insertion",),
    "019055": ("emploi-et-insertion",),
    "020": ("precarite",),
    "020020": ("solidarite-internationale",),
    "020025": ("citoyennete",),
    "021": ("enfance-et-familles",),
    "021010": (),  # Old age: a public, not a cause.
    "021015": (),
    "021020": (),
    "024": ("environnement",),
    "030": ("emploi-et-insertion",),
    "030012": ("territoires-ruraux-et-quartiers",),
    "030015": (),
    "030050": ("environnement",),
    "032": ("logement",),
    "038105": ("citoyennete",),  # Memory, as the budget's 167 and 169.
}
AUDIENCES_OF_SOCIAL_OBJECT: dict[str, tuple[str, ...]] = {
    "003012": ("enfants",),
    "003020": ("femmes",),
    "003030": ("personnes-handicapees",),
    "003050": ("personnes-refugiees",),
    "009005": ("jeunes",),
    "009010": ("personnes-handicapees",),
    "009020": ("enfants",),
    "009035": ("habitants-ruraux",),
    "009040": ("personnes-agees",),
    "011018": ("personnes-handicapees",),
    "014050": ("femmes",),
    "014070": ("personnes-handicapees",),
    "015065": ("etudiants",),
    "017055": ("personnes-malades",),
    "017130": ("personnes-malades",),
    "018005": ("enfants",),
    "018010": ("jeunes",),
    "018015": ("personnes-handicapees",),
    "018050": ("personnes-handicapees",),
    "019004": ("familles",),
    "019005": ("familles",),
    "019016": ("jeunes",),
    "019020": ("demandeurs-d-emploi",),
    "019025": ("personnes-refugiees",),
    "019032": ("femmes",),
    "019035": ("enfants",),
    "019047": ("jeunes",),
    "019050": ("personnes-detenues",),
    "019055": ("personnes-detenues",),
    "020005": ("personnes-en-grande-precarite",),
    "020010": ("personnes-en-grande-precarite",),
    "021005": ("enfants",),
    "021010": ("personnes-agees",),
    "021015": ("personnes-agees",),
    "021020": ("personnes-agees",),
    "023010": ("personnes-agees",),
}

_PROGRAMME = re.compile(r"\b(\d{3})(?:\s*[-_./ ]\s*(\d{1,2}))?\b", re.ASCII)
# A spreadsheet takes the first zero off: 11018 is 011018.
_SOCIAL_OBJECT = re.compile(r"\b\d{4,6}\b", re.ASCII)

# No programme of the budget looks like an object of the register.
_CAUSES = CAUSES_OF_PROGRAMME | CAUSES_OF_SOCIAL_OBJECT
_AUDIENCES = AUDIENCES_OF_PROGRAMME | AUDIENCES_OF_SOCIAL_OBJECT


def programmes_in(text: str) -> list[str]:
    """« 163-01 » when the tables tell it apart from its programme, else « 163 »; unknown ones left out."""
    found = ((f"{programme}-{action:0>2}", programme) for programme, action in _PROGRAMME.findall(text))
    return _longest_known(found)


def social_objects_in(text: str) -> list[str]:
    """Each object as the tables know it, by itself or by its family; unknown ones left out."""
    codes = (found.zfill(6) for found in _SOCIAL_OBJECT.findall(text))
    return _longest_known((code, code[:3]) for code in codes)


def causes_of(codes: Iterable[str]) -> list[str]:
    """The slugs of the causes that these codes say."""
    return [slug for code in codes for slug in _CAUSES.get(code, ())]


def audiences_of(codes: Iterable[str]) -> list[str]:
    """The slugs of the publics that these codes say."""
    return [slug for code in codes for slug in _AUDIENCES.get(code, ())]


def _longest_known(written: Iterable[Iterable[str]]) -> list[str]:
    known = (next((code for code in codes if code in _CAUSES or code in _AUDIENCES), "") for codes in written)
    return [code for code in known if code]
