"""Everyday French, beside what documents write: an association types « rdv avec le patron », a guide says
« premier rendez-vous » and « entreprise ».

`EMPTY` are the words that ask and say nothing of what is asked; `says` gives, for an everyday word, what the
library would write. Written from the usual vocabulary of small associations, and kept short: a word belongs
here when its family does not lead there already (see mecenova.search.families).
"""

from functools import cache

from mecenova.identifiers.names import fold

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
bonjour svp besoin maintenant pdt
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
"""


@cache
def _table() -> dict[str, tuple[str, ...]]:
    found: dict[str, tuple[str, ...]] = {}
    for line in _WRITTEN.strip().splitlines():
        words, said = line.split(":")
        wanted = tuple(each.strip() for each in said.split(","))
        found |= dict.fromkeys(words.split(), wanted)
    return found


def says(word: str) -> tuple[str, ...]:
    """What documents write for this everyday word, or nothing."""
    return _table().get(fold(word), ())


def is_empty(word: str) -> bool:
    return fold(word) in EMPTY
