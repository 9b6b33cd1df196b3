"""What is found comes in order: rare words first, counted as documents come, change and leave."""

from datetime import timedelta

import pytest
from django.db import connection

from infotheque import operations
from infotheque.models import LinkCheck, Word
from infotheque.operations import vocabulary
from infotheque.tasks import recount_words
from mecenova.calendar import clock
from mecenova.workflow.errors import DomainError
from tests.accounts.factories import StaffFactory
from tests.infotheque.asking import found, on_line
from tests.infotheque.factories import DocumentFactory
from tests.threads import at_once

pytestmark = pytest.mark.usefixtures("fresh_words")
# What a document says in its title is all that it says.
WORDLESS = "…"


@pytest.mark.django_db
@pytest.mark.parametrize(
    "asked",
    [
        "'don' <2> 'natur'",
        "'budget' & ( 'bien' | 'don' <2> 'natur' )",
        "'budget' & ( 'bien' | 'don' <2> 'natur' ) & !'fiscal'",
        "( 'don' | 'bien' ) <2> 'natur' | 'fiscal'",
        "'don' <2> 'natur' | 'natur' <-> 'fiscal' <-> 'budget'",
        "'l''eau' <-> 'don' | 'budget'",
        "'fusee' <-> 'lunair'",
        "'budget'",
        "!'budget'",
    ],
)
def test_phrases_are_found_word_for_word_and_nothing_else_is(asked):
    on_line(
        "Un don en nature",
        "La nature d’un don",
        "Des biens",
        "Un budget de biens",
        "Budget, nature et don",
        "Budget d’un don en nature",
        "Budget fiscal d’un don en nature",
        "Une nature fiscale budget",
    )
    with connection.cursor() as cursor:
        cursor.execute("SELECT id FROM infotheque_document WHERE search @@ %s::tsquery ORDER BY id", [asked])
        plain = cursor.fetchall()
        cursor.execute("SELECT * FROM infotheque_matching(%s::tsquery) AS id ORDER BY id", [asked])
        assert cursor.fetchall() == plain


