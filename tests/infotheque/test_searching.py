"""What people type is understood; what is asked is found, marked and counted."""

import csv
from datetime import UTC, datetime, timedelta
from pathlib import Path
from urllib.parse import urlencode

import pytest
from django.db import connection
from django.http import QueryDict
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from hypothesis import given
from hypothesis import strategies as st

from infotheque import everyday, operations, searching, tasks
from infotheque.extracts import LENGTH, Marker
from infotheque.models import SearchGap
from infotheque.results import newest, search
from infotheque.searching import Question
from mecenova.calendar import clock
from mecenova.identifiers.text import one_line
from mecenova.reference.enums import Kind
from mecenova.reference.models import Cause
from mecenova.search import asking
from tests.infotheque.asking import found, on_line
from tests.infotheque.factories import DocumentFactory

pytestmark = pytest.mark.usefixtures("fresh_words")

QUERIES = Path(__file__).parent / "judged" / "queries.csv"


def judged(by):
    with QUERIES.open(encoding="utf-8") as lines:
        return [row for row in csv.DictReader(lines) if row["by"] == by]


@pytest.mark.django_db
def test_what_people_type_finds_what_they_mean():
    rows = judged("maker")
    on_line(*{row["written"] for row in rows})
    missed = [row["query"] for row in rows if row["written"] not in found(row["query"])]
    assert len(rows) >= 60
    assert len(missed) <= len(rows) // 10, missed


@pytest.mark.django_db
def test_somebody_who_had_not_seen_the_search_finds_texts_of_the_shelf(staff):
    rows = judged("outsider")
    operations.load_shelf(by=staff)
    operations.recount_words()
    missed = [row["query"] for row in rows if one_line(row["written"]) not in found(row["query"])]
    assert len(rows) >= 20
    assert len(missed) <= len(rows) // 10, missed


@pytest.mark.django_db
class TestNearest:
    def test_a_whole_question_finds_what_says_most_of_it_and_the_page_says_so(self, client):
        on_line("Le reçu fiscal d’une entreprise", "Le budget de l’association", "La convention")
        page = client.get(
            reverse("infotheque:list"), {"q": "comment faire un reçu fiscal quand on débute ?"}
        ).content.decode()
        assert "Le <mark>reçu</mark> <mark>fiscal</mark>" in page
        assert "Aucun document ne dit tout cela." in page
        assert "Le budget" not in page
        assert "La convention" not in page
        assert f'hx-post="{reverse("infotheque:gap")}"' not in page

    def test_what_says_all_of_it_is_counted_apart(self, client):
        on_line("Un budget de théâtre", "Un budget de fanfare")
        assert found("budget théâtre") == ["Un budget de théâtre", "Un budget de fanfare"]
        page = client.get(reverse("infotheque:list"), {"q": "budget théâtre"}).content.decode()
        assert "1 document dit tout ce que vous cherchez. Les autres s’en approchent." in page

    def test_a_common_word_alone_is_shown_and_is_still_a_gap(self, client):
        on_line(*(f"Le budget numéro {number}" for number in range(5)))
        page = client.get(reverse("infotheque:list"), {"q": "budget fusée lunaire"}).content.decode()
        assert "Le <mark>budget</mark> numéro 1" in page
        client.post(reverse("infotheque:gap"), {"q": "budget fusée lunaire"})
        assert SearchGap.objects.get().words == "budget fusée lunaire"

    def test_choices_quotes_and_minus_hold(self):
        on_line("Budget théâtre rural", kind="guide")
        on_line("Budget théâtre urbain", kind="study")
        assert found("budget théâtre fanfare", type="study") == ["Budget théâtre urbain"]
        assert found("budget théâtre fanfare -urbain") == ["Budget théâtre rural"]
        assert found('"budget théâtre rural" fanfare') == ["Budget théâtre rural"]

    def test_drafts_stay_hidden(self):
        DocumentFactory(title="Le reçu fiscal caché")
        on_line("Le reçu fiscal")
        assert found("reçu fiscal fanfare") == ["Le reçu fiscal"]


@pytest.mark.parametrize("word", sorted(everyday.EMPTY)[:20])
@pytest.mark.django_db
def test_words_that_only_ask_are_left_out_unless_nothing_else_is_asked(word):
    asked = asking.read(f"{word} budget")
    assert searching.understand(asked).heart.words == ("budget",)
    alone = asking.read(word)
    assert searching.understand(alone).heart == alone


@pytest.mark.parametrize(
    ("typed", "written"),
    [
        ("asso", "L’association"),
        ("RDV", "Le premier rendez-vous"),
        ("impôts", "La réduction d’impôt"),
        ("questionaire", "Le bilan commun"),
        ("faire le point", "Le bilan commun"),
        ("comment Faire le Point ?", "Le bilan commun"),
        ("pas de reponse", "Relancer une entreprise"),
    ],
)
@pytest.mark.django_db
def test_everyday_words_find_what_documents_write(typed, written):
    on_line(written, "Autre chose", "Un point de départ")
    assert found(typed) == [written]


