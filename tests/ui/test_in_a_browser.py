"""What only a browser can tell: keyboard, sizes, colours, and the list that changes in place."""

import re

import pytest
from playwright.sync_api import Page, expect

from tests.browser import DESK, NARROW, PHONE, assert_good, assert_no_sideways_scroll

pytestmark = [
    pytest.mark.browser,
    pytest.mark.urls("tests.ui.urls"),
    pytest.mark.django_db(transaction=True),
]


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("viewport", [PHONE, DESK], ids=["phone", "desk"])
@pytest.mark.parametrize(
    "address", ["/gallery/?erreurs=1&message=1", "/compte/login/", "/compte/password/reset/"]
)
def test_pages_are_accessible_and_fit(new_page, address: str, viewport: dict[str, int], scheme: str) -> None:
    page = new_page(viewport, color_scheme=scheme)
    page.goto(address)
    assert_good(page)
    page.set_viewport_size(NARROW)
    assert_no_sideways_scroll(page)


@pytest.mark.parametrize("address", ["/base-absente/", "/casse/", "/rien/"])
def test_error_pages_are_accessible(page: Page, expected_console_errors: list[str], address: str) -> None:
    expected_console_errors.append("Failed to load resource")
    page.goto(address)
    assert_good(page)


def test_a_page_is_judged_once_all_of_it_is_there(page: Page, expected_console_errors: list[str]) -> None:
    """As after a click, which returns when the first bytes of the next page come."""
    expected_console_errors.append("status of 404")  # the icon that every browser asks for
    page.goto("/lente/", wait_until="commit")
    assert_good(page)
    page.goto("/lente/", wait_until="commit")
    assert_no_sideways_scroll(page)


def test_what_a_thumb_touches_is_large_enough(page: Page) -> None:
    page.goto("/gallery/")
    page.get_by_text("Menu", exact=True).click()
    small = page.evaluate(
        """() => [...document.querySelectorAll("a.button, button, summary, select, .site-nav a,"
             + " .pagination a, .tabs a, .check label,"
             + " input:not([type=hidden], [type=checkbox], [type=radio])")]
          .filter(node => node.checkVisibility())
          .map(node => [node.textContent.trim() || node.name, node.getBoundingClientRect().height])
          .filter(([, height]) => height < 44)"""
    )
    assert small == []


LOOKS = """links => links.map(link => {
  const { backgroundColor, borderBottomColor, color } = getComputedStyle(link)
  const opaque = backgroundColor.replace(/rgba\\((.*),.*\\)/, "rgb($1)")
  return [link.ariaCurrent === "page", [opaque, borderBottomColor, color].join(" ")]
})"""


@pytest.mark.parametrize(
    ("address", "links"),
    [
        ("/gallery/?page=2", ".tabs a"),
        ("/gallery/?page=2", ".pagination li a"),
        ("/compte/login/", ".site-nav a:not([class])"),
    ],
)
def test_where_the_reader_is_shows_in_the_colours_of_the_system(new_page, address: str, links: str) -> None:
    page = new_page(DESK, forced_colors="active")
    page.goto(address)
    looks = page.locator(links).evaluate_all(LOOKS)
    (here,) = [look for is_here, look in looks if is_here]
    assert here not in [look for is_here, look in looks if not is_here]


def test_the_name_of_the_site_shows_in_the_colours_of_the_system(new_page) -> None:
    """A drawing keeps its colours where those of the page are taken away: light upon white in the footer."""
    page = new_page(DESK, forced_colors="active")
    page.goto("/gallery/")
    written = page.evaluate(
        """() => {
          const probe = document.body.appendChild(document.createElement("i"))
          probe.style.color = "CanvasText"
          return getComputedStyle(probe).color
        }"""
    )
    drawn = page.locator(".logo-ink").evaluate_all(
        "lines => lines.map(line => getComputedStyle(line).stroke)"
    )
    assert set(drawn) == {written}


def test_who_asks_for_more_contrast_reads_nothing_pale(new_page) -> None:
    page = new_page(DESK, contrast="more")
    page.goto("/gallery/")
    inks = page.locator("body, .lead, .meta, .help").evaluate_all(
        "texts => texts.map(text => getComputedStyle(text).color)"
    )
    edges = page.locator("#id_name").evaluate_all(
        "fields => fields.map(one => getComputedStyle(one).borderColor)"
    )
    assert len(set(inks + edges)) == 1