@pytest.mark.django_db
class TestRarity:
    """A word tells the more, the fewer documents hold it, and the more a document says it."""

    OTHERS = [f"Un projet d’association, le numéro {number}" for number in range(12)]

    def test_a_rare_word_wins_over_a_common_one(self):
        on_line(*self.OTHERS, "Le rescrit", "Une association et ses projets")
        assert found("rescrit pour un projet d’association")[0] == "Le rescrit"

    def test_a_word_becomes_common_as_documents_come(self):
        on_line("Le mentorat", "Le tutorat", *(f"Le tutorat numéro {number}" for number in range(8)))
        assert found("mentorat tutorat")[0] == "Le mentorat"
        on_line(*(f"Le mentorat numéro {number}" for number in range(20)))
        assert found("mentorat tutorat")[0] == "Le tutorat"

    def test_a_text_about_something_comes_before_one_that_says_every_word_once(self):
        by_chance = "Un mot du refus. " + "Bien autre chose à lire ici. " * 20 + "Puis du dossier."
        on_line("Un cahier", "Un guide", body="Autre chose encore. " * 20)
        on_line("Au hasard", body=by_chance)
        on_line("Comprendre un refus", body="Un refus s’explique. " * 20)
        assert found("refus dossier")[:2] == ["Comprendre un refus", "Au hasard"]

    def test_a_long_text_needs_more_mentions_than_a_short_one(self):
        many = " ".join(f"mot{number}" for number in range(2_000))
        on_line("Long", body="Un budget, un budget, un budget. " + many)
        on_line("Court", body="Un budget, un budget, un budget. Et c’est tout.")
        assert found("budget") == ["Court", "Long"]

    def test_what_says_none_of_the_words_is_never_found(self):
        on_line(*self.OTHERS, "Le rescrit", "La fanfare du village")
        for words in ("rescrit projet fusée", "rescrit -fusée", "association rescrit", "projets"):
            assert "La fanfare du village" not in found(words)

    def test_only_those_read_whole_are_ordered_by_their_texts(self, monkeypatch):
        on_line("Ancien guide", body="Le budget. " * 30)
        on_line("Nouveau guide", body="Un mot du budget, puis " + "bien autre chose. " * 30)
        assert found("budget") == ["Ancien guide", "Nouveau guide"]
        monkeypatch.setattr("infotheque.nearest.COMMON", 0)
        assert found("budget") == ["Nouveau guide", "Ancien guide"]

    def test_what_only_comes_near_is_bounded_and_what_says_all_is_not(self, monkeypatch):
        on_line("Le budget d’un théâtre", *(f"Le budget numéro {number}" for number in range(3)))
        on_line(*(f"Le théâtre numéro {number}" for number in range(3)))
        on_line(*(f"Budget de théâtre {number}" for number in range(3)))
        monkeypatch.setattr("infotheque.nearest.MOST_NEAR", 2)
        assert len(found("budget théâtre")) == 4
        monkeypatch.setattr("infotheque.nearest.MOST_NEAR", 6)
        assert len(found("budget théâtre")) == 6

    def test_what_promises_most_is_read_whole_and_a_choice_takes_nobodys_place(self, monkeypatch):
        monkeypatch.setattr("infotheque.nearest.READ_WHOLE", 2)
        on_line("Le budget", "Le budget, encore", kind="study")
        on_line("Un long titre de guide qui nomme aussi le budget", kind="guide")
        assert found("budget", type="guide") == ["Un long titre de guide qui nomme aussi le budget"]
        assert set(found("budget")[:2]) == {"Le budget", "Le budget, encore"}

    def test_words_asked_together_tell_more_when_they_are_said_together(self):
        together = "Voici la remise du bordereau de vente. " + "Bien autre chose encore. " * 20
        apart = "Voici la remise à faire. " + "Bien autre chose encore. " * 20 + "Un bordereau."
        on_line("Un cahier", body=together)
        on_line("Un carnet", body=apart)
        on_line("Une feuille", body=apart)
        assert found("remise bordereau")[0] == "Un cahier"

    def test_the_same_search_twice_gives_the_same_order(self):
        on_line(*self.OTHERS, "Le rescrit", "Un projet de rescrit")
        assert found("rescrit projet association") == found("rescrit projet association")

    def test_what_is_left_out_is_out_of_what_comes_near_too(self):
        on_line(*self.OTHERS, "Le rescrit fiscal", "Le rescrit social")
        assert "Le rescrit fiscal" not in found("rescrit association -fiscal")
        assert "Le rescrit social" in found("rescrit association -fiscal")

    def test_quotes_are_never_missing(self):
        on_line("Le reçu fiscal", "Le reçu des dons", "Un projet fiscal")
        assert found('"reçu fiscal" projet') == ["Le reçu fiscal"]
        assert found('"projet fiscal" reçu') == ["Un projet fiscal"]
        assert found('"fiscal reçu" projet') == []


