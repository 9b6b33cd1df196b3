import pytest
from django.db import connection, models
from django.db.models import Value
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from accounts.models import User
from mecenova.search.families import spelling
from mecenova.search.functions import FrenchSearchQuery, FrenchVector

pytestmark = pytest.mark.django_db


def sql(expression, *params):
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {expression}", params)
        return cursor.fetchone()[0]


def matches(text, words):
    return sql("fr_vector(%s) @@ fr_query(%s)", text, words)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("Insertion professionnelle", "insertions professionnelles"),
        ("Égalité", "egalite"),
        ("egalite", "égalité"),
        ("Œuvres sociales", "oeuvre"),
        ("une oeuvre", "œuvres"),
        ("Les élèves handicapés", "eleve handicape"),
        ("mécénat de compétences", "competence"),
        ("L’hébergement d’urgence", "hebergements"),
        ("ÉCOLE À NOËL", "ecole noel"),
        ("Sport et santé", "sport -musique"),
        ("Sport et santé", "musique or sport"),
    ],
)
def test_finds(text, words):
    assert matches(text, words)


@pytest.mark.parametrize(
    ("text", "words"),
    [("Sport", "musique"), ("Sport et santé", "sport -sante"), ("Sport", "")],
)
def test_does_not_find(text, words):
    assert not matches(text, words)


@pytest.mark.parametrize(
    ("text", "folded"),
    [
        ("Œuvre d’Été", "oeuvre d’ete"),
        ("ÇÀ ET LÀ", "ca et la"),
        ("Æthel", "aethel"),
        ("ﬁn", "fin"),
        (None, ""),
    ],
)
def test_fold(text, folded):
    assert sql("fr_fold(%s)", text) == folded


anything = st.text(st.characters(exclude_characters="\x00", exclude_categories=("Cs",)), max_size=300)


@settings(max_examples=300, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(anything, anything)
def test_no_text_and_no_question_break_it(text, words):
    assert matches(text, words) in (True, False)


def test_a_very_long_text_is_indexed():
    assert matches("solidarité " + "mot " * 400_000, "solidarite")


def test_as_django_expressions():
    User.objects.create_user("a@exemple.test", first_name="musique", last_name="Écoles")
    vector = FrenchVector("last_name", weight="A") + FrenchVector("first_name", weight="D")
    people = User.objects.annotate(words=vector)
    assert people.filter(words=FrenchSearchQuery("ecole musiques")).count() == 1
    assert people.filter(words=FrenchSearchQuery("ecole") & FrenchSearchQuery("musique")).count() == 1
    assert people.filter(words=~FrenchSearchQuery("ecole")).count() == 0
    assert people.filter(words=FrenchSearchQuery(Value("école"))).count() == 1
    assert ":1A" in str(people.annotate(text=models.functions.Cast("words", models.TextField())).get().text)


@pytest.mark.parametrize(
    ("said", "kin", "query"),
    [
        ("bénévole", "bénévoles benevoles", "'benevol'"),
        ("emplois", "emploi", "'emploi' | 'emplois'"),
        ("le", "lettre", ""),
        ("l'été", "", "'ete'"),
    ],
)
def test_a_word_and_its_kin_ask_for_each_form_once(said, kin, query):
    assert sql("fr_any(%s, %s)::text", said, kin) == query


@settings(max_examples=100, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(anything, anything)
def test_any_word_and_any_kin_are_a_question(said, kin):
    assert sql("fr_vector(%s) @@ fr_any(%s, %s)", said, said, kin) in (True, False)


@pytest.mark.parametrize(
    ("written", "heard"),
    [
        ("illetrisme", "illettrisme"),
        ("numerik", "numeriques"),
        ("competance", "competences"),
        ("filantropie", "philanthropie"),
        ("andicap", "handicap"),
    ],
)
def test_what_is_heard_the_same_has_one_spelling(written, heard):
    assert spelling(written) == spelling(heard)


@pytest.mark.parametrize(
    ("one", "other"), [("environ", "environnement"), ("chaine", "caine"), ("cadre", "cidre"), ("pere", "pre")]
)
def test_what_is_heard_otherwise_has_two(one, other):
    assert spelling(one) != spelling(other)


def test_a_weight_is_a_letter():
    with pytest.raises(ValueError, match="weight"):
        FrenchVector("last_name", weight="A')")
