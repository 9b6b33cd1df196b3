"""Three plain sentences: the subject, the place, what is asked; to each side in its own voice."""

import re
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from matching.models import Suggestion
from matching.network.stems import stems_of_words
from matching.operations import run_round
from matching.scoring import (
    AskSide,
    AssociationSide,
    Lexicon,
    NeedSide,
    TextSide,
    reasons,
    reasons_to_answer,
    score,
    vocabulary,
)
from matching.scoring.places import with_capitals
from mecenova.calendar import clock
from tests.associations.factories import AssociationFactory
from tests.companies.factories import NeedFactory
from tests.matching.test_scoring import RELATED, associations, needs

NAMES = {
    "59": "Nord",
    "62": "Pas-de-Calais",
    "R32": "Hauts-de-France",
    "75": "Paris",
    "FR": "France",
    "sport": "Sport",
    "sante": "Santé",
    "redaction": "Rédaction",
}
HERE = AssociationSide(id="a", reach=frozenset({"59", "R32", "FR"}), places=frozenset({"59"}))
REGION = replace(HERE, reach=HERE.reach | {"62"}, places=frozenset({"R32"}), inside=frozenset({"59", "62"}))
EVERYWHERE = replace(
    REGION, reach=REGION.reach | {"75"}, places=frozenset({"FR"}), inside=frozenset({"R32", "59", "62", "75"})
)
NEED = NeedSide(id="n", company="c", kind="financial", territories=frozenset({"59"}))


def told(need: NeedSide = NEED, association: AssociationSide = HERE, **more: int) -> list[str]:
    return reasons(need, association, score(need, association, RELATED), NAMES, **more)


def asking(kind: str, **fields: object) -> AssociationSide:
    return replace(HERE, asks=(AskSide(kind, **fields),))


@given(needs, associations, st.none() | st.integers(0, 4000))
def test_always_three_sentences_without_a_figure_of_the_score(
    need: NeedSide, association: AssociationSide, waited: int | None
) -> None:
    assessment = score(need, association, RELATED)
    for found in (
        reasons(need, association, assessment, {}, waited=waited),
        reasons_to_answer(need, association, assessment, {}),
    ):
        assert len(found) == 3
        assert all(sentence[0].isupper() and sentence.endswith(".") for sentence in found)
        assert "%" not in "".join(found)
        assert str(assessment.total) not in "".join(found) or assessment.total in (0, 1)


@pytest.mark.parametrize(
    ("waited", "end"),
    [
        (None, "précise."),
        (0, "précise\u202f; son tour vient d’arriver."),
        (1, "depuis 1\u00a0jour."),
        (42, "elle attendait son tour depuis 42\u00a0jours."),
        (1200, "depuis 1\u202f200\u00a0jours."),
    ],
)
def test_how_long_it_had_been_waiting(waited: int | None, end: str) -> None:
    assert told(waited=waited)[2].endswith(end)


@pytest.mark.parametrize(
    ("need", "association", "sentence"),
    [
        (NEED, asking("financial", amount=Decimal(5000)), "Elle demande 5\u202f000\u00a0€."),
        (
            replace(NEED, budget_max=Decimal(8000)),
            asking("financial", amount=Decimal(5000)),
            "Elle demande 5\u202f000\u00a0€, dans votre fourchette.",
        ),
        (
            replace(NEED, kind="skills"),
            asking("skills", skills=frozenset({"redaction"})),
            "Elle cherche ces compétences\u00a0: rédaction.",
        ),
        (
            replace(NEED, kind="skills", skills=frozenset({"redaction", "compta"})),
            asking("skills", skills=frozenset({"redaction", "vente"})),
            "Elle cherche ces compétences\u00a0: rédaction.",
        ),
        (
            replace(NEED, kind="skills", skills=frozenset({"compta"})),
            asking("skills", skills=frozenset({"vente"})),
            "Elle demande des compétences, mais ne nomme pas les vôtres.",
        ),
        (
            replace(NEED, kind="in_kind"),
            asking("in_kind"),
            "Elle demande des biens, comme votre besoin en propose.",
        ),
        (NEED, asking("skills"), "Elle n’a pas encore publié de demande précise."),
    ],
)
def test_what_is_asked(need: NeedSide, association: AssociationSide, sentence: str) -> None:
    assert told(need, association)[2] == sentence


@pytest.mark.parametrize(
    ("offered", "told_so"), [({"compta"}, "mais pas celles"), ({"vente"}, "ce que demande")]
)
def test_only_skills_in_common_answer_a_published_project(offered: set[str], told_so: str) -> None:
    need = replace(NEED, kind="skills", skills=frozenset(offered))
    association = asking("skills", skills=frozenset({"vente"}))
    found = reasons_to_answer(need, association, score(need, association, RELATED), NAMES)
    assert f"Il offre des compétences, {told_so}" in found[2]


@pytest.mark.parametrize(
    ("territories", "association", "sentence"),
    [
        ({"59"}, HERE, "Elle agit là où vous cherchez\u00a0: Nord."),
        ({"R32"}, HERE, "Elle agit dans le territoire de votre besoin\u00a0: Nord."),
        ({"62", "75"}, REGION, "Elle agit aussi là où vous cherchez\u00a0: Pas-de-Calais."),
        ({"59"}, EVERYWHERE, "Elle agit aussi là où vous cherchez\u00a0: Nord."),
        ({"FR"}, HERE, "Elle agit ici\u00a0: Nord\u202f; votre besoin est ouvert à toute la France."),
        (set(), HERE, "Elle agit ici\u00a0: Nord\u202f; votre besoin est ouvert à toute la France."),
        (
            set(),
            replace(HERE, reach=frozenset(), places=frozenset()),
            "Elle ne dit pas encore où elle agit\u202f; votre besoin est ouvert à toute la France.",
        ),
        (
            {"INT"},
            replace(HERE, reach=frozenset({"INT"})),
            "Elle agit à l’international, comme votre besoin le demande.",
        ),
    ],
)
def test_the_place(territories: set[str], association: AssociationSide, sentence: str) -> None:
    assert told(replace(NEED, territories=frozenset(territories)), association)[1] == sentence