@pytest.mark.django_db
class TestWords:
    def test_words_come_with_publishing_and_go_with_the_night(self, staff):
        draft = DocumentFactory(title="Passerelle numérique")
        assert not Word.objects.filter(word="passerelle").exists()
        operations.publish_document(document=draft, by=staff)
        assert Word.objects.get(word="passerelle").documents == 1
        operations.withdraw_document(document=draft, by=staff)
        recount_words()
        recount_words()
        assert not Word.objects.exists()

    def test_counts_follow_documents_as_they_come_change_and_leave(self, staff):
        one, two = (DocumentFactory(title=f"Passerelle {name}", summary=WORDLESS) for name in ("une", "deux"))

        def counts():
            return dict(Word.objects.values_list("word", "documents"))

        def true():
            kept = counts()
            operations.recount_words()
            return kept == counts()

        operations.publish_document(document=one, by=staff)
        operations.publish_document(document=two, by=staff)
        assert counts() == {"passerelle": 2, "une": 1, "deux": 1}
        operations.update_document(document=two, by=staff, title="Passerelle passerelle trois")
        assert counts() == {"passerelle": 2, "une": 1, "trois": 1}
        operations.update_document(document=two, by=staff, title="Passerelle passerelle trois")
        assert true()
        operations.archive_document(document=two, by=staff)
        assert counts() == {"passerelle": 1, "une": 1}
        operations.take_up_document(document=two, by=staff)
        operations.update_document(document=two, by=staff, summary="Un brouillon ne compte pas.")
        assert true()
        operations.publish_document(document=two, by=staff)
        assert counts()["passerelle"] == 2
        operations.withdraw_document(document=one, by=staff)
        assert "une" not in counts()
        assert true()

    def test_the_night_mends_what_is_wrong(self, staff):
        operations.publish_document(document=DocumentFactory(title="Passerelle", summary=WORDLESS), by=staff)
        Word.objects.filter(word="passerelle").update(documents=7, family="autre")
        Word.objects.create(word="fantome", family="fantom", spelling="fantom", documents=3)
        assert operations.recount_words() == 1
        assert Word.objects.values_list("word", "family", "documents").get() == ("passerelle", "passer", 1)

    def test_a_hidden_link_hides_its_words(self, staff):
        document = DocumentFactory(title="Passerelle", summary=WORDLESS)
        operations.publish_document(document=document, by=staff)
        for week in range(3):
            LinkCheck.objects.update(checked_at=clock.now() - timedelta(days=7))
            operations.record_link_check(document=document, link=document.link, problem=f"perdu {week}")
        assert not Word.objects.exists()
        LinkCheck.objects.update(checked_at=clock.now() - timedelta(days=7))
        operations.record_link_check(document=document, link=document.link)
        assert Word.objects.get().documents == 1

    def test_what_fails_counts_nothing(self, staff):
        document = DocumentFactory(title="Passerelle", link="", summary=WORDLESS)
        with pytest.raises(DomainError):
            operations.publish_document(document=document, by=staff)
        assert not Word.objects.exists()

    def test_files_of_the_team_alone_teach_nothing(self):
        DocumentFactory(published=True, title="Un guide", text="")
        operations.recount_words()
        assert set(Word.objects.values_list("word", flat=True)) >= {"guide", "rencontrer"}


@pytest.mark.django_db(transaction=True)
def test_what_comes_changes_and_leaves_during_the_count_never_waits_for_it(monkeypatch):
    """Each time a part is being counted, somebody else writes: it is neither held nor forgotten."""
    staff = StaffFactory()
    DocumentFactory(published=True, title="Passerelle", summary=WORDLESS)
    left = DocumentFactory(published=True, title="Tremplin", summary=WORDLESS)
    changed = DocumentFactory(published=True, title="Escalier", summary=WORDLESS)
    operations.recount_words()
    count, waiting = (
        vocabulary._count_of,
        [
            lambda: operations.publish_document(
                document=DocumentFactory(title="Passerelle", summary=WORDLESS), by=staff
            ),
            lambda: operations.withdraw_document(document=left, by=staff),
            lambda: operations.update_document(document=changed, by=staff, title="Escalier passerelle"),
        ],
    )

    def counted_slowly(keys):
        found = count(keys)
        if waiting:
            (outcome,) = at_once(with_no_patience(waiting.pop()))
            assert not isinstance(outcome, Exception), outcome
        return found

    monkeypatch.setattr(vocabulary, "_count_of", counted_slowly)
    operations.recount_words()
    assert not waiting
    assert dict(Word.objects.values_list("word", "documents")) == {"passerelle": 3, "escalier": 1}


def with_no_patience(call):
    def called():
        with connection.cursor() as cursor:
            cursor.execute("SET lock_timeout = '2s'")
        call()

    return called
