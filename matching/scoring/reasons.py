"""Why a pair goes together, in three plain French sentences: the subject, the place, what is asked.

Told to the company that is shown an association, or to the association that looks at a need. Never a figure
of the score: a person reads what is said on both sides, and judges.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from matching.scoring.lexicon import shared_terms
from matching.scoring.parts import Assessment
from matching.scoring.places import with_capitals
from matching.scoring.sides import ABROAD, NATIONAL, AssociationSide, NeedSide
from matching.scoring.themes import MEANS, all_themes
from mecenova.identifiers.names import fold
from mecenova.ui.figures import days, euros

MOST_SUBJECTS = 2
MOST_WORDS = 2
MOST_NAMES = 3
# A short word (« ans », « jour ») tells a reader nothing; of the heaviest ones only.
SHORTEST_TOLD = 5
MOST_WORDS_READ = 5
# As many first letters in common are the same word to a reader: « médicales » after « recherche médicale ».
SAME_FIRST_LETTERS = 6
# Below this weight a shared theme is too common to be told.
TOLD_FROM = 0.05
NOTHING_SHARED = (
    "Aucun mot ni aucune cause en commun n’est écrit noir sur blanc\u00a0: sa mission vous en dira plus."
)

ASKS = {
    "financial": "un soutien financier",
    "in_kind": "des biens",
    "skills": "des compétences",
    "volunteering": "des bénévoles",
    "co_construction": "un partenaire avec qui construire une réponse",
}
GIVES = {
    "financial": "un soutien financier",
    "in_kind": "des biens",
    "skills": "des compétences",
    "volunteering": "du temps de salariés bénévoles",
    "co_construction": "une question à travailler ensemble",
}


@dataclass(frozen=True, slots=True)
class _Voice:
    """How a subject in common is told to one side: shared words, declared causes, causes that only its texts
    say, causes near by, or nothing."""

    words: str
    declared: str
    said: str
    near: str
    nothing: str


TO_COMPANY = _Voice(
    words="Elle parle de ce que vous cherchez\u00a0: {}.",
    declared="Elle agit pour une cause que vous soutenez\u00a0: {}.",
    said="Elle n’a pas coché votre cause, mais ses textes en parlent\u00a0: {}.",
    near="Elle agit pour une cause voisine de la vôtre ({}).",
    nothing=NOTHING_SHARED,
)
TO_ASSOCIATION = _Voice(
    words="Ce besoin parle de ce que vous faites\u00a0: {}.",
    declared="Ce besoin soutient une cause qui est la vôtre\u00a0: {}.",
    said="Ce besoin soutient une cause qui est la vôtre\u00a0: {}.",
    near="Ce besoin soutient une cause voisine des vôtres ({}).",
    nothing="Aucun mot ni aucune cause en commun n’est écrit noir sur blanc\u00a0: lisez-le avant d’écrire.",
)


def reasons(
    need: NeedSide,
    association: AssociationSide,
    assessment: Assessment,
    names: Mapping[str, str],
    *,
    waited: int | None = None,
    again: bool = False,
) -> list[str]:
    """Three sentences to the company. `names` gives the name of a cause, skill or territory from its slug or
    code; `waited` is for how many days the association had been waiting its turn, when it is known; `again`
    says that it was proposed for the same need before."""
    return [
        _subject(need, association, assessment, names, TO_COMPANY),
        _place(need, association, names),
        f"{_ask(need, association, assessment, names)}{_turn(waited, again=again)}.",
    ]


def reasons_to_answer(
    need: NeedSide, association: AssociationSide, assessment: Assessment, names: Mapping[str, str]
) -> list[str]:
    """The same three, to the association that looks at the need."""
    return [
        _subject(need, association, assessment, names, TO_ASSOCIATION),
        _place_told_to_association(need, association, names),
        _given(need, association),
    ]


def _subject(
    need: NeedSide,
    association: AssociationSide,
    assessment: Assessment,
    names: Mapping[str, str],
    voice: _Voice,
) -> str:
    words = _shared_words(need, association)
    declared, said = _causes(association, assessment)
    if words:
        shared = f" (cause commune\u00a0: {_named(declared, names)})" if declared else ""
        return voice.words.format(f"{', '.join(words)}{shared}")
    if declared:
        return voice.declared.format(_named(declared, names))
    if said:
        return voice.said.format(_named(said, names))
    if assessment.near_causes:
        return voice.near.format(_named(assessment.near_causes, names))
    return voice.nothing


def _shared_words(need: NeedSide, association: AssociationSide) -> list[str]:
    """The subjects both speak of, then the need's own words, quoted, that add something to them."""
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
    subjects = [known[theme].label for theme in shared[:MOST_SUBJECTS]]
    said = fold(" ".join(subjects))
    quoted = [text for text in _quotable(need, association) if not _is_said(text, said)]
    return [*subjects, *(f"«\u202f{with_capitals(text)}\u202f»" for text in quoted[:MOST_WORDS])]


