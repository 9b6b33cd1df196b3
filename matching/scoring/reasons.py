"""Why a pair was proposed, in up to three plain French sentences."""

from collections.abc import Mapping, Sequence

from matching.scoring.lexicon import best_words
from matching.scoring.parts import Assessment
from matching.scoring.sides import ABROAD, AssociationSide, NeedSide
from matching.scoring.themes import MEANS, all_themes

MOST_SENTENCES = 3
MOST_WORDS = 3
# Below this weight a shared theme is too common to be told.
TOLD_FROM = 0.05


def reasons(
    need: NeedSide, association: AssociationSide, assessment: Assessment, names: Mapping[str, str]
) -> list[str]:
    """The strongest first. `names` gives the name of a cause or territory from its slug or code."""
    sentences = [
        _words(need, association),
        _causes(association, assessment, names),
        _place(need, association, names),
        _extra(assessment),
    ]
    told = [sentence for sentence in sentences if sentence]
    return told[:MOST_SENTENCES] or ["Rien de commun n’est renseigné pour l’instant."]


def _words(need: NeedSide, association: AssociationSide) -> str:
    known = all_themes()
    shared = sorted(
        (
            theme
            for theme, weight in need.text.themes.items()
            if weight >= TOLD_FROM
            and association.text.themes.get(theme) == 1.0
            and known[theme].facet != MEANS
        ),
        key=lambda theme: (-need.text.themes[theme], theme),
    )
    if shared:
        return f"Même sujet\u00a0: {', '.join(known[theme].label for theme in shared[:MOST_WORDS])}"
    found = best_words(need.text, association.text, MOST_WORDS)
    if not found:
        return ""
    return f"Mots communs\u00a0: {', '.join(found)}" if len(found) > 1 else f"Mot commun\u00a0: {found[0]}"


def _causes(association: AssociationSide, assessment: Assessment, names: Mapping[str, str]) -> str:
    """What the association declares, and apart from it what only its words say."""
    declared = [cause for cause in assessment.shared_causes if cause in association.causes]
    said = [cause for cause in assessment.shared_causes if cause not in association.causes]
    if declared:
        label = "Causes communes" if len(declared) > 1 else "Cause commune"
        return f"{label}\u00a0: {_listed(declared, names)}"
    if said:
        return f"Ses mots parlent de\u00a0: {_listed(said, names)}"
    if assessment.near_causes:
        return f"Cause proche de\u00a0: {_listed(assessment.near_causes, names)}"
    return ""


def _listed(causes: Sequence[str], names: Mapping[str, str]) -> str:
    return ", ".join(_lower(names.get(cause, cause)) for cause in causes)


def _place(need: NeedSide, association: AssociationSide, names: Mapping[str, str]) -> str:
    if not association.place_known:
        return "Territoire non renseigné"
    if ABROAD in need.territories and association.acts_abroad:
        return "Agit à l’international"
    place = sorted(association.places & need.territories) or sorted(association.places)
    listed = ", ".join(names.get(code, code) for code in place[:2])
    return f"Présente ici\u00a0: {listed}" if listed else ""


def _extra(assessment: Assessment) -> str:
    if assessment.parts["skills"] > 0.5:
        return "Compétences recherchées en commun"
    if assessment.parts["amount"] == 1.0:
        return "Montant demandé dans la fourchette du besoin"
    if assessment.parts["audience"] > 0.5:
        return "Publics en commun"
    return ""


def _lower(name: str) -> str:
    return name[:1].lower() + name[1:]
