"""What only a browser can tell: a page that asks again by itself moves no focus, and says what changed."""

from io import BytesIO

import pytest
from django.db.models import F
from playwright.sync_api import Page, expect

from mecenova.imports.models import ImportRun
from mecenova.imports.operations import bring_file, confirm
from mecenova.imports.working import carry_out_waiting
from tests.accounts.factories import StaffFactory
from tests.browser import assert_accessible

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

CONTENT = b"nom;code_postal;objet\nLes Lampes du soir;75011;Eclairer\n"


def asked_again(page: Page, run: ImportRun) -> None:
    """When the second answer comes, the first has been read."""
    for _ in range(2):
        with page.expect_response(lambda answer: answer.url.endswith(run.get_absolute_url())):
            pass


@pytest.fixture
def run() -> ImportRun:
    return bring_file(
        kind="associations",
        file=BytesIO(CONTENT),
        name="liste.csv",
        size=len(CONTENT),
        as_checked=False,
        by=None,
    )


def test_a_session_that_ends_meanwhile_leads_to_the_way_in(page: Page, enter, run: ImportRun) -> None:
    """The form to come in is a page, not a part of the one that was asked again."""
    enter(page, StaffFactory())
    page.goto(run.get_absolute_url())
    page.context.clear_cookies()
    page.wait_for_url(f"**/login/?next={run.get_absolute_url()}")
    expect(page.get_by_role("heading", level=1)).to_have_text("Connexion")


def test_a_file_that_is_being_read_keeps_the_focus_and_tells_its_end(
    page: Page, enter, run: ImportRun
) -> None:
    enter(page, StaffFactory())
    page.goto(run.get_absolute_url())
    page.get_by_role("link", name="Actualiser").focus()
    asked_again(page, run)
    page.evaluate("window.sameLink = document.activeElement")
    asked_again(page, run)
    assert page.evaluate("document.activeElement === window.sameLink"), "nothing changed: nothing moves"
    assert page.evaluate("document.activeElement.textContent") == "Actualiser"

    ImportRun.objects.update(attempts=1, position=F("size") / 2)
    expect(page.get_by_role("progressbar", name="Part du fichier lue")).to_be_visible()
    expect(page.get_by_role("link", name="Actualiser")).to_be_focused()
    expect(page.locator("#annonce")).to_be_empty()
    assert_accessible(page)

    ImportRun.objects.update(attempts=0, position=0)
    carry_out_waiting()
    expect(page.get_by_role("button", name="Confirmer et écrire")).to_be_visible()
    expect(page.locator("#annonce")).to_have_text("À confirmer")
    expect(page.locator("#etat")).to_be_focused()


def test_what_was_unfolded_stays_so_while_the_file_is_written(page: Page, enter, run: ImportRun) -> None:
    enter(page, StaffFactory())
    carry_out_waiting()
    run.refresh_from_db()
    confirm(run=run, by=None)
    page.goto(run.get_absolute_url())
    page.get_by_text("Comment le fichier a été lu").click()
    expect(page.get_by_text("Encodage")).to_be_visible()
    ImportRun.objects.update(attempts=1, position=F("size") / 2)
    expect(page.get_by_role("progressbar", name="Part du fichier lue")).to_be_visible()
    expect(page.get_by_text("Encodage")).to_be_visible()