def _quotable(need: NeedSide, association: AssociationSide) -> list[str]:
    """The heaviest words of the need that the association says: two that follow each other are one passage,
    and one that only qualifies a word that the association does not say is left out."""
    text = need.text
    shared = shared_terms(text, association.text)
    read = shared[:MOST_WORDS_READ]
    qualities = {term: each for term, each in text.passages.items() if each.is_tight}
    told = {term for term, each in qualities.items() if each.head in shared}
    joined = {
        term: passage
        for term in read
        if (passage := text.passages.get(term)) and passage.head in shared and passage.head not in told
    }
    alone = set(read) - joined.keys() - qualities.keys() - {passage.head for passage in joined.values()}
    return [
        joined[term].text if term in joined else text.words[term]
        for term in read
        if term in joined or (term in alone and len(text.words[term]) >= SHORTEST_TOLD)
    ]


def _is_said(text: str, said: str) -> bool:
    return all(word[:SAME_FIRST_LETTERS] in said for word in fold(text).split())


def _causes(association: AssociationSide, assessment: Assessment) -> tuple[list[str], list[str]]:
    """Those it declares, and apart from them those that only its words say."""
    shared = assessment.shared_causes
    return (
        [cause for cause in shared if cause in association.causes],
        [cause for cause in shared if cause not in association.causes],
    )


def _place(need: NeedSide, association: AssociationSide, names: Mapping[str, str]) -> str:
    if not association.place_known:
        return "Elle ne dit pas encore où elle agit\u202f; votre besoin est ouvert à toute la France."
    if ABROAD in need.territories and association.acts_abroad:
        return "Elle agit à l’international, comme votre besoin le demande."
    shared = association.places & need.territories - {NATIONAL}
    if shared:
        return f"Elle agit là où vous cherchez\u00a0: {_listed(shared, names)}."
    if within := association.inside & need.territories:
        return f"Elle agit aussi là où vous cherchez\u00a0: {_listed(within, names)}."
    here = _listed(association.places or association.reach, names)
    if need.is_national:
        return f"Elle agit ici\u00a0: {here}\u202f; votre besoin est ouvert à toute la France."
    return f"Elle agit dans le territoire de votre besoin\u00a0: {here}."


def _place_told_to_association(need: NeedSide, association: AssociationSide, names: Mapping[str, str]) -> str:
    if ABROAD in need.territories and association.acts_abroad:
        return "Il concerne l’international, où vous agissez."
    shared = (association.places | association.inside) & need.territories - {NATIONAL}
    if shared:
        return f"Il concerne un territoire où vous agissez\u00a0: {_listed(shared, names)}."
    if need.is_national:
        return "Il est ouvert à toute la France, donc à vous aussi."
    around = need.territories & association.reach
    return f"Il couvre le territoire où vous agissez\u00a0: {_listed(around, names)}."


def _ask(
    need: NeedSide, association: AssociationSide, assessment: Assessment, names: Mapping[str, str]
) -> str:
    """What its published project asks for in the need's own kind."""
    asks = association.asks_for(need.kind)
    if not asks:
        return "Elle n’a pas encore publié de demande précise"
    amounts = sorted(ask.amount for ask in asks if ask.amount)
    if need.kind == "financial" and amounts:
        least, most = euros(amounts[0]), euros(amounts[-1])
        told = f"Elle demande {most}" if least == most else f"Elle demande de {least} à {most}"
        return f"{told}, dans votre fourchette" if assessment.parts["amount"] == 1.0 else told
    if need.kind == "skills" and (sought := _skills_sought(association)):
        # A need that names none offers them all.
        if shared := (sought & need.skills if need.skills else sought):
            return f"Elle cherche ces compétences\u00a0: {_listed(shared, names, lower=True)}"
        return "Elle demande des compétences, mais ne nomme pas les vôtres"
    return f"Elle demande {ASKS[need.kind]}, comme votre besoin en propose"


def _skills_sought(association: AssociationSide) -> frozenset[str]:
    return frozenset(skill for ask in association.asks_for("skills") for skill in ask.skills)


def _turn(waited: int | None, *, again: bool) -> str:
    """How long it had been waiting, and whether it was proposed before."""
    if waited is None:
        return ""
    if again:
        return f"\u202f; nous vous l’avons déjà proposée, et elle attend encore, depuis {days(waited)}"
    if waited < 1:
        return "\u202f; son tour vient d’arriver"
    return f"\u202f; elle attendait son tour depuis {days(waited)}"


def _given(need: NeedSide, association: AssociationSide) -> str:
    given = f"Il offre {GIVES[need.kind]}"
    sought: frozenset[str] = frozenset()
    if need.kind == "skills" and need.skills:
        sought = _skills_sought(association)
    if sought and sought.isdisjoint(need.skills):
        return f"{given}, mais pas celles que demande votre projet publié."
    if association.asks_for(need.kind):
        return f"{given}, ce que demande votre projet publié."
    if association.asks:
        return f"{given}, ce que vos projets publiés ne demandent pas encore."
    return f"{given}\u202f; un projet publié qui le demande ferait mieux comprendre le vôtre."


def _named(causes: Sequence[str], names: Mapping[str, str]) -> str:
    return ", ".join(_lower(names.get(cause, cause)) for cause in causes[:MOST_NAMES])


def _listed(codes: Iterable[str], names: Mapping[str, str], *, lower: bool = False) -> str:
    found = [names.get(code, code) for code in sorted(codes)[:MOST_NAMES]]
    return ", ".join(_lower(name) if lower else name for name in found)


def _lower(name: str) -> str:
    return name[:1].lower() + name[1:]
