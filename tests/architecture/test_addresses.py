"""Addresses are French and lower case, their names English."""

import re

from django.urls import URLPattern, URLResolver, get_resolver

from tests.architecture.house import python_files, relative, template_files

# allauth's and the admin's own addresses keep their words.
OF_OTHERS = ("compte/", "administration/")
FRENCH = re.compile(
    r"accueil|besoin|ajout|annul|equipe|inscri|lien|membre|mise_|modif|nouve|organisme|partenariat|projet|publier"
    r"|recherch|refus|relance|reponse|revendi|suppr|tableau|entreprise|courriel|voir"
)
ENGLISH = re.compile(
    r"\b(about|account|accept|add|answer|assoc|board|checks?|claims?|close|compan|create|dashboard|delete|detail"
    r"|edit|home|introductions?|join|list|log(?:in|out)|mail|members?|needs?|new|partnerships?|projects?|publish"
    r"|refuse|register|search|settings|sign|staff|update|users?|view)\b"
)


def addresses(resolver: URLResolver, before: str = ""):
    for each in resolver.url_patterns:
        path = before + str(each.pattern)
        if isinstance(each, URLPattern):
            yield path, each.name
        else:
            yield from addresses(each, path)


def own_addresses():
    return [(path, name) for path, name in addresses(get_resolver()) if not path.startswith(OF_OTHERS)]


def test_paths_are_lower_case_french_words():
    for path, _ in own_addresses():
        words = re.sub(r"<[^>]+>", "x", path)
        assert re.fullmatch(r"(?:[a-z0-9-]+/)*[a-z0-9-]*(?:\.[a-z]+)?", words), path
        assert not ENGLISH.search(words), path


def test_names_are_english():
    for path, name in own_addresses():
        assert name, f"{path} has no name"
        assert re.fullmatch(r"[a-z]+(?:_[a-z]+)*", name), name
        assert not FRENCH.search(name.replace("infotheque", "").replace("refusal", "")), name


def test_an_object_is_addressed_by_uuid_or_slug():
    for path, _ in own_addresses():
        # A day of a rule's table is a number that people read, and no key.
        assert "<int:" not in path.replace("<int:day>", ""), path


# Lists of everything that is one's own, whatever the organisation: the page they lead to offers the others.
WHOEVER_WRITES = {
    "templates/companies/need_list.html",
    "templates/matching/suggestions.html",
    "templates/partnerships/introductions.html",
}


def test_a_link_to_write_a_need_or_a_project_says_of_which_organisation():
    """Somebody of several would else write it in the name of the first of them."""
    written = re.compile(r"(?:companies:need_create|associations:project_create)[\"'](.{0,24})", re.DOTALL)
    named = re.compile(r"(?: %}|\)})\?(?:entreprise|association)=")
    found = {
        relative(path)
        for path in [*python_files(), *template_files()]
        for after in written.findall(path.read_text())
        if not named.match(after)
    }
    assert found == WHOEVER_WRITES