@pytest.mark.django_db
def test_an_everyday_word_ill_spelt_is_said_well_on_the_page(client):
    on_line("Le bilan commun")
    page = client.get(reverse("infotheque:list"), {"q": "questionaire"}).content.decode()
    assert "questionnaire" in page


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("words", "titles"),
    [
        ('"mécénat de compétences"', ["Le mécénat de compétences"]),
        ("« mécénat de compétences »", ["Le mécénat de compétences"]),
        ("compétences -mécénat", ["Des compétences à valoriser"]),
        ("compet", ["Le mécénat de compétences", "Des compétences à valoriser"]),
        ("oeuvres", ["L’œuvre commune"]),
        ("œuvre", ["L’œuvre commune"]),
        ("valorisation", ["Des compétences à valoriser"]),
        ("mecennat", ["Le mécénat de compétences"]),
        ("fusée", []),
    ],
)
def test_search(words, titles):
    on_line("Le mécénat de compétences", "Des compétences à valoriser", "L’œuvre commune")
    assert set(found(words)) == set(titles)


@pytest.mark.django_db
def test_the_title_comes_before_the_text_and_dates_on_demand():
    with clock.frozen(datetime(2026, 1, 5, 10, tzinfo=UTC)):
        (in_title,) = on_line("Préparer un budget")
    with clock.frozen(datetime(2026, 2, 5, 10, tzinfo=UTC)):
        (in_text,) = on_line("Un autre guide", body="On y parle aussi d’un budget, une fois.")
    assert found("budget") == [in_title.title, in_text.title]
    assert found("budget", tri="date") == [in_text.title, in_title.title]


@pytest.mark.django_db
def test_a_word_that_means_nothing_asks_for_nothing():
    on_line("Le premier rendez-vous", "Vouer un jour à son quartier")
    assert found("premier rendez vous") == ["Le premier rendez-vous"]
    assert found("vous") == []


@pytest.mark.django_db
def test_a_slip_that_others_made_does_not_hide_what_is_written_well():
    on_line("Contre l’illetrisme", "L’illettrisme au travail", "Le numérik", "Une fracture numérique")
    assert set(found("illetrisme")) == {"Contre l’illetrisme", "L’illettrisme au travail"}
    assert set(found("numerique")) == {"Le numérik", "Une fracture numérique"}


@pytest.mark.django_db
def test_the_shorter_title_comes_first_and_a_summary_never_before_a_title():
    on_line("Budget")
    on_line("Un budget pour préparer avec les habitants la fête du quartier et ses suites")
    DocumentFactory(published=True, title="Autre", summary="Budget")
    DocumentFactory(published=True, title="Le budget", summary="Une ligne de plus. " * 150)
    titles = found("budget")
    assert set(titles[:2]) == {"Budget", "Le budget"}
    assert titles[-1] == "Autre"


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("page", "shown"), [("", 20), ("2", 3), ("9", 3), ("-1", 3), ("9" * 30, 3), ("x", 20), ("1.5", 20)]
)
def test_a_page_that_does_not_exist_is_the_last_or_the_first(page, shown):
    on_line(*(f"Budget numéro {number}" for number in range(23)))
    results = search(QueryDict(f"q=budget&page={page}"))
    assert len(results.found) == shown
    assert results.page.number == (1 if shown == 20 else 2)


@pytest.mark.django_db
def test_a_slip_is_corrected_and_said(client):
    on_line("La convention de mécénat")
    page = client.get(reverse("infotheque:list"), {"q": "convantion"}).content.decode()
    assert "Aucun document ne dit «\u202fconvantion\u202f»" in page
    assert "La <mark>convention</mark> de mécénat" in page


@pytest.mark.django_db
def test_the_counts_are_those_of_the_choices():
    sport = Cause.objects.get(slug="sport")
    for document in on_line(
        "Sport et entreprise", "Sport et quartier", kind="guide", year=2024, publisher="A, B et C"
    ):
        document.causes.add(sport)
    on_line("Sport, une étude", kind="study", year=2025, partnership_kinds=[Kind.SKILLS, Kind.FINANCIAL])
    on_line("Musique", kind="guide")
    asked = QueryDict("q=sport")
    facets = {facet.name: {c.value: c.number for c in facet.choices} for facet in search(asked).facets}
    assert facets["type"] == {"guide": 2, "study": 1}
    assert facets["annee"] == {"2025": 1, "2024": 2}
    assert facets["source"]["A, B et C"] == 2
    assert facets["cause"] == {"sport": 2}
    assert facets["forme"] == {"skills": 1, "financial": 1}
    for facet in search(asked).facets:
        for choice in facet.choices:
            assert search(QueryDict(choice.address)).total == choice.number, (facet.name, choice.value)
            (undone,) = [
                c for f in search(QueryDict(choice.address)).facets if f.name == facet.name for c in f.choices
            ]
            assert undone.is_chosen
            assert search(QueryDict(undone.address)).total == 3