@pytest.mark.parametrize(
    ("territories", "association", "sentence"),
    [
        ({"59", "75"}, HERE, "Il concerne un territoire où vous agissez\u00a0: Nord."),
        ({"62", "75"}, REGION, "Il concerne un territoire où vous agissez\u00a0: Pas-de-Calais."),
        ({"59"}, EVERYWHERE, "Il concerne un territoire où vous agissez\u00a0: Nord."),
        ({"R32", "75"}, HERE, "Il couvre le territoire où vous agissez\u00a0: Hauts-de-France."),
        ({"FR"}, HERE, "Il est ouvert à toute la France, donc à vous aussi."),
    ],
)
def test_the_place_told_to_the_association(
    territories: set[str], association: AssociationSide, sentence: str
) -> None:
    need = replace(NEED, territories=frozenset(territories))
    assert reasons_to_answer(need, association, score(need, association, RELATED), NAMES)[1] == sentence


def test_the_subject_in_the_need_s_own_words_then_the_cause() -> None:
    need = replace(
        NEED,
        causes=frozenset({"sport"}),
        text=TextSide(terms={"judok": 0.9, "tatam": 0.4}, words={"judok": "judokas", "tatam": "tatamis"}),
    )
    speaks = TextSide(terms={"judok": 1.0, "tatam": 1.0})
    association = replace(HERE, causes=frozenset({"sport"}), text=speaks)
    assert told(need, association)[0] == (
        "Elle parle de ce que vous cherchez\u00a0: «\u202fjudokas\u202f», «\u202ftatamis\u202f» "
        "(cause commune\u00a0: sport)."
    )
    assert told(need, replace(association, text=TextSide()))[0] == (
        "Elle agit pour une cause que vous soutenez\u00a0: sport."
    )
    assert told(need, replace(HERE, text=TextSide(causes=frozenset({"sport"}))))[0] == (
        "Elle n’a pas coché votre cause, mais ses textes en parlent\u00a0: sport."
    )
    assert told(need, replace(HERE, causes=frozenset({"sante"})))[0] == (
        "Elle agit pour une cause voisine de la vôtre (sport)."
    )
    assert told(need)[0].startswith("Aucun mot ni aucune cause")


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("title", "says", "quoted"),
    [
        ("Enseigner une langue étrangère", "langue étrangère", ["langue étrangère"]),
        ("Enseigner une langue étrangère", "une amie étrangère", []),
        ("Enseigner une langue étrangère", "les langues de France", ["langue"]),
        ("Apprendre une seconde langue étrangère", "langue étrangère", ["langue étrangère"]),
        ("Une épicerie d’entraide", "entraide, épicerie", ["épicerie d’entraide"]),
        ("Restaurer la chapelle", "restaurer chapelle", ["restaurer", "chapelle"]),
        ("Une fresque\u00a0: céramique", "fresque, céramique", ["fresque", "céramique"]),
        ("Tisser des laines brutes de brebis", "laines brutes brebis", ["laines brutes", "brebis"]),
        ("Un atelier de quartier à Lille", "atelier, Lille", ["Lille"]),
        ("Restaurer les jardins de Lille", "jardins de Lille", ["jardins de Lille"]),
        ("AIDER À LILLE", "Lille", ["Lille"]),
        ("Lille : une fresque", "fresque, Lille", ["fresque", "Lille"]),
        ("Les jardins de lille", "jardins de Lille", ["jardins de Lille"]),
        ("Tresser : « Vannerie »", "vannerie", ["vannerie"]),
        ("Protéger les données de ceux qui nous écrivent", "Des jeunes écrivent des contes", []),
    ],
)
def test_words_that_follow_each_other_are_quoted_together(title: str, says: str, quoted: list[str]) -> None:
    """« étrangère » alone tells a quality of nothing."""
    lexicon = Lexicon(stems_of_words(vocabulary([title, says])))
    text = lexicon.association_text(lexicon.read("", says))
    need = replace(NEED, text=replace(lexicon.need_text(title, ""), themes={}))
    subject = told(need, replace(HERE, text=replace(text, themes={})))[0]
    assert sorted(re.findall("«\u202f(.+?)\u202f»", subject)) == sorted(quoted)


def test_only_what_names_nothing_but_a_place_is_given_a_capital() -> None:
    assert with_capitals("jardins de lille et d’évry") == "jardins de Lille et d’Évry"
    assert with_capitals("lot, somme, manche, tours") == "lot, somme, manche, tours"


@pytest.mark.django_db
def test_a_suggestion_says_for_how_long_its_association_had_waited():
    with clock.frozen(clock.now()) as now:
        AssociationFactory(complete=True)
        now.advance(timedelta(days=33))
        NeedFactory(published=True, territories=["59"])
        run_round()
    assert Suggestion.objects.get().reasons[2].endswith("elle attendait son tour depuis 33\u00a0jours.")
