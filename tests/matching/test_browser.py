"""Suggestions and presentations in a real browser, on a phone."""

import pytest
from django.conf import settings
from django.urls import reverse
from playwright.sync_api import expect

from matching.links import InterestLink
from matching.operations import decline_suggestion
from mecenova.mail.links import link_for
from tests.accounts.factories import MembershipFactory
from tests.associations.factories import AssociationFactory
from tests.browser import DESK, PHONE, assert_accessible, assert_good
from tests.companies.factories import NeedFactory
from tests.matching.factories import SuggestionFactory

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def suggestion():
    """Of an association that somebody answers for."""
    made = SuggestionFactory(
        association__organisation__name="Les Ateliers du canal",
        need__title="Des parrains pour des jeunes",
        reasons=[
            "Elle parle de ce que vous cherchez\u00a0: mentorat (cause commune\u00a0: éducation).",
            "Elle agit là où vous cherchez\u00a0: Nord.",
            "Elle demande des bénévoles, comme votre besoin en propose.",
        ],
    )
    MembershipFactory(organisation=made.association.organisation)
    return made


def enter(page, client, organisation, base_url):
    client.force_login(MembershipFactory(organisation=organisation).user)
    session = client.cookies[settings.SESSION_COOKIE_NAME].value
    page.context.add_cookies([{"name": settings.SESSION_COOKIE_NAME, "value": session, "url": base_url}])


@pytest.mark.parametrize("viewport", [PHONE, DESK], ids=["phone", "desk"])
def test_a_company_reads_why_and_asks_to_talk(new_page, client, suggestion, base_url, viewport):
    page = new_page(viewport)
    enter(page, client, suggestion.company.organisation, base_url)
    page.goto(reverse("matching:suggestions"))
    assert_good(page)
    page.get_by_role("link", name="Les Ateliers du canal").click()
    expect(page.get_by_role("heading", name="Pourquoi vous la voyez")).to_be_visible()
    assert_good(page)
    with page.expect_navigation():
        page.get_by_role("button", name="Demander une mise en relation").click()
    expect(page.get_by_role("heading", level=1)).to_be_visible()
    suggestion.refresh_from_db()
    assert suggestion.introduction is not None
    assert suggestion.seen_at is not None


def test_a_no_works_without_a_script(new_page, client, suggestion, base_url):
    page = new_page(java_script_enabled=False)
    enter(page, client, suggestion.company.organisation, base_url)
    page.goto(suggestion.get_absolute_url())
    page.get_by_label("Pas sur notre territoire").check()
    page.get_by_role("button", name="Écarter cette suggestion").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Associations suggérées")
    suggestion.refresh_from_db()
    assert suggestion.refusal_reason == "territory"


def test_the_link_of_a_mail_needs_no_login(page, suggestion):
    person = MembershipFactory(organisation=suggestion.company.organisation).user
    page.goto(link_for(InterestLink, suggestion, person).removeprefix(settings.SITE_URL))
    assert_good(page)
    page.get_by_role("button", name="Demander une mise en relation").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("C’est fait")


def test_an_association_follows_its_presentations(page, client, suggestion, base_url):
    NeedFactory(published=True, territories=["59"], title="Des ateliers vers l’emploi")
    enter(page, client, suggestion.association.organisation, base_url)
    page.goto(reverse("matching:presentations"))
    assert_good(page)
    page.get_by_role("link", name="Besoins pour vous").click()
    expect(page.get_by_role("link", name="Des ateliers vers l’emploi", exact=True)).to_be_visible()
    assert_good(page)


def test_empty_pages_say_what_to_do(page, client, base_url):
    enter(page, client, AssociationFactory().organisation, base_url)
    for name in ("presentations", "suited_needs", "suggestions"):
        page.goto(reverse(f"matching:{name}"))
        assert_good(page)


def test_an_answer_sent_too_late_is_said_in_sight_and_takes_the_focus(
    page, client, suggestion, base_url, expected_console_errors
):
    enter(page, client, suggestion.company.organisation, base_url)
    page.goto(suggestion.get_absolute_url())
    decline_suggestion(
        suggestion=suggestion,
        reason="timing",
        by=MembershipFactory(organisation=suggestion.company.organisation).user,
    )
    expected_console_errors.append("409")
    page.get_by_role("button", name="Demander une mise en relation").click()
    refusal = page.locator(".notice-error")
    expect(refusal).to_be_focused()
    expect(refusal).to_be_in_viewport()
    assert_accessible(page)
