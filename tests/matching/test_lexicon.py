"""Words, themes, and what a text is found to speak of."""

import pytest

from associations.models import Association
from companies.models import Need
from matching.models import Suggestion
from matching.network import load
from matching.network.stems import stems_of_words
from matching.operations import run_round
from matching.profiles import repair, reweigh
from matching.scoring import Lexicon, score, vocabulary
from matching.scoring.text import positions_of, words
from matching.scoring.themes import ThemeIndex, theme_index
from tests.associations.factories import AssociationFactory
from tests.companies.factories import NeedFactory

TEXTS = (
    "Chantier d’insertion : espaces verts",
    "CHANTIERS D'INSERTION",
    "Club de rugby, école de jeunes",
    "Judo club",
    "Accès des personnes à mobilité réduite au stade",
    "Mobilité des jeunes vers l’emploi",
    "Prévention du suicide et santé mentale",
    "O.G.E.C. de l’école",
    "Maison de la santé",
    "Équitation pour tous",
    "Commerce équitable",
    "Fête de la mar",
    "Les mares du bocage",
    "Un bal à Bourges",
    "Création d’une équipe",
    "Tenir dans l’emploi",
    "Livrer chaque lot sur place",
    "Développer la musique en milieu rural",
    "Foyer d’accueil médicalisé",
    "Botanique et multimédia",
    "Bibliothèque sonore",
    "Préparer la sortie de prison",
    "Une sortie au bord de la mer",
    "Programmation culturelle",
    "Bâtir avec elles",
    "Logements temporaires rénovés",
    "Rompre l’isolement des personnes âgées",
    "Accueillir les réfugiés",
    "Un théâtre pour les réfugiés",
)


@pytest.fixture
def lexicon(db):
    return Lexicon(stems_of_words(vocabulary(TEXTS)))


def themes(lexicon, text):
    return {slug for slug, presence in lexicon.read(text, "").themes.items() if presence == 1.0}


def test_dotted_letters_are_one_word_and_figures_none():
    assert words("O.G.E.C. Saint-Œuvre 2014 n° 3") == ["ogec", "saint", "oeuvre"]


def test_inflections_capitals_and_missing_accents_are_one_stem(db):
    stems = stems_of_words({"handicapees", "handicapes", "handicape", "ateliers", "atelier"})
    assert len(set(stems.values())) == 2


@pytest.mark.parametrize(
    ("text", "expected", "refused"),
    [
        ("Chantier d’insertion : espaces verts", {"insertion-chantier", "insertion"}, set()),
        ("CHANTIERS D'INSERTION", {"insertion-chantier"}, set()),
        ("Judo club", {"combat"}, {"rugby"}),
        ("Accès des personnes à mobilité réduite au stade", {"accessibilite"}, {"mobilite"}),
        ("Mobilité des jeunes vers l’emploi", {"mobilite", "emploi"}, set()),
        ("Prévention du suicide et santé mentale", {"sante-mentale"}, {"prevention-sante"}),
        ("Commerce équitable", {"commerce-equitable"}, {"equitation", "commercants"}),
        ("Fête de la mar", set(), {"eau-rivieres"}),
        ("Les mares du bocage", {"eau-rivieres"}, set()),
        ("Un bal à Bourges", set(), {"rural"}),
        ("Création d’une équipe", set(), {"equipement"}),
        ("Tenir dans l’emploi", {"emploi"}, {"tennis"}),
        ("Livrer chaque lot sur place", set(), {"livre-lecture"}),
        ("Développer la musique en milieu rural", {"musique", "rural"}, {"developpement-local"}),
        ("Foyer d’accueil médicalisé", {"handicap"}, {"hebergement", "logement"}),
        ("Botanique et multimédia", {"numerique"}, {"inclusion-numerique"}),
        ("Bibliothèque sonore", {"handicap-visuel"}, set()),
        ("Préparer la sortie de prison", {"sortie-prison"}, {"vacances"}),
        ("Une sortie au bord de la mer", {"vacances"}, {"sortie-prison"}),
        ("Programmation culturelle", {"culture"}, {"code"}),
        ("Bâtir avec elles", set(), {"btp-espaces-verts"}),
        ("Logements temporaires rénovés", {"logement-accompagne", "logement"}, {"pension-famille"}),
        ("Rompre l’isolement des personnes âgées", {"isolement-ages", "personnes-agees"}, set()),
        ("", set(), {"sport"}),
    ],
)
def test_themes_are_found_and_not_invented(lexicon, text, expected, refused):
    found = themes(lexicon, text)
    assert expected <= found
    assert not refused & found


