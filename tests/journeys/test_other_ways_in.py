"""A record that is claimed, a phone without scripts, a keyboard without a mouse."""

import pytest
from django.urls import reverse
from playwright.sync_api import expect

from accounts.enums import OrganisationStatus, Role
from accounts.models import Claim, Membership
from accounts.operations import create_verified_user
from mecenova.mail.models import OutgoingMail
from partnerships.enums import IntroductionStatus, Side
from partnerships.models import Introduction
from tests.accounts.factories import MembershipFactory, StaffFactory, UserFactory
from tests.associations.factories import AssociationFactory
from tests.browser import PHONE, assert_good
from tests.companies.factories import NeedFactory

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


def test_a_record_is_claimed_and_the_team_decides(new_page, enter):
    record = AssociationFactory(
        organisation__name="Maison des femmes du Comminges",
        organisation__status=OrganisationStatus.UNCLAIMED,
    )
    person = UserFactory()
    claimant = enter(new_page(PHONE), person)
    claimant.goto(record.get_absolute_url())
    assert_good(claimant)
    claimant.goto(reverse("accounts:claim", args=[record.organisation_id]))
    assert_good(claimant)
    claimant.get_by_role("main").get_by_role("textbox").fill(
        "Directrice salariée depuis 2021 : le procès-verbal est joint à notre page de contact."
    )
    claimant.get_by_role("button", name="Envoyer ma demande").click()
    expect(claimant.get_by_text("Votre demande est arrivée")).to_be_visible()
    assert_good(claimant)
    assert not Membership.objects.filter(user=person).exists(), "never first come"

    team = enter(new_page(PHONE), StaffFactory())
    team.goto(reverse("pages:control_tower"))
    assert_good(team)
    team.get_by_role("link", name="Revendications").click()
    team.get_by_role("link", name="Maison des femmes du Comminges").click()
    assert_good(team)
    team.get_by_role("button", name="Accepter la revendication").click()
    expect(team.get_by_text("La décision est enregistrée")).to_be_visible()
    assert Membership.objects.get(user=person).role == Role.MANAGER
    assert not Claim.objects.waiting().exists()
    assert OutgoingMail.objects.filter(recipient=person, notification="accounts.claim_accepted").exists()

    claimant.goto(reverse("pages:dashboard"))
    expect(claimant.get_by_role("heading", level=1)).to_have_text("Maison des femmes du Comminges")
    assert_good(claimant)


def test_a_need_is_found_and_asked_about_without_a_script(new_page, enter):
    """Filters, a request and its answer, on a phone where nothing but links and forms works."""
    need = NeedFactory(published=True, title="Des visites de classes à l’atelier")
    NeedFactory(published=True, title="Un autre besoin", kind="in_kind", goods="Des tables")
    company = MembershipFactory(organisation=need.company.organisation)
    member = MembershipFactory(organisation=AssociationFactory().organisation)
    page = enter(new_page(PHONE, java_script_enabled=False), member.user)
    page.goto(reverse("companies:need_list"))
    page.locator("summary.filters-button").click()
    page.locator("[name=q]").fill("atelier")
    page.locator("details.filters").get_by_role("button").first.click()
    expect(page.get_by_text("Un autre besoin")).to_have_count(0)
    page.get_by_role("link", name="Des visites de classes à l’atelier").click()
    page.get_by_role("link", name="mise en relation").first.click()
    page.get_by_label("Votre message").fill("Nous avons trois classes partantes. On en parle ?")
    page.get_by_role("main").get_by_role("button").first.click()
    introduction = Introduction.objects.get()
    assert introduction.asked_by_side == Side.ASSOCIATION
    assert introduction.status == IntroductionStatus.REQUESTED

    other = enter(new_page(PHONE, java_script_enabled=False), company.user)
    other.goto(reverse("pages:dashboard"))
    other.get_by_role("main").get_by_role("link", name=need.title).first.click()
    other.goto(introduction.get_absolute_url())
    other.get_by_label("Non, et voici pourquoi").check()
    other.get_by_label("la raison").select_option(label="Pas le bon moment")
    other.get_by_role("button", name="Envoyer").click()
    introduction.refresh_from_db()
    assert introduction.status == IntroductionStatus.NO
    page.goto(introduction.get_absolute_url())
    expect(page.get_by_role("main")).to_contain_text("un non à la date")


def test_signing_in_with_the_keyboard_only(new_page):
    person = create_verified_user(
        email="clavier@exemple.example", password="une lampe dans la nuit", first_name="Ada", last_name="Lune"
    )
    MembershipFactory(organisation=AssociationFactory().organisation, user=person)
    page = new_page(PHONE)
    page.goto(reverse("account_login"))
    page.keyboard.press("Tab")
    expect(page.locator(":focus")).to_have_text("Aller au contenu")
    page.keyboard.press("Enter")
    for _ in range(6):
        page.keyboard.press("Tab")
        if page.evaluate("document.activeElement.type") == "email":
            break
    page.keyboard.type(person.email)
    page.keyboard.press("Tab")
    page.keyboard.type("une lampe dans la nuit")
    page.keyboard.press("Enter")
    page.wait_for_url("**/tableau-de-bord/")
    expect(page.get_by_role("heading", level=1)).to_be_visible()
    assert_good(page)