@pytest.mark.django_db
def test_as_many_queries_for_one_or_thirty_documents(client):
    def queries(words):
        with CaptureQueriesContext(
            connection,
        ) as captured:
            client.get(reverse("infotheque:list"), {"q": words})
        return len(captured)

    on_line("Un seul budget")
    client.get(reverse("infotheque:list"), {"q": "budget"})
    one = queries("budget")
    on_line(*(f"Budget numéro {number}" for number in range(30)))
    assert queries("budget") == one < 10
    assert queries("bugdet") < 10


class TestExtract:
    def pieces(self, words, *texts):
        return Marker(Question(asking.read(words), asking.read(words))).extract(texts)

    def test_it_keeps_accents_and_marks_what_was_asked(self):
        pieces = self.pieces("mecenes", "Remercier un mécène, c’est le mécénat qui continue.")
        assert [piece.text for piece in pieces if piece.is_marked] == ["mécène", "mécénat"]

    def test_the_summary_is_preferred_and_the_text_read_when_it_answers_alone(self):
        assert self.pieces("budget", "Le budget.", "Un budget de projet.")[1].text == "budget"
        told = self.pieces(
            "budget", "Un résumé.", "Bien plus loin. " * 60 + "Le budget se prépare tôt. " + "x " * 300
        )
        assert "".join(piece.text for piece in told).startswith("… Le budget se prépare tôt.")

    @pytest.mark.parametrize(
        ("written", "read"),
        [
            ("Le budget dit [un refus](/doc/refus/). Si rien", "Le budget dit un refus. Si rien"),
            ("Le **budget**, puis `total`.", "Le budget, puis total."),
            (
                "Le budget de [nom de l’association], à remplir",
                "Le budget de [nom de l’association], à remplir",
            ),
            ("![Un dessin](/a(1).png) du budget", "Un dessin du budget"),
            ("- Le _budget_\n- fichier budget_2024.xlsx", "Le budget fichier budget_2024.xlsx"),
        ],
    )
    def test_links_and_marks_leave_their_words_and_nothing_else(self, written, read):
        assert "".join(piece.text for piece in self.pieces("budget", written)) == read

    @given(st.text(max_size=900), st.text(max_size=60))
    def test_it_never_adds_nor_grows(self, text, words):
        told = "".join(piece.text for piece in self.pieces(words, text))
        assert len(told) <= LENGTH * 2 + max((len(word) for word in text.split()), default=0) + 4


@given(st.text(max_size=400))
def test_any_text_is_read(text):
    asked = asking.read(text)
    assert asking.read(str(asked)).words == asked.words or asked.phrases


@pytest.mark.django_db
@pytest.mark.parametrize(
    "hostile", ["'", "\x01", "a" * 5000, "\U0001f600", "((", "-", '"', "or", "a or", "%", "\\", "&|!", "x:*"]
)
def test_signs_are_only_signs(client, hostile):
    on_line("La convention")
    for name in ("q", "type", "annee", "source", "cause", "page", "tri"):
        assert client.get(reverse("infotheque:list"), {name: hostile}).status_code == 200
        assert client.get(reverse("infotheque:feed"), {name: hostile}).status_code == 200


@pytest.mark.django_db
def test_a_search_without_an_answer_is_a_gap_and_another_is_not(client):
    on_line("La convention")
    page = client.get(reverse("infotheque:list"), {"q": "fusée lunaire"}).content.decode()
    assert f'hx-post="{reverse("infotheque:gap")}"' in page
    assert "L’équipe" not in page, "said once it is noted"
    for words in ("fusée lunaire", "Fusee  lunaire"):
        assert "L’équipe a noté" in client.post(reverse("infotheque:gap"), {"q": words}).text
    for words in ("convention", "", "convantion"):
        assert client.post(reverse("infotheque:gap"), {"q": words}).status_code == 204
    gap = SearchGap.objects.get()
    assert (gap.words, gap.times) == ("fusée lunaire", 2)


