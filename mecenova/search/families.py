"""Families of French words: « bénévole », « bénévoles » and « bénévolat » are one.

PostgreSQL's dictionary brings the forms of one word together, not the words of one idea, and leaves a few
plurals apart (« emplois », « reçus »). A family is a root: what is left of a folded word without its plural,
then without its ending, after the principle of Snowball's French stemmer with longer endings
(https://snowballstem.org/algorithms/french/stemmer.html). Two words of one family need not mean the same;
they are near enough to be searched together.
"""

import re

# Shorter, a root would gather words that have nothing in common.
SHORTEST_ROOT = 4
# Words this short have no ending to lose but a plural.
SHORTEST_WORD = 6

# Where an ending hides the root: « volontaire » and « volontariat », « territoire » and « territorial ».
_REWRITTEN = (("aire", "ar"), ("oire", "or"))
_ENDINGS_WRITTEN = """
ation ition ction tion ement issement ment ateur atrice iteur eur euse trice
age ance ence isme iste ique iquement atif ative if ive ite iat at ial iale al ale el elle
able ible ier iere er ir ire ant ante ent ente ee
"""
# In this order: the h of « ch » is heard, the others are not.
_HEARD = (
    (r"ph", "f"),
    (r"(?<!c)h", ""),
    (r"qu(?=[aeiouy])", "k"),
    (r"y", "i"),
    (r"e(?=[mn][^aeiouymn])", "a"),
    (r"(.)\1+", r"\1"),
    (r"(?<=...)e$", ""),
)
_ENDINGS = tuple(sorted(_ENDINGS_WRITTEN.split(), key=len, reverse=True))


def family(word: str) -> str:
    """The root of a word already folded (lower case, no accents); a short word only loses its plural."""
    word = _singular(word)
    if len(word) < SHORTEST_WORD:
        return word
    for ending, kept in _REWRITTEN:
        if word.endswith(ending):
            return word.removesuffix(ending) + kept
    for ending in _ENDINGS:
        if word.endswith(ending) and len(word) - len(ending) >= SHORTEST_ROOT:
            return word.removesuffix(ending).rstrip("ie")
    return word.rstrip("ie")


def _singular(word: str) -> str:
    if len(word) > SHORTEST_ROOT and word.endswith("aux"):
        return word.removesuffix("aux") + "al"
    return word[:-1] if len(word) >= SHORTEST_ROOT and word[-1] in "sx" and word[-2] != "s" else word


def spelling(word: str) -> str:
    """What is left of a folded word once usual slips do not count: « illetrisme » is « illettrisme ».

    Two letters for one, qu for k, ph for f, an for en, y for i, a mute h or e: what is heard the same.
    """
    word = _singular(word)
    for written, heard in _HEARD:
        word = re.sub(written, heard, word)
    return word
