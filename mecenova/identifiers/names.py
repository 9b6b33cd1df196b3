"""Names as people and files write them, brought to one form."""

import re
import unicodedata

# Letters that Unicode does not decompose, although French readers see two letters (or another one).
_LETTERS = str.maketrans({"œ": "oe", "Œ": "oe", "æ": "ae", "Æ": "ae", "ø": "o", "Ø": "o", "ł": "l", "Ł": "l"})
_SEPARATORS = re.compile(r"[\W_]+")
_DOTTED_ACRONYM = re.compile(r"\b(?:[^\W\d_]\.\s?)+[^\W\d_]\b\.?")

_COMPANY_FORMS = ("sarl", "sas", "sasu", "eurl", "snc", "scop", "scic", "gie")
# Before the name. « SA » is not here: it also opens the names of sport clubs.
_LEADING = re.compile(
    rf"^(?:l )?(?:association|assoc|asso|{'|'.join(_COMPANY_FORMS)})(?: loi(?: de)? 1901)? "
)
_TRAILING = re.compile(
    rf" (?:(?:association )?loi(?: de)? 1901|association|assoc|asso|sa|se|{'|'.join(_COMPANY_FORMS)})$"
)

# What a reader takes for each letter of our own names, folded: Cyrillic, Greek, phonetics.
_READ_AS = {
    "m": "mмμᴍ",
    "e": "eеεᴇ",
    "c": "cсϲᴄ",
    "n": "nνɴո",
    "o": "oоοᴏօ",
    "v": "vѵνᴠ",
    "a": "aаαᴀ",
    "i": "iıіιɪӏǀl1",
    "s": "sѕꜱ",
}

_POSTAL_CODE = re.compile(r"(?:F-?)?(\d{5})(?:\D.*)?", re.ASCII | re.IGNORECASE)
# 203, 204, 205 and 207 are those of firms and town halls alone (CEDEX).
_CORSICA = {
    **dict.fromkeys(("200", "201", "203", "205", "207"), "2A"),
    **dict.fromkeys(("202", "204", "206"), "2B"),
}
_OVERSEAS = frozenset({"971", "972", "973", "974", "975", "976", "986", "987", "988"})
# Two islands that left Guadeloupe in 2007 and kept its postal codes; then those of their firms (CEDEX).
_FORMERLY_GUADELOUPE = re.compile(r"(?P<barthelemy>97133|9709\d)|97150|970[5-8]\d")


def fold(text: str) -> str:
    """Lower case, no accents, « œ » as « oe », punctuation as single spaces: spellings become one."""
    if text.isascii():
        return _SEPARATORS.sub(" ", text.lower()).strip()
    plain = _without_accents(_without_accents(text.translate(_LETTERS)).casefold()).translate(_LETTERS)
    return _SEPARATORS.sub(" ", plain).strip()


def _read_as(name: str) -> str:
    """The name however it is spaced, dotted, cut by letters that show nothing or written in others."""
    return " ?".join(f"[{_READ_AS[letter]}]" for letter in name)


# Who signs the mails of the site.
_SITE = re.compile(rf"mecenova|\b{_read_as('mecenova')}\b")
_TEAM = re.compile(rf"\b{_read_as('ims')}\b")


def names_the_site(name: str) -> bool:
    """Whether its readers would take it for the site's own name, even within a word."""
    return bool(_SITE.search(fold(name)))


def names_the_team(name: str) -> bool:
    """The same, or the name of those who run it."""
    return names_the_site(name) or bool(_TEAM.search(fold(name)))


def name_key(name: str) -> str:
    """The form under which two rows of a file are the same organisation.

    Folded, acronyms without their dots, and without what says only the legal form (« association », « SAS »).
    Never empty when the folded name is not.
    """
    undotted = _DOTTED_ACRONYM.sub(lambda found: re.sub(r"[.\s]", "", found.group()) + " ", name)
    key = fold(undotted.replace("&", " et "))
    while True:
        shorter = _TRAILING.sub("", _LEADING.sub("", key))
        if shorter == key:
            return key
        key = shorter


def department_code(postal_code: str) -> str | None:
    """The département or overseas collectivity of a postal code, or None when the code does not tell.

    Military post, Monaco, foreign and mistyped codes give None: a missing place is better than a wrong one.
    """
    found = _POSTAL_CODE.fullmatch(re.sub(r"\s", "", postal_code))
    if found is None:
        return None
    code = found.group(1)
    if island := _FORMERLY_GUADELOUPE.fullmatch(code):
        return "977" if island["barthelemy"] else "978"
    if code[:2] in {"97", "98"}:
        return code[:3] if code[:3] in _OVERSEAS else None
    if code[:2] == "20":
        return _CORSICA.get(code[:3])
    return code[:2] if 1 <= int(code[:2]) <= 95 else None


def _without_accents(text: str) -> str:
    return "".join(
        letter for letter in unicodedata.normalize("NFKD", text) if not unicodedata.combining(letter)
    )