@pytest.mark.django_db
def test_words_still_being_typed_are_not_noted_at_once(client):
    """The next letters replace the results, and what waits in them is gone with them: htmx sends nothing for
    an element that has left the page.
    """
    page = client.get(reverse("infotheque:list"), {"q": "fusée lun"}, headers={"HX-Request": "true"}).text
    assert page.startswith("<title>fusée lun · Infothèque – Mecenova</title>")
    assert 'hx-trigger="load delay:4s"' in page
    assert page.rindex("</div>") > page.index("hx-trigger"), "inside what is replaced"


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("name", "value", "label"),
    [
        ("type", "video", "Vidéo"),
        ("cause", "culture", "Culture"),
        ("annee", "1998", "1998"),
        ("source", "Personne", "Personne"),
        ("forme", "skills", str(Kind.SKILLS.label)),
    ],
)
def test_a_choice_that_leaves_nothing_is_shown_and_undone_and_makes_no_gap(client, name, value, label):
    on_line("La convention", kind="guide", year=2024)
    asked = {"q": "convention", name: value}
    (facet,) = search(QueryDict(urlencode(asked))).facets
    assert (facet.chosen.value, facet.chosen.number) == (value, 0)
    assert label in facet.chosen.label
    page = client.get(reverse("infotheque:list"), asked).text
    assert f"<title>convention · {facet.chosen.label} · Infothèque – Mecenova</title>" in page
    assert f'<input type="hidden" form="recherche" name="{name}" value="{value}">' in page
    assert "Rien sous ces choix" in page
    assert f'href="{reverse("infotheque:list")}?q=convention"' in page
    assert f'href="{reverse("infotheque:tip_create")}"' in page
    assert "hx-post" not in page[page.index('id="resultats"') :]
    assert client.post(reverse("infotheque:gap"), asked | {"q": "fusée lunaire"}).status_code == 204
    assert not SearchGap.objects.exists()


@pytest.mark.django_db
def test_a_settled_gap_that_comes_back_is_open_again(staff):
    gap = operations.note_gap(words="Bail solidaire")
    settled = operations.settle_gap(gap=gap, by=staff)
    assert operations.settle_gap(gap=gap, by=staff).settled_at == settled.settled_at
    assert operations.note_gap(words="bail solidaire").settled_at is None


@pytest.mark.django_db
def test_the_team_reads_its_gaps_in_as_many_queries_for_one_or_ten(client, staff, query_count):
    client.force_login(staff)
    operations.settle_gap(gap=operations.note_gap(words="un autre jour"), by=staff)
    operations.note_gap(words="bail solidaire")
    client.get(reverse("infotheque:gaps"))
    one = query_count(lambda: client.get(reverse("infotheque:gaps")))
    for number in range(10):
        operations.note_gap(words=f"bail numéro {number}")
    assert query_count(lambda: client.get(reverse("infotheque:gaps"))) == one
    page = client.get(reverse("infotheque:gaps")).content.decode()
    assert "<td>parrainage, mécène, mécénat</td>" in page
    assert '<th scope="row">faire le point</th><td>bilan</td>' in page
    gap = SearchGap.objects.get(words="bail solidaire")
    for _ in range(2):
        assert client.post(reverse("infotheque:gap_settle", args=[gap.pk])).status_code == 302
    gap.refresh_from_db()
    assert gap.settled_by == staff
    assert SearchGap.objects.settled().first() == gap


@pytest.mark.django_db
def test_the_feed_is_the_search(client):
    on_line("La convention", "Le budget")
    feed = client.get(reverse("infotheque:feed"), {"q": "conventions"})
    assert feed["Content-Type"].startswith("application/rss+xml")
    assert "La convention" in feed.content.decode()
    assert "Le budget" not in feed.content.decode()
    assert len(newest(QueryDict(""), 30)) == 2


@pytest.mark.django_db
@pytest.mark.parametrize(("words", "comes_first"), [("", True), ("budget", False)])
def test_what_else_there_is_comes_before_twenty_documents_and_after_the_answers_to_a_question(
    client, words, comes_first
):
    DocumentFactory(published=True, title="Le budget")
    page = client.get(reverse("infotheque:list"), {"q": words}).text
    for link in ("infotheque:path_list", "infotheque:front_page"):
        main = page.split("<main")[1]
        links = [place for place in range(len(main)) if main.startswith(f'href="{reverse(link)}"', place)]
        assert [place < main.index('id="resultats"') for place in links] == [comes_first]


@pytest.mark.django_db
def test_words_that_nobody_searches_any_more_are_forgotten_after_a_year():
    now = datetime(2026, 11, 30, 9, tzinfo=UTC)
    with clock.frozen(now):
        operations.note_gap(words="Bail solidaire")
        operations.note_gap(words="Jeanne Dupont")
    with clock.frozen(now + timedelta(days=200)):
        operations.note_gap(words="bail solidaire")
    with clock.frozen(now + timedelta(days=366)):
        tasks.forget_visitors.run()
        tasks.forget_visitors.run()
    assert [gap.words for gap in SearchGap.objects.all()] == ["Bail solidaire"]
