"""A company's pages in a real browser, on a phone: usable, readable aloud, never wider than the screen."""

import re

import pytest
from django.conf import settings
from django.urls import reverse
from playwright.sync_api import expect

from companies.models import Need
from tests.accounts.factories import UserFactory
from tests.browser import DESK, assert_good
from tests.companies.factories import CompanyFactory, NeedFactory

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def user():
    return UserFactory()


@pytest.fixture
def company(user):
    return CompanyFactory(organisation__name="Banque de l’Ouest", members=[user])


def enter(page, client, user, base_url):
    client.force_login(user)
    session = client.cookies[settings.SESSION_COOKIE_NAME].value
    page.context.add_cookies([{"name": settings.SESSION_COOKIE_NAME, "value": session, "url": base_url}])


def test_a_visitor_narrows_the_needs_without_leaving_the_page(new_page, company):
    NeedFactory(company=company, title="Dons pour Paris", published=True)
    NeedFactory(company=company, title="Dix jours offerts", kind="skills", territories=["69"], published=True)
    page = new_page(DESK)
    page.goto(reverse("companies:need_list"))
    assert_good(page)
    page.get_by_label("Territoire").select_option("69")
    expect(page.get_by_role("link", name="Dons pour Paris")).to_have_count(0)
    expect(page).to_have_url(re.compile("territoire=69"))
    expect(page.get_by_role("link", name="Dix jours offerts")).to_be_visible()
    expect(page.locator("#resultats-actifs")).to_have_text("(1 actif)")
    expect(page.get_by_role("link", name="Tout effacer")).to_be_visible()
    page.get_by_role("link", name="Dix jours offerts").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Dix jours offerts")
    assert_good(page)
    page.go_back()
    expect(page.get_by_role("link", name="Dix jours offerts")).to_be_visible()


def test_a_member_writes_and_publishes_a_need_without_a_script(new_page, client, user, company, base_url):
    page = new_page(java_script_enabled=False)
    enter(page, client, user, base_url)
    page.goto(reverse("companies:detail", args=[company.pk]))
    page.get_by_role("link", name="Écrire un besoin").click()
    page.get_by_role("link", name="Mécénat en nature").click()
    page.get_by_label("Titre").fill("Vingt ordinateurs")
    page.get_by_label("Description").fill("Révisés, pour des ateliers.")
    page.get_by_label("Les biens que vous donnez").fill("20 ordinateurs de 2022")
    page.get_by_label("Éducation").check()
    page.get_by_label("France", exact=True).check()
    page.get_by_role("button", name="Enregistrer le brouillon").click()
    page.get_by_role("button", name="Publier le besoin").click()
    expect(page.get_by_text("Le besoin est publié")).to_be_visible()
    assert Need.objects.current().get().title == "Vingt ordinateurs"


@pytest.mark.parametrize("kind", ["financial", "skills", "volunteering"])
def test_an_error_is_announced_and_nothing_typed_is_lost(
    new_page, client, user, company, base_url, kind, expected_console_errors
):
    expected_console_errors.append("status of 422")
    page = new_page()
    enter(page, client, user, base_url)
    page.goto(f"{reverse('companies:need_create')}?forme={kind}")
    page.get_by_label("Titre").fill("Un titre")
    page.locator("form.form-panel").evaluate("form => form.noValidate = true")
    page.get_by_role("button", name="Enregistrer le brouillon").click()
    expect(page.get_by_role("alert")).to_be_visible()
    expect(page.get_by_label("Titre")).to_have_value("Un titre")
    assert_good(page)


def test_every_page_of_a_member_is_accessible(new_page, client, user, company, base_url):
    need = NeedFactory(company=company)
    page = new_page()
    enter(page, client, user, base_url)
    addresses = [
        *(reverse(f"companies:{name}", args=[company.pk]) for name in ("detail", "edit", "policy")),
        *(
            reverse(f"companies:need_{name}", args=[need.pk])
            for name in ("detail", "edit", "publish", "close")
        ),
        reverse("companies:need_create"),
        reverse("companies:register"),
        reverse("companies:list"),
    ]
    for address in addresses:
        page.goto(address)
        assert_good(page)
