"""Every page of the room on a phone and at a desk: axe clean, nothing wider than the screen, links enough."""

import pytest
from django.test import Client
from django.urls import reverse
from playwright.sync_api import expect

from associations.operations import create_project, save_ask, update_association
from mecenova.reference.models import Skill
from tests.accounts.factories import UserFactory
from tests.associations.factories import AssociationFactory, ProjectFactory
from tests.browser import DESK, PHONE, assert_good

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


def sign_in(page, user, base_url):
    """By a session made beforehand: signing in has its own tests."""
    client = Client()
    client.force_login(user)
    page.context.add_cookies(
        [{"name": "sessionid", "value": client.cookies["sessionid"].value, "url": base_url}]
    )


def looked_at(page, *paths):
    for path in paths:
        page.goto(path)
        assert_good(page)


@pytest.fixture
def user():
    return UserFactory()


@pytest.fixture
def association(user):
    association = AssociationFactory(complete=True, members=[user], size="")
    update_association(association=association, by=user, expertise=Skill.objects.all()[:3])
    return association


@pytest.mark.parametrize("viewport", [PHONE, DESK], ids=["phone", "desk"])
def test_pages_are_accessible(new_page, association, user, base_url, viewport):
    project = create_project(association=association, by=user, title="Un pont", description="Bâtir.")
    ask = save_ask(project=project, by=user, kind="financial", amount=500)
    for number in range(25):
        AssociationFactory(organisation__name="W" * 60 if number == 3 else f"Association {number}")
    page = new_page(viewport)
    looked_at(page, reverse("associations:list"), reverse("associations:detail", args=[association.pk]))
    sign_in(page, user, base_url)
    looked_at(
        page,
        reverse("associations:register"),
        reverse("associations:detail", args=[association.pk]),
        reverse("associations:edit", args=[association.pk]),
        *(
            reverse("associations:edit_section", args=[association.pk, section])
            for section in ("identite", "mission", "territoires", "position", "expertise")
        ),
        reverse("associations:project_create"),
        *(
            reverse(f"associations:{name}", args=[project.pk])
            for name in ("project_detail", "project_edit", "project_publish", "project_close", "ask_create")
        ),
        *(reverse(f"associations:{name}", args=[ask.pk]) for name in ("ask_edit", "ask_delete")),
    )


def test_directory_is_filtered_without_a_new_page(page):
    AssociationFactory(organisation__name="Club nautique", causes=["sport"])
    AssociationFactory(organisation__name="Les Jardins")
    page.goto(reverse("associations:list"))
    page.locator("details.filters > summary").click()
    page.get_by_label("Cause", exact=True).select_option("sport")
    expect(page.get_by_role("link", name="Les Jardins")).to_have_count(0)
    expect(page.get_by_role("link", name="Club nautique")).to_be_visible()
    assert "cause=sport" in page.url
    page.go_back()
    expect(page.get_by_role("link", name="Les Jardins")).to_be_visible()


@pytest.mark.parametrize("javascript", [True, False], ids=["script", "no script"])
def test_project_from_draft_to_published(
    new_page, association, user, base_url, javascript, expected_console_errors
):
    ProjectFactory(association=association)
    page = new_page(java_script_enabled=javascript)
    sign_in(page, user, base_url)
    page.goto(reverse("associations:detail", args=[association.pk]))
    page.get_by_role("link", name="Écrire un projet").click()
    page.get_by_label("Titre du projet").fill("Un pont")
    page.get_by_label("Description").fill("Bâtir un pont entre deux rives.")
    page.get_by_role("button", name="Enregistrer le brouillon").click()
    page.get_by_role("link", name="Ajouter une demande").click()
    page.get_by_role("link", name="Mécénat financier").click()
    expected_console_errors.append("status of 422")
    page.get_by_label("Montant recherché").fill("douze mille")
    page.get_by_role("button", name="Ajouter la demande").click()
    expect(page.get_by_label("Montant recherché")).to_have_value("douze mille")
    page.get_by_label("Montant recherché").fill("12 500,50 €")
    page.get_by_role("button", name="Ajouter la demande").click()
    expect(page.get_by_text("12\u202f500,50")).to_be_visible()
    page.get_by_role("link", name="Publier").click()
    page.get_by_role("button", name="Oui, publier").click()
    expect(page.get_by_text("Le projet est publié.")).to_be_visible()
