"""Nobody has answered: the mail's four choices, each walked with the keyboard alone to what it promises."""

import re
from datetime import UTC, datetime, timedelta

import pytest
from django.conf import settings
from playwright.sync_api import Page, expect

from associations.operations import publish_project
from matching.enums import DiagnosisCause
from matching.followups import RewriteProject, WidenProject
from matching.operations import diagnose
from mecenova.agenda.operations import next_step, run_due
from mecenova.calendar import clock
from mecenova.mail.models import OutgoingMail
from mecenova.reference.enums import Kind
from tests.accounts.factories import UserFactory
from tests.associations.factories import AskFactory, AssociationFactory, ProjectFactory
from tests.browser import PHONE, assert_good

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

MONDAY = datetime(2026, 10, 19, 9, tzinfo=UTC)
# The step of a project that is proposed to companies, as before.
PROPOSED = "associations.review_project"
# As a date field is typed, month first where the browser speaks English; twice the same reads both ways.
LAST_DAY = "12122026"
# What has the keyboard, as its reader calls it.
NAMED = """() => {
  const here = document.activeElement
  return ((here.labels && here.labels[0] ? here.labels[0] : here).innerText || "").trim()
}"""


@pytest.fixture
def now():
    with clock.frozen(MONDAY) as stopped:
        yield stopped


@pytest.fixture
def user():
    return UserFactory(first_name="Awa")


@pytest.fixture
def project(now, user):
    association = AssociationFactory(complete=True, members=[user])
    project = ProjectFactory(association=association, title="Un pont entre deux rives")
    project.causes.set(association.causes.all())
    AskFactory(project=project)
    return publish_project(project=project, by=user)


@pytest.fixture
def reader(new_page, project, user, base_url):
    """Of the mail, not signed in: `reader(choice)` opens the page of that choice."""

    def follow(choice: str) -> Page:
        diagnose(project=project, cause=DiagnosisCause.QUIET, turn="1-45")
        mail = OutgoingMail.objects.get(notification="matching.diagnosis", recipient=user)
        found = re.search(rf"http[^\s)]+choose_{choice}:[^\s)]+", mail.text)
        page = new_page(PHONE)
        page.goto(found[0].replace(settings.SITE_URL, base_url))
        assert_good(page)
        return page

    return follow


def tab_to(page: Page, words: str) -> None:
    for _ in range(60):
        page.keyboard.press("Tab")
        if words in page.evaluate(NAMED):
            return
    raise AssertionError(f"the keyboard never reaches « {words} » on {page.url}")


def press(page: Page, words: str) -> None:
    tab_to(page, words)
    with page.expect_navigation():
        page.keyboard.press("Enter")
    assert_good(page)


def test_rewriting_leads_to_the_project_and_saving_it_proposes_it_again(reader, enter, project, user):
    page = reader("rewrite")
    press(page, "Oui, nous le réécrivons")
    expect(page.get_by_text("Réécrire ce projet, qui reste en ligne")).to_be_visible()
    assert next_step(project).rule == RewriteProject.name
    press(enter(page, user), "Réécrire le projet")
    tab_to(page, "Titre")
    page.keyboard.press("Control+A")
    page.keyboard.type("Un pont, deux rives, douze ateliers")
    press(page, "Enregistrer")
    project.refresh_from_db()
    assert project.title == "Un pont, deux rives, douze ateliers"
    assert next_step(project).rule == PROPOSED


def test_widening_leads_to_the_ways_to_and_one_of_them_is_enough(reader, enter, project, user):
    page = reader("widen")
    press(page, "Oui, nous l’élargissons")
    assert next_step(project).rule == WidenProject.name
    press(enter(page, user), "Voir comment l’élargir")
    expect(page.get_by_role("heading", name="La suite")).to_be_in_viewport()
    press(page, "Ajouter une demande d’une autre forme")
    press(page, "Mécénat en nature")
    tab_to(page, "Biens recherchés")
    page.keyboard.type("Douze tables")
    press(page, "Ajouter la demande")
    assert project.asks.filter(kind=Kind.IN_KIND).exists()
    assert next_step(project).rule == PROPOSED


def test_a_question_sent_as_it_is_drafted_is_asked_by_the_project(reader, enter, project, user):
    page = reader("co_build")
    press(page, "Ajouter cette demande")
    assert "Un pont entre deux rives" in project.asks.get(kind=Kind.CO_CONSTRUCTION).question
    assert next_step(project).rule == PROPOSED
    press(enter(page, user), "Voir le projet")
    expect(page.get_by_role("main")).to_contain_text("Comment mener ensemble")


def test_a_pause_says_what_it_stops_keeps_quiet_and_ends_by_itself(reader, enter, project, user, now):
    page = reader("pause")
    tab_to(page, "Dernier jour")
    page.keyboard.type(LAST_DAY)
    press(page, "Mettre en pause")
    expect(page.get_by_role("main")).to_contain_text("toute l’association est en pause avec lui")
    project.refresh_from_db()
    assert project.is_paused_with_association
    press(enter(page, user), "Voir le projet")
    expect(page.get_by_role("main")).to_contain_text("jusqu’au samedi 12 décembre 2026")
    before = OutgoingMail.objects.count()
    while now().date() < project.paused_until:
        now.advance(timedelta(days=1))
        run_due()
    assert OutgoingMail.objects.count() == before
    now.advance(timedelta(days=3))
    run_due()
    assert next_step(project).rule == PROPOSED
    assert OutgoingMail.objects.filter(recipient=user, notification="associations.pause_over").exists()
