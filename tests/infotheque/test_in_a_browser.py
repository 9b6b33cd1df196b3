"""What only a browser can tell: a file taken is a download and a count, and « useful? » answers in place."""

import re

import pytest
from django.urls import reverse
from playwright.sync_api import Page, expect

from infotheque.exercises import exercise_of
from infotheque.models import DailyUse, PrescribedReading, Step
from infotheque.operations import answer_step, load_paths
from tests.accounts.factories import MembershipFactory, OrganisationFactory, StaffFactory
from tests.associations.factories import AssociationFactory
from tests.browser import DESK, NARROW, PHONE, assert_accessible, assert_good, assert_no_sideways_scroll
from tests.infotheque.asking import on_line
from tests.infotheque.factories import DocumentFactory, DocumentFileFactory

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


def test_a_visitor_takes_a_file_and_says_that_it_was_useful(page: Page) -> None:
    file = DocumentFileFactory(version__document__published=True, version__document__body="## Un texte")
    page.goto(file.version.document.get_absolute_url())
    page.wait_for_load_state("networkidle")
    with page.expect_response("**/ouvert/"), page.expect_download() as download:
        page.get_by_role("link", name="Télécharger guide.pdf").click()
    assert download.value.suggested_filename == "guide.pdf"
    page.get_by_role("button", name="Oui").click()
    expect(page.get_by_text("Merci, c’est noté.")).to_be_focused()
    use = DailyUse.objects.get()
    assert (use.opened, use.downloaded, use.useful) == (1, 1, 1)
    assert_good(page)


def test_a_title_in_one_long_word_stays_in_the_page_and_the_first_answer_on_the_first_screen(page: Page):
    long = DocumentFactory(published=True, title="n" * 240)
    DocumentFactory(published=True, title="Le budget")
    page.goto(long.get_absolute_url())
    assert_no_sideways_scroll(page)
    page.goto(reverse("infotheque:list"))
    assert_no_sideways_scroll(page)
    page.goto(reverse("infotheque:list") + "?q=budget")
    place = page.get_by_role("link", name="Le budget").bounding_box()
    assert place is not None
    assert place["y"] + place["height"] < PHONE["height"]
    assert_accessible(page)


def test_typing_keeps_one_address_and_going_back_leaves_the_library(page: Page):
    DocumentFactory(published=True, title="Le budget")
    page.goto(reverse("infotheque:list"))
    visited = page.evaluate("history.length")
    for words in ("bud", "budget"):
        page.locator("#id_q").fill(words)
        page.wait_for_url(f"**q={words}&**")
        expect(page).to_have_title(f"{words} · Infothèque – Mecenova")
    assert page.evaluate("history.length") == visited
    page.get_by_label("Ordre").select_option("date")
    page.wait_for_url("**tri=date**")
    assert page.evaluate("history.length") == visited + 1


def test_words_that_were_replaced_are_heard_with_the_count_and_once(page: Page, fresh_words) -> None:
    on_line("Une convention de mécénat")
    page.goto(reverse("infotheque:list"))
    page.locator("#id_q").fill("convantion")
    heard = page.locator("#annonce")
    expect(heard).to_contain_text("Aucun document ne dit")
    expect(heard).to_contain_text("1\u00a0document")
    with page.expect_response("**/signaler/"):
        page.locator("#id_q").fill("trombone")
        expect(heard).to_have_text("Aucun document")
        heard.evaluate("region => { region.textContent = '' }")
    page.get_by_text("L’équipe a noté cette recherche").wait_for()
    page.wait_for_timeout(200)
    expect(heard).to_be_empty()


def test_how_many_say_all_of_it_is_heard_before_the_count(page: Page, fresh_words) -> None:
    on_line("Un budget de théâtre", "Un budget de fanfare")
    page.goto(reverse("infotheque:list"))
    page.locator("#id_q").fill("budget théâtre")
    heard = page.locator("#annonce")
    expect(heard).to_have_text(
        re.compile(r"1 document dit tout ce que vous cherchez\. Les autres s’en approchent\.\s+2\sdocuments")
    )


# WCAG 1.4.12: what a reader who needs room between letters lays over any site.
SPACED = """() => {
  const sheet = new CSSStyleSheet()
  const room = { "line-height": "1.5", "letter-spacing": ".12em", "word-spacing": ".16em" }
  const rules = Object.entries(room).map(([name, value]) => `${name}: ${value} !important;`)
  sheet.replaceSync(`* { ${rules.join(" ")} }`)
  document.adoptedStyleSheets = [sheet]
}"""
CUT = """() => [...document.querySelectorAll(".radar text")].filter(words => {
  const [mine, picture] = [words, words.ownerSVGElement].map(node => node.getBoundingClientRect())
  const clips = getComputedStyle(words.ownerSVGElement).overflow !== "visible"
  const [left, right] = clips ? [picture.left, picture.right] : [0, document.documentElement.clientWidth]
  return mine.left < left || mine.right > right
}).map(words => words.textContent)"""


@pytest.mark.parametrize("viewport", [NARROW, PHONE, DESK], ids=["narrow", "phone", "desk"])
def test_words_around_the_picture_of_a_self_assessment_are_whole_when_spaced(new_page, enter, viewport):
    load_paths(by=StaffFactory())
    step = Step.objects.get(path__slug="preparer-un-partenariat", key="ou-en-sommes-nous")
    membership = MembershipFactory(organisation=AssociationFactory().organisation)
    dimensions = exercise_of(step.path.slug, step.key).dimensions
    answers = {dimension.key: "1" for dimension in dimensions}
    answer_step(organisation=membership.organisation, step=step, answers=answers, by=membership.user)
    page = enter(new_page(viewport), membership.user)
    page.goto(step.get_absolute_url())
    assert page.locator(".radar text").count() == len(dimensions)
    page.evaluate(SPACED)
    assert page.evaluate(CUT) == []
    assert_no_sideways_scroll(page)


def test_on_a_phone_the_teams_tables_are_cards_that_are_still_tables(page: Page, enter) -> None:
    """Nothing to scroll sideways, and what is read aloud still says rows, columns and their names."""
    enter(page, StaffFactory())
    document = DocumentFactory(published=True, title="Le budget, ligne à ligne, d’un projet de deux ans")
    PrescribedReading.objects.create(
        place="gap:associations.causes", document=document, organisation=OrganisationFactory()
    )
    for name in ("infotheque:prescriptions", "infotheque:uses", "pages:readings", "pages:control_tower"):
        page.goto(reverse(name))
        frames = page.locator(".table-frame").all()
        assert frames, name
        for frame in frames:
            assert frame.evaluate("frame => frame.scrollWidth <= frame.clientWidth"), name
            headers = frame.get_by_role("columnheader").count()
            cells = frame.get_by_role("row").nth(1).locator("th, td:not(:empty)").count()
            assert 2 <= cells <= headers, name
            assert frame.locator("td").first.evaluate(
                "cell => getComputedStyle(cell, '::before').content"
            ) not in {
                "none",
                "normal",
            }
        assert_good(page)
