"""Everyday French, beside what documents write: an association types « rdv avec le patron », a guide says
« premier rendez-vous » and « entreprise ».

`EMPTY` are the words that ask and say nothing of what is asked; `says` gives, for an everyday word, what the
library would write, and `in_words_of_the_field` does so for several words that are one thing. Written from
the usual vocabulary of small associations, and kept short: a word belongs here when its family does not lead
there already (see mecenova.search.families).
"""

from collections.abc import Sequence
from functools import cache

from mecenova.identifiers.names import fold
from mecenova.search.families import spelling

# Beyond the dictionary's own stop words (« le », « de », « qui », « nous »…).
_ASKING = """
est ce que qu quoi qui quel quelle quels quelles lequel comment combien pourquoi quand ou dont si
on ca cela celui celle ceux chez nous notre nos votre vos vous leur leurs mon ma mes ton ta tes son sa ses
il ils elle elles je tu me te se lui moi toi un une des du de la le les en au aux et mais donc ni car
a ai as avons avez ont avoir etre suis sommes etes sont fait faire fais faites faut falloir
peut peux pouvez pouvons pouvoir doit dois devons devez devoir veut veux voulons vouloir sait sais savoir
va vais vont aller dit dire
avec sans pour par sur dans vers entre plutot plus tres trop tout toute tous toutes bien pas ne
y c d j l m n s t quelqu quelque quelques
bonjour svp besoin maintenant pdt rien
aimerais aimerait aimerions voudrais voudrait voudrions souhaite souhaitons connais connaissons comprends
"""
EMPTY = frozenset(_ASKING.split())

_WRITTEN = """
asso assos assoc assocs: association
boite boites boss patron patronne pme societe societes commercant commercants: entreprise
sponsor sponsors sponsoring sponsoriser sponsorise: parrainage, mécène, mécénat
donateur donateurs donatrice bienfaiteur: mécène
rdv entrevue entretien: rendez-vous
ordi ordis pc: ordinateur
contrat contrats: convention
cerfa attestation attestations justificatif justificatifs: reçu fiscal
impot impots fisc: fiscal, réduction d’impôt
defiscaliser defiscalisation deduire deduction deductible: réduction d’impôt
fric sous thune argent: mécénat financier, don d’argent, versement
materiel matos objets marchandises invendus surplus: don en nature, biens
mail mails courriel courriels email courrier courriers: lettre, message
merci: remercier, remerciement
pitch: présenter, présentation
relancer relance relances: donner des nouvelles, relance
informer courant: nouvelles
refus refuse refuser refusent: refus, dire non
non: refus, dire non
vocabulaire lexique glossaire definition definitions: mots
depense depenses recette recettes: budget
preter prete pretee pretent detacher detachement: mise à disposition, prêt
employe employes employee collaborateur collaborateurs: salarié
poste: mission
questionnaire questionnaires rapport: bilan, évaluation
trier selectionner selection: choisir
mois periode date calendrier: moment, calendrier
chef responsable referent: en charge, dirige
rgpd cnil: données personnelles
pub publicite maillot banderole affiche: parrainage, visibilité, logo
cadeau cadeaux echange avantages: contrepartie
dossier dossiers: projet
facture factures facturer: parrainage, facture
ethique morale: limites
commune communes mairie mairies: commune, collectivité
embeter deranger gener: relance
internet web: numérique
"""

# Each said whole, in this order, whatever stands around it.
_EXPRESSIONS = """
faire le point: bilan
fait le point: bilan
rendre des comptes: bilan
rendre compte: bilan
coup de main: bénévolat
prise de contact: approche
prendre contact: approche
tenir au courant: nouvelles
plus de nouvelles: relance
sans nouvelles: relance
pas de réponse: relance
sans réponse: relance
répond pas: relance
répond plus: relance
"""


def _lines(written: str) -> list[tuple[str, str]]:
    pairs = (line.split(":") for line in written.strip().splitlines())
    return [(typed, said.strip()) for typed, said in pairs]


@cache
def _table() -> dict[str, tuple[str, ...]]:
    found: dict[str, tuple[str, ...]] = {}
    for words, said in _lines(_WRITTEN):
        wanted = tuple(each.strip() for each in said.split(","))
        found |= dict.fromkeys(words.split(), wanted)
    return found


@cache
def _by_spelling() -> dict[str, str]:
    # Of two forms of one word, the first written.
    return {spelling(word): word for word in reversed(_table())}


@cache
def _expressions() -> dict[tuple[str, ...], str]:
    return {tuple(fold(words).split()): said for words, said in _lines(_EXPRESSIONS)}


def understood() -> list[tuple[str, str]]:
    """What people type and what documents write for it, as the team reads it, in the order of the former."""
    words = ((", ".join(typed.split()), said) for typed, said in _lines(_WRITTEN))
    return sorted([*words, *_lines(_EXPRESSIONS)])


def says(word: str) -> tuple[str, ...]:
    """What documents write for this everyday word, or nothing."""
    return _table().get(fold(word), ())


def meant_by(word: str) -> str:
    """The everyday word that this one, of which nobody knows, sounds like; or nothing."""
    return _by_spelling().get(spelling(fold(word)), "")


def in_words_of_the_field(words: Sequence[str]) -> tuple[str, ...]:
    """The same words, each expression replaced by the word that documents write for it."""
    found: list[str] = []
    place = 0
    while place < len(words):
        rest = tuple(map(fold, words[place:]))
        said = next((each for each in _expressions() if rest[: len(each)] == each), None)
        found.append(_expressions()[said] if said else words[place])
        place += len(said) if said else 1
    return tuple(found)


def is_empty(word: str) -> bool:
    return fold(word) in EMPTY