PALE_ON_PAPER = """() => {
  const light = value => (value /= 255) <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4
  const contrast = colour => {
    const [red, green, blue] = colour.match(/[\\d.]+/g).map(Number).map(light)
    return 1.05 / (0.2126 * red + 0.7152 * green + 0.0722 * blue + 0.05)
  }
  return [...document.querySelectorAll("main *")]
    .filter(node => node.checkVisibility())
    .filter(node => [...node.childNodes].some(part => part.nodeType === 3 && part.data.trim()))
    .filter(node => contrast(getComputedStyle(node).color) < 4.5).map(node => node.outerHTML.slice(0, 120))
}"""


def test_paper_is_white_whatever_the_scheme_of_the_screen(new_page) -> None:
    page = new_page(DESK, color_scheme="dark")
    page.goto("/gallery/?erreurs=1")
    page.emulate_media(media="print", color_scheme="dark")
    assert page.evaluate(PALE_ON_PAPER) == []


def test_what_is_printed_with_its_backgrounds_is_read_too(page: Page) -> None:
    page.goto("/gallery/")
    page.emulate_media(media="print")
    looks = page.locator("main .button:visible, main .tag:visible").evaluate_all(
        "nodes => nodes.map(node => getComputedStyle(node)).map(look => [look.color, look.backgroundColor])"
    )
    assert looks
    assert [ink for ink, ground in looks if ink == ground] == []


FOLDED = """() => document.querySelector("main").insertAdjacentHTML("beforeend", `
  <details class="how"><summary>Mois par mois</summary><table><tr><td>12</td></tr></table></details>
  <details class="how"><summary>Comment c’est compté</summary><p>Une fois.</p></details>`)"""


def test_folded_tables_are_printed_and_folded_explanations_are_not(page: Page) -> None:
    page.goto("/gallery/")
    page.evaluate(FOLDED)
    figures, words = page.locator("details.how td"), page.get_by_text("Comment c’est compté")
    assert not figures.evaluate("node => node.checkVisibility()")
    page.emulate_media(media="print")
    assert figures.evaluate("node => node.checkVisibility()")
    assert not words.last.evaluate("node => node.checkVisibility()")


def test_the_marks_between_crumbs_are_not_read_aloud(page: Page) -> None:
    page.goto("/gallery/")
    assert "›" not in page.locator(".breadcrumbs").aria_snapshot()


def test_a_quiet_button_stays_on_one_line_beside_others(page: Page) -> None:
    page.goto("/gallery/")
    assert page.get_by_role("link", name="Voir le projet").bounding_box()["height"] < 50


def test_a_badge_stands_at_the_end_of_its_line_however_long_the_title(new_page) -> None:
    page = new_page(DESK)
    page.goto("/gallery/")
    below = page.evaluate(
        """() => [...document.querySelectorAll(".row-top")].filter(line => line.querySelector(".badge"))
          .map(line => [line.querySelector(".badge"), line].map(node => node.getBoundingClientRect().right))
          .filter(([badge, line]) => Math.abs(badge - line) > 1)"""
    )
    assert below == []


def test_a_number_stays_on_one_line(page: Page) -> None:
    """Wherever the line happens to end."""
    page.goto("/gallery/")
    lines = page.evaluate(
        """() => {
          const number = document.createElement("a")
          number.href = "tel:0199001234"
          number.textContent = "01 99 00 12 34"
          const before = document.createTextNode("")
          const line = document.createElement("p")
          line.append(before, number)
          document.querySelector("main").append(line)
          return [...Array(60).keys()].map(length => {
            before.data = "m ".repeat(length)
            return number.getClientRects().length
          })
        }"""
    )
    assert set(lines) == {1}


def test_the_menu_and_the_filters_work_without_scripts(new_page) -> None:
    page = new_page(PHONE, java_script_enabled=False)
    page.goto("/gallery/")
    expect(page.get_by_role("link", name="Connexion")).not_to_be_visible()
    page.get_by_text("Menu", exact=True).click()
    expect(page.get_by_role("link", name="Connexion")).to_be_visible()
    page.get_by_text("Menu", exact=True).click()
    page.get_by_text("Filtrer les besoins").click()
    page.get_by_label("Mots").fill("bureaux")
    page.get_by_role("button", name="Afficher les résultats").click()
    assert "q=bureaux" in page.url
    expect(page.get_by_text("(1 actif)")).to_be_visible()


def test_menu_and_filters_lie_open_on_a_desk(new_page) -> None:
    page = new_page(DESK)
    page.goto("/gallery/")
    expect(page.get_by_role("link", name="Connexion")).to_be_visible()
    expect(page.get_by_text("Menu", exact=True)).not_to_be_visible()
    expect(page.get_by_label("Mots")).to_be_visible()
    page.get_by_label("Mots").focus()
    assert page.evaluate("document.activeElement.name") == "q"