def test_words_of_an_expression_must_stand_near_each_other(lexicon):
    filler = " ".join(["avec"] * 10)
    assert "insertion-chantier" in themes(lexicon, "Chantier d’insertion")
    assert "insertion-chantier" not in themes(lexicon, f"Chantier {filler} insertion")


def test_a_narrow_theme_implies_the_wide_ones_less(lexicon):
    reading = lexicon.read("Judo club", "")
    assert reading.themes["combat"] == 1.0
    assert 0 < reading.themes["sport"] < 1.0


def test_positions_keep_every_place():
    assert positions_of(["le", "chat", "chats"], {"chat": "chat", "chats": "chat"}) == {"chat": [1, 2]}


@pytest.mark.django_db
def test_a_few_are_scored_with_the_words_of_the_whole_network():
    AssociationFactory(purpose="Club de rugby pour les enfants du quartier", causes=["sport"])
    AssociationFactory(purpose="Chorale de village", causes=["culture"])
    NeedFactory(published=True, title="Équiper une école de rugby", causes=["sport"], territories=["59"])
    repair()

    def scores(associations):
        network = load(associations, Need.objects.current())
        return {each.id: score(network.needs[0], each, network.related) for each in network.associations}

    counted_now = scores(Association.objects.all())
    reweigh()
    assert scores(Association.objects.all()) == counted_now
    for association in Association.objects.all():
        few = scores(Association.objects.filter(pk=association.pk))
        assert few == {association.pk: counted_now[association.pk]}


@pytest.mark.django_db
def test_loading_asks_as_many_questions_for_one_as_for_ten(query_count):
    AssociationFactory(complete=True)
    NeedFactory(published=True)

    def everything():
        return load(Association.objects.open_to_companies(), Need.objects.current())

    everything()
    one = query_count(everything)
    AssociationFactory.create_batch(9, complete=True)
    NeedFactory.create_batch(9, published=True)
    assert query_count(everything) == one


@pytest.mark.django_db
def test_reasons_tell_what_is_declared_from_what_words_say():
    AssociationFactory(purpose="Ateliers d’initiation à l’apiculture", causes=["education"])
    NeedFactory(
        published=True,
        title="De l’apiculture à l’école",
        description="",
        causes=["environnement"],
        territories=["59"],
    )
    run_round()
    told = Suggestion.objects.get().reasons
    assert told[0] == ("Elle parle de ce que vous cherchez\u00a0: biodiversité, «\u202fapiculture\u202f».")
    assert told[1] == "Elle agit là où vous cherchez\u00a0: Nord."
    assert told[2] == ("Elle n’a pas encore publié de demande précise\u202f; son tour vient d’arriver.")


def test_shared_words_are_spelt_as_the_need_spells_them(lexicon):
    text = lexicon.need_text("Équitation pour tous", "")
    assert "équitation" in text.words.values()


@pytest.mark.parametrize(
    "common", ["cinq kilomètres", "douze tables et trente chaises", "3 000 euros", "un samedi de mars"]
)
def test_numbers_units_and_dates_are_no_likeness(db, common):
    texts = (f"Collecte de jouets, {common}", f"Chorale du village, {common}")
    lexicon = Lexicon(stems_of_words(vocabulary(texts)))
    lexicon.read("", texts[1])
    assert not set(lexicon.need_text(texts[0], "").terms) & set(lexicon.frequency)


def test_a_need_tells_whether_it_names_an_action(lexicon):
    assert lexicon.need_text("Judo club", "").speaks
    assert not lexicon.need_text("Dix jours pour les personnes âgées", "").speaks


def test_a_public_is_the_subject_of_a_title_that_names_no_action(lexicon):
    lexicon.read("Accueillir les réfugiés", "")
    alone = lexicon.need_text("Accueillir les réfugiés", "")
    beside = lexicon.need_text("Un théâtre pour les réfugiés", "")
    assert alone.themes["migrants"] == pytest.approx(2 * beside.themes["migrants"])


def test_the_index_of_themes_is_made_once_and_is_that_of_all_the_words(lexicon):
    whole = ThemeIndex(lexicon.stems)
    assert theme_index(lexicon.stems).telling_stems == whole.telling_stems
    assert theme_index(lexicon.stems) is theme_index({**lexicon.stems, "zythologie": "zytholog"})
    for text in TEXTS:
        positions = positions_of(words(text), lexicon.stems)
        assert theme_index(lexicon.stems).find(positions) == whole.find(positions)
