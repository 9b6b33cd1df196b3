"""The invented texts: nobody real in them, and written as people who care write."""

import re
from collections.abc import Iterator
from typing import Any

import pytest

from mecenova.demo.texts import DATA, read, site_of
from mecenova.identifiers.names import fold

FILES = sorted(path.stem for path in DATA.glob("*.toml"))
# Names that a reader would take for somebody real: none may appear as whole words in any text.
REAL_COMPANIES = """
accenture accor adecco adidas airbus air france air liquide alstom amazon apple arcelormittal arkema
auchan axa bnp paribas boulanger bouygues bpce capgemini carrefour casino castorama cic cisco coca cola colas
credit agricole credit mutuel danone darty dassault decathlon deloitte dior edf eiffage elior engie eramet
essilor eurazeo euronext fdj fnac free galeries lafayette generali google groupama hermes ibm icade ikea ing
intermarche jcdecaux kering kiabi klepierre kpmg la poste lactalis lafarge lagardere leclerc legrand
leroy merlin loreal lvmh macif maif malakoff humanis manpower mazars mcdonald michelin microsoft monoprix
natixis nestle nexans nexity norauto orange orano pernod ricard peugeot pierre fabre picard publicis pwc
randstad ratp renault rexel saint gobain safran samsung sanofi schneider seb sephora sfr sncf societe generale
sodexo somfy sopra steria stellantis suez tereos thales total totalenergies transdev ubisoft unibail valeo
vallourec veolia vinci vivendi volkswagen worldline yves rocher
"""
# These are also ordinary words or places.
ORDINARY = {
    *("air", "apple", "casino", "coca", "cola", "free", "general", "generale", "france", "gobain", "la"),
    *("liquide", "mutuel", "orange", "poste", "saint", "total", "agricole", "credit", "societe", "pierre"),
    *("fabre", "merlin", "picard", "galeries", "seb", "yves", "colas", "ing"),
}


def strings(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for each in value.values():
            yield from strings(each)
    elif isinstance(value, list):
        for each in value:
            yield from strings(each)


@pytest.mark.parametrize("name", FILES)
def test_texts_follow_french_typography(name):
    found = [
        text
        for text in strings(read(name))
        if re.search(r"\w'\w|\.\.\.|\"| [;!?»:](?: |$)|« ", text, flags=re.UNICODE)
    ]
    assert found == []


@pytest.mark.parametrize("name", FILES)
def test_nobody_real_is_named(name):
    words = set(fold(" ".join(strings(read(name)))).split())
    assert words & (set(REAL_COMPANIES.split()) - ORDINARY) == set()


def test_names_are_used_once():
    names = [
        text["name"]
        for name in FILES
        for text in [*read(name).get("association", []), *read(name).get("company", [])]
    ]
    assert len(names) == len(set(names))


def test_texts_are_not_repeated():
    texts = [text for name in FILES for text in strings(read(name)) if len(text) > 60]
    assert len(texts) == len(set(texts))


def test_invented_sites_can_belong_to_nobody():
    assert site_of("L’Écluse & Cie, association d’Amiens").endswith(".example")
    assert re.fullmatch(r"[a-z0-9-]+\.example", site_of("L’Écluse & Cie, association d’Amiens"))