def test_a_filter_changes_the_list_in_place_and_the_address(new_page) -> None:
    page = new_page(DESK)
    page.goto("/gallery/?page=1")
    page.evaluate("window.stillTheSamePage = true")
    page.get_by_label("Forme").focus()
    page.get_by_label("Forme").select_option("skills")
    page.wait_for_url("**kind=skills**")
    expect(page.locator("#annonce")).to_have_text("95\u00a0besoins")
    expect(page.get_by_role("link", name="Tout effacer")).to_be_visible()
    assert page.evaluate("window.stillTheSamePage") is True
    assert page.evaluate("document.activeElement.name") == "kind"


def test_a_list_that_cannot_be_fetched_becomes_the_page_that_says_why(
    new_page, expected_console_errors: list[str]
) -> None:
    expected_console_errors += ["Failed to load resource", "Response Status Error Code 503"]
    page = new_page(DESK)
    page.goto("/gallery/")
    page.evaluate("document.querySelector('.filters-form').setAttribute('hx-get', '/base-absente/')")
    page.evaluate("htmx.process(document.querySelector('.filters-form'))")
    page.get_by_label("Forme").select_option("skills")
    expect(page.get_by_role("heading", name="Le site reprend son souffle")).to_be_visible()


def test_the_keyboard_reaches_the_content_first(page: Page) -> None:
    page.goto("/gallery/")
    page.keyboard.press("Tab")
    expect(page.get_by_role("link", name="Aller au contenu")).to_be_focused()
    page.keyboard.press("Enter")
    assert page.evaluate("document.activeElement.id") == "contenu"


def test_a_refused_form_leads_to_its_errors(page: Page) -> None:
    page.goto("/gallery/?erreurs=1")
    expect(page.locator(".error-summary")).to_be_focused()
    page.get_by_role("link", name="Nom de l’association").click()
    assert page.evaluate("document.activeElement.id") == "id_name"


QUESTION_TOP = """() => {
  const held = document.activeElement
  const question = held.closest("fieldset")?.querySelector("legend") ?? held.labels[0]
  return [question.textContent, question.getBoundingClientRect().top]
}"""


def test_whoever_goes_to_an_error_sees_the_question_too(page: Page) -> None:
    """What is asked and what is wrong stand above the field."""
    page.goto("/gallery/?erreurs=1")
    tops = []
    for link in page.locator(".error-summary a").all():
        link.focus()
        page.keyboard.press("Enter")
        tops.append(page.evaluate(QUESTION_TOP))
    assert len(tops) > 3
    assert [question for question, top in tops if top < 0] == []


HEARD = """document.addEventListener("DOMContentLoaded", () => new MutationObserver(changes => {
  const came = changes.flatMap(change => [...change.addedNodes])
  document.documentElement.dataset.heard = came.map(node => node.textContent).join(" ")
}).observe(document.getElementById("messages"), { childList: true }))"""


def test_what_the_last_action_did_is_said_when_the_page_opens(page: Page) -> None:
    """The region of messages is full from the start, of which screen readers say nothing: they come again."""
    page.add_init_script(HEARD)
    page.goto("/gallery/?message=1")
    expect(page.locator("html")).to_have_attribute("data-heard", re.compile("Votre projet est enregistré"))
    expect(page.get_by_text("Votre projet est enregistré")).to_have_count(1)


def test_escape_closes_the_menu(page: Page) -> None:
    page.goto("/gallery/")
    page.get_by_text("Menu", exact=True).click()
    page.keyboard.press("Escape")
    expect(page.get_by_role("link", name="Connexion")).not_to_be_visible()


def test_the_menu_closes_when_the_keyboard_leaves_it_and_hides_nothing(page: Page) -> None:
    page.goto("/gallery/")
    page.get_by_text("Menu", exact=True).click()
    page.locator(".site-nav a, .site-nav button").last.focus()
    expect(page.get_by_role("link", name="Connexion")).to_be_visible()
    page.keyboard.press("Tab")
    expect(page.get_by_role("link", name="Connexion")).not_to_be_visible()
    assert page.evaluate("document.querySelector('main').contains(document.activeElement)")


def test_a_form_sent_twice_by_impatience_leaves_once(page: Page) -> None:
    page.goto("/gallery/")
    sent = []
    page.on("request", lambda request: sent.append(request.url) if request.method == "POST" else None)
    page.route("**/x/", lambda route: None)
    page.evaluate("for (const time of [1, 2]) document.querySelector('.post-button button').click()")
    page.wait_for_timeout(300)
    assert len(sent) == 1
